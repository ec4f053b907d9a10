#!/usr/bin/env python3
"""Runs a command that makes one file, or takes the file from the per-user cache.

usage: cached.py --name NAME --root DIR --output FILE [--input FILE]... [--salt TEXT]... [--version-of PROGRAM]...
                 -- COMMAND...

The key is the hash of the inputs' contents and names (below DIR, so that checkouts share results), the salts, and what
the programs print for --version. The command's own words are not part of it: they hold build directories.
"""

import argparse
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

from fetch import cache_dir


def key_of(options):
    digest = hashlib.sha256()

    def add(kind, name, data):
        for part in (kind.encode(), name.encode(), data):
            digest.update(len(part).to_bytes(8, "little"))
            digest.update(part)

    root = pathlib.Path(options.root).resolve()
    add("name", options.name, b"")
    for text in options.salt:
        add("salt", text, b"")
    for program in options.version_of:
        done = subprocess.run([program, "--version"], capture_output=True, check=True)
        add("program", program, done.stdout)
    inputs = []
    for text in options.input:
        path = pathlib.Path(text).resolve()
        outside = "build" in path.parts or not path.is_relative_to(root)
        inputs.append((path.name if outside else str(path.relative_to(root)), path))
    for name, path in sorted(set(inputs)):
        add("input", name, path.read_bytes())
    return digest.hexdigest()


def put(source, target):
    """Copies a file so that it is complete as soon as it exists."""
    target.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(prefix=f".{target.name}-", dir=target.parent)
    os.close(descriptor)
    try:
        shutil.copyfile(source, temporary)
        os.chmod(temporary, 0o644)
        os.replace(temporary, target)
    except BaseException:
        os.unlink(temporary)
        raise


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--name", required=True)
    parser.add_argument("--root", required=True)
    parser.add_argument("--output", required=True)
    parser.add_argument("--input", action="append", default=[])
    parser.add_argument("--salt", action="append", default=[])
    parser.add_argument("--version-of", action="append", default=[])
    parser.add_argument("command", nargs="+")
    options = parser.parse_args()

    output = pathlib.Path(options.output)
    kept = cache_dir() / "artifacts" / f"{options.name}-{key_of(options)[:32]}"
    if kept.is_file():
        put(kept, output)
        print(f"{options.name}: from the cache", flush=True)
        return
    started = time.monotonic()
    output.parent.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(options.command, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        output.unlink(missing_ok=True)
        sys.exit(done.returncode if done.returncode > 0 else 1)
    put(output, kept)
    print(f"{options.name}: built in {time.monotonic() - started:.0f} s", flush=True)


if __name__ == "__main__":
    main()
