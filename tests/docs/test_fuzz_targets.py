"""tests/fuzz/README.md names every target, and every decoder that the headers declare."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FUZZ = ROOT / "tests/fuzz"
README = (FUZZ / "README.md").read_text()

# How decoders are called. Others are named in the table as well, but nothing finds out where they are not.
DECODER = re.compile(r"\b((?:Parse|Decode|Read|From)[A-Z]\w*|Decode)\(")


def targets():
    return {path.stem for path in FUZZ.glob("*.cpp")}


def test_every_target_is_in_the_table_and_has_a_corpus():
    listed = set(re.findall(r"\| `(\w+)` \|$", README, re.MULTILINE))
    assert listed == targets()
    for target in targets():
        assert any((FUZZ / "corpus" / f"fuzz_{target}").iterdir()), target
    assert {path.name for path in (FUZZ / "corpus").iterdir()} == {f"fuzz_{target}" for target in targets()}


def test_every_decoder_is_in_the_table():
    missing = {}
    for folder in ("src", "include"):
        for header in sorted((ROOT / folder).rglob("*.hpp")):
            for name in DECODER.findall(re.sub(r"//.*", "", header.read_text())):
                if f"`{name}" not in README and f"`{name}`" not in README:
                    missing[name] = str(header.relative_to(ROOT))
    assert missing == {}


def test_whatever_parses_json_is_in_the_table():
    # The codecs and the parsers of the table, by the files that they are in.
    known = {"src/config/config.cpp", "src/guest/json_codec.cpp", "src/guest/image_file.cpp",
             "src/packages/package_set.cpp", "src/packages/pip_report.cpp", "src/wasi/packages/package_archive.cpp"}
    found = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "src").rglob("*.cpp")
        if re.search(r"json::(parse|from_\w+|sax_parse)\(", path.read_text())
    }
    assert {name for name in found - known if name not in README} == set()
