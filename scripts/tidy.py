#!/usr/bin/env python3
"""Runs clang-tidy over the sources of a build and skips those that were clean before and have not changed.

usage: tidy.py BUILD_DIR

A file is unchanged when neither itself, nor a header of the project that it includes (through others as well), nor .clang-tidy,
nor its compile command changed.
"""

import concurrent.futures
import functools
import hashlib
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys

from fetch import cache_dir

ROOT = pathlib.Path(__file__).resolve().parent.parent
TIDY = "clang-tidy-22"


def configuration():
    """A digest of what holds for all files."""
    digest = hashlib.sha256()
    digest.update(subprocess.run([TIDY, "--version"], capture_output=True, check=True).stdout)
    digest.update((ROOT / ".clang-tidy").read_bytes())
    return digest


def find_header(name, directory):
    for base in (directory, ROOT / "src", ROOT / "include"):
        if (base / name).is_file():
            return (base / name).resolve()
    return None


@functools.cache
def included(path):
    """The project's headers that a file names itself. Conditions are not looked at: one too many does no harm."""
    names = re.findall(rb'^[ \t]*#[ \t]*include[ \t]*["<]([^">]+)[">]', path.read_bytes(), re.MULTILINE)
    return [header for name in names if (header := find_header(name.decode(), path.parent))]


def sources_of(path):
    """A file and all of the project's headers that it sees."""
    seen = {path}
    todo = [path]
    while todo:
        for header in included(todo.pop()):
            if header not in seen:
                seen.add(header)
                todo.append(header)
    return sorted(seen)


def check(build, path):
    # The compile commands may be those of g++, whose own warnings clang does not know.
    command = [TIDY, "--quiet", "-p", str(build), "--extra-arg=-Wno-unknown-warning-option", str(path)]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    return done.returncode == 0, done.stdout if done.stdout.strip() else done.stderr


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    database = build / "compile_commands.json"
    if not database.is_file():
        sys.exit(f"tidy: no {database}")
    clean = cache_dir() / "tidy"
    clean.mkdir(parents=True, exist_ok=True, mode=0o700)
    state = configuration()

    todo = {}
    seen = set()
    for entry in json.loads(database.read_text()):
        path = (pathlib.Path(entry["directory"]) / entry["file"]).resolve()
        # Tests and benchmarks are held to the compiler's warnings; what ships is held to more.
        if path in seen or not any(path.is_relative_to(ROOT / folder) for folder in ("src", "examples")):
            continue
        seen.add(path)
        key = state.copy()
        for source in sources_of(path):
            key.update(str(source.relative_to(ROOT)).encode() + b"\0" + source.read_bytes() + b"\0")
        arguments = [word for word in shlex.split(entry.get("command", "")) if str(ROOT) not in word]
        key.update("\0".join(arguments).encode())
        mark = clean / key.hexdigest()[:32]
        if not mark.exists():
            todo[path] = mark

    print(f"lint: clang-tidy on {len(todo)} of {len(seen)} files", flush=True)
    failed = []
    with concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        running = {pool.submit(check, build, path): path for path in sorted(todo)}
        for number, future in enumerate(concurrent.futures.as_completed(running), 1):
            path = running[future]
            good, text = future.result()
            print(f"[{number}/{len(todo)}] {path.relative_to(ROOT)}{'' if good else ': see below'}", flush=True)
            if good:
                todo[path].touch()
            else:
                failed.append(path)
                print(text, flush=True)
    if failed:
        sys.exit(f"lint: clang-tidy has remarks on {len(failed)} files")
    print("lint: clang-tidy has no remarks")


if __name__ == "__main__":
    main()
