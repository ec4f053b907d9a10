#!/usr/bin/env python3
"""Writes what Node.js says to programs/*.js into expected/, and which lines goru answers otherwise into differences.txt.

usage: record.py NODE GORU

NODE is the pinned one of third_party/versions.txt (its ICU has the CLDR that the data of FormatJS is of). Look at the diff of
differences.txt before you keep it: each line there is something that goru gets wrong, or that Node does.
"""

import pathlib
import subprocess
import sys
import tempfile

import programs

HERE = pathlib.Path(__file__).resolve().parent


def run(command, name):
    with tempfile.TemporaryDirectory() as work:
        path = pathlib.Path(work, "main.js")
        path.write_text(programs.source(name), encoding="utf-8")
        done = subprocess.run([*command, path], stdout=subprocess.PIPE, check=True)
    return done.stdout.decode()


def main():
    node, goru = sys.argv[1:]
    different = []
    for name in programs.NAMES:
        expected = run([node], name)
        programs.write(name, expected)
        actual = run([goru, *programs.FLAGS], name)
        for line in programs.differing(expected, actual):
            different.append(f"{name} {line}\n")
    (HERE / "differences.txt").write_text("".join(different), encoding="utf-8")


if __name__ == "__main__":
    main()
