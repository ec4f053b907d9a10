#!/usr/bin/env python3
"""Writes the part of the prelude that holds the time zones.

usage: time_zones.py TZDATA_DIR OUTPUT.py

TZDATA_DIR is the unpacked package tzdata. The same input gives the same bytes.
"""

import base64
import marshal
import pathlib
import sys
import zlib


def main():
    folder = pathlib.Path(sys.argv[1]) / "tzdata"
    names = (folder / "zones").read_text().split()
    zones = {name: (folder / "zoneinfo" / name).read_bytes() for name in sorted(names)}
    for name, data in zones.items():
        if not data.startswith(b"TZif"):
            sys.exit(f"time_zones.py: {name} is no time zone file")
    # Links have the bytes of what they lead to, and share them.
    seen = {}
    zones = {name: seen.setdefault(data, data) for name, data in zones.items()}
    # Version 2 and a sorted dictionary, so that the bytes depend on nothing else.
    text = base64.b85encode(zlib.compress(marshal.dumps(zones, 4), 9)).decode()
    pathlib.Path(sys.argv[2]).write_text(f"# Made by time_zones.py.\n_ZONES = {text!r}\n")


main()
