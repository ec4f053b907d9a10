"""Programs of Debian 13's package wabt, prepared once so that they run on this system's libraries (scripts/wasm2c.py)."""

import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "scripts"))

import fetch  # noqa: E402
import wasm2c  # noqa: E402

def fetched(name):
    return fetch.fetch(fetch.read_versions()[name], fetch.cache_dir() / "deps")


def prepare(directory, programs=("wasm2c", "wast2json")):
    """A directory like the package's, for `--wabt` of compile_guest.py."""
    source = fetched("wabt") / "usr" / "bin"
    if subprocess.run([source / "wasm2c", "--version"], capture_output=True).returncode == 0:
        return source.parents[1]
    out = pathlib.Path(directory) / "usr" / "bin"
    out.mkdir(parents=True)
    library = out / "strtol.so"
    command = ["clang-22", "-shared", "-fPIC", "-x", "c", "-", "-o", library]
    subprocess.run(command, input=wasm2c.STRTOL, text=True, check=True)
    for name in programs:
        data = bytearray((source / name).read_bytes())
        if wasm2c.allow_missing(data) == 0:
            raise RuntimeError(f"{name} of wabt does not run here, and not for want of one version")
        program = out / f"{name}.program"
        program.write_bytes(data)
        os.chmod(program, 0o755)
        wrapper = out / name
        wrapper.write_text(f'#!/bin/sh\nLD_PRELOAD="{library}" exec "{program}" "$@"\n')
        os.chmod(wrapper, 0o755)
    return out.parents[1]
