#!/usr/bin/env python3
"""Writes a prelude file with what Python has beside its own standard library: modules, as sources, and the time zones.

usage: bundle.py STAND_INS_DIR LIB_DIR TZDATA_DIR OUTPUT.py

STAND_INS_DIR holds our modules, LIB_DIR is CPython's Lib, TZDATA_DIR an unpacked wheel of tzdata. prelude/35_bundled.py
takes it from there. The same inputs give the same bytes.
"""

import base64
import marshal
import pathlib
import sys
import zlib

# Of CPython's Lib: what both Pythons were built without, though it can be imported.
UPSTREAM = (
    "concurrent/futures/process.py", "concurrent/futures/thread.py", "curses", "multiprocessing", "pydoc_data/__init__.py",
    "rlcompleter.py", "ssl.py", "tkinter", "turtle.py", "turtledemo/__init__.py", "venv", "webbrowser.py",
)
LEFT_OUT = {"multiprocessing/popen_spawn_win32.py"}
# What Python 3.12 calls otherwise.
RENAMED = {b"os.process_cpu_count()": b"os.cpu_count()"}


def sources_of(directory, paths):
    """(path below `directory`, source) of every module."""
    for path in paths:
        root = directory / path
        for file in sorted(root.rglob("*.py")) if root.is_dir() else [root]:
            relative = str(file.relative_to(directory))
            if relative not in LEFT_OUT and "scripts" not in file.parts:
                yield relative, file.read_bytes()


def time_zones(directory):
    """(version, names in the order of the database's own list, {name: data})."""
    package = directory / "tzdata"
    data = {}
    names = (package / "zones").read_text().splitlines()
    for name in names:
        data[name] = (package / "zoneinfo" / name).read_bytes()
        if not data[name].startswith(b"TZif"):
            sys.exit(f"bundle.py: {name} is no time zone")
    version = next(
        line.split('"')[1] for line in (package / "__init__.py").read_text().splitlines() if line.startswith("IANA_VERSION")
    )
    return version, names, data


def main():
    stand_ins, lib, tzdata, output = map(pathlib.Path, sys.argv[1:])
    modules = {}
    for ours, directory, paths in (False, lib, UPSTREAM), (True, stand_ins, ("",)):
        for relative, source in sources_of(directory, paths):
            for old, new in RENAMED.items():
                source = source.replace(old, new)
            parts = pathlib.PurePath(relative).with_suffix("").parts
            package = parts[-1] == "__init__"
            modules[".".join(parts[:-1] if package else parts)] = (relative, package, ours, zlib.compress(source, 9))
    bundle = zlib.compress(marshal.dumps((modules, time_zones(tzdata)), 2), 9)
    encoded = base64.b64encode(bundle).decode()
    text = "\n".join(encoded[at : at + 120] for at in range(0, len(encoded), 120))
    output.write_text(f"# Made by bundle.py.\n_bundle_text = '''\n{text}\n'''\n")
    print(f"{len(modules)} modules, {len(bundle)} bytes")


main()
