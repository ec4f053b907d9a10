#!/usr/bin/env python3
"""Runs the wasm2c of Debian 13's package wabt, on this system's libraries.

usage: wasm2c.py DIR ARGUMENT...        (DIR is what scripts/fetch.py prints for wabt)

Debian 12's C library lacks one function that the program was linked with, strtol under the name it has since glibc 2.38.
There the program is run from a copy in which that version may be missing (VER_FLG_WEAK of the ELF format), with the
function in a library of its own.
"""

import os
import pathlib
import struct
import subprocess
import sys
import tempfile

MISSING = b"GLIBC_2.38\0"
STRTOL = "long strtol(const char*, char**, int);long __isoc23_strtol(const char*s,char**e,int b){return strtol(s,e,b);}\n"


def string_at(data, offset):
    return data[offset : data.index(b"\0", offset) + 1]


def allow_missing(data):
    """Marks the version as one that may be missing, in each list of needed versions that has it."""
    (sections,) = struct.unpack_from("<Q", data, 0x28)
    size, count = struct.unpack_from("<HH", data, 0x3A)
    headers = [struct.unpack_from("<IIQQQQIIQQ", data, sections + i * size) for i in range(count)]
    found = 0
    for _, kind, _, _, offset, _, link, entries, _, _ in headers:
        if kind != 0x6FFFFFFE:  # SHT_GNU_verneed
            continue
        strings = headers[link][4]
        at = offset
        for _ in range(entries):
            _, needed, _, aux, following = struct.unpack_from("<HHIII", data, at)
            one = at + aux
            for _ in range(needed):
                _, flags, _, name, next_one = struct.unpack_from("<IHHII", data, one)
                if string_at(data, strings + name) == MISSING:
                    struct.pack_into("<H", data, one + 4, flags | 2)
                    found += 1
                one += next_one
            at += following
    return found


def main():
    program = pathlib.Path(sys.argv[1]) / "usr/bin/wasm2c"
    arguments = sys.argv[2:]
    if subprocess.run([program, "--version"], capture_output=True).returncode == 0:
        sys.exit(subprocess.run([program, *arguments]).returncode)
    data = bytearray(program.read_bytes())
    if allow_missing(data) == 0:
        sys.exit(f"wasm2c: {program} does not run here, and not for want of {MISSING[:-1].decode()}")
    with tempfile.TemporaryDirectory(prefix="goru-wasm2c-") as directory:
        copy = pathlib.Path(directory) / "wasm2c"
        copy.write_bytes(data)
        copy.chmod(0o755)
        library = pathlib.Path(directory) / "strtol.so"
        compile_library = ["clang-22", "-shared", "-fPIC", "-x", "c", "-", "-o", library]
        subprocess.run(compile_library, input=STRTOL, text=True, check=True)
        # The loader says of a missing version what it thinks of it, on standard error.
        done = subprocess.run([copy, *arguments], env={**os.environ, "LD_PRELOAD": str(library)}, stderr=subprocess.PIPE)
    said = [line for line in done.stderr.decode().splitlines() if MISSING[:-1].decode() not in line]
    if said:
        print("\n".join(said), file=sys.stderr)
    sys.exit(done.returncode)


if __name__ == "__main__":
    main()
