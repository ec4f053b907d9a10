"""The programs of this directory, and what is expected of them."""

import gzip
import json
import pathlib

HERE = pathlib.Path(__file__).resolve().parent
NAMES = sorted(path.stem for path in (HERE / "programs").glob("*.js") if path.stem != "common")
FLAGS = ["-l", "javascript", "--timeout", "600s", "--max-output", "64M"]


def source(name):
    zones = json.loads((HERE / "zones.json").read_text())
    parts = [(HERE / "programs" / "common.js").read_text(encoding="utf-8"), f"const ZONES = {json.dumps(zones)};\n"]
    return "".join(parts) + (HERE / "programs" / f"{name}.js").read_text(encoding="utf-8")


def normal(text):
    # Node shows this space as another one in some places and not in others.
    return text.replace("\u202f", " ").replace("\u2009", " ")


def write(name, text):
    (HERE / "expected").mkdir(exist_ok=True)
    with gzip.GzipFile(HERE / "expected" / f"{name}.txt.gz", "wb", mtime=0) as file:
        file.write(text.encode())


def expected(name):
    return gzip.decompress((HERE / "expected" / f"{name}.txt.gz").read_bytes()).decode()


def differing(wanted, got):
    """The beginnings of the lines of `wanted` that are otherwise in `got`."""
    known = dict(line.split(": ", 1) for line in normal(got).splitlines())
    result = []
    for line in normal(wanted).splitlines():
        key, value = line.split(": ", 1)
        if known.get(key) != value:
            result.append(key)
    return result
