#!/usr/bin/env python3
"""Runs CPython's own regression tests inside the sandbox, each file in a sandbox of its own.

usage: run.py GORU PYTHON_SOURCE [TEST...]

Without tests, those that tests.txt lists as passing; `all` are all that there are, to write that list anew.
"""

import concurrent.futures
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).parent
TIMEOUT = 300
# Where a failure says why, in the order of what tells most.
REASONS = ("Error", "error", "skipped", "FAILED", "goru:")


def listed(kind):
    lines = (HERE / "tests.txt").read_text().splitlines()
    return [line.split()[1] for line in lines if line.startswith(kind + " ")]


def single_tests(name):
    """The tests of a file that do not apply, and why."""
    tests = {}
    for line in (HERE / "tests.txt").read_text().splitlines():
        kind, _, rest = line.partition(" ")
        test, _, why = rest.partition(" # ")
        if kind == "not" and test.startswith(name + "."):
            tests[test] = why
    return tests


def run(goru, name, directory):
    files = name in listed("files")
    program = directory / f"{name}.py"
    program.write_text((HERE / "sandboxed.py").read_text() + f"run({name!r}, {single_tests(name)!r}, {files})\n")
    command = [goru, "run", "-l", "python3.13", "--timeout", f"{TIMEOUT}s", "--memory", "1024mb"]
    command += ["--packages", str(directory / "packages"), str(program)]
    if files:
        command += ["--scratch=512mb"]
    started = time.monotonic()
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace")
    lines = (done.stdout + done.stderr).strip().splitlines()
    why = lines[-1] if lines else ""
    if done.returncode != 0:
        tail = [line for line in lines if any(word in line for word in REASONS)]
        why = (tail or lines or ["?"])[-1].strip()[:150]
    return done.returncode, why, time.monotonic() - started, lines


def main():
    goru, source = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2])
    lib = source / "Lib"
    names = sys.argv[3:] or sorted(listed("pass") + listed("files"))
    every = names == ["all"]
    if every:
        # A package of tests counts as one, as in CPython's own runner.
        names = sorted(path.stem for path in (lib / "test").glob("test_*") if path.suffix in ("", ".py"))
    with tempfile.TemporaryDirectory() as temporary:
        directory = pathlib.Path(temporary)
        shutil.copytree(lib / "test", directory / "packages" / "test")
        failed = []
        with concurrent.futures.ThreadPoolExecutor(int(os.environ.get("JOBS") or os.cpu_count())) as pool:
            runs = {name: pool.submit(run, goru, name, directory) for name in names}
            for name, result in runs.items():
                code, why, seconds, lines = result.result()
                if code != 0:
                    failed.append(name)
                if every:
                    print(f"pass {name} # {why}" if code == 0 else f"out {name} # {why}", flush=True)
                else:
                    print(f"{'FAIL' if code else 'pass'} {name} {seconds:.1f} s {why}", flush=True)
                    if code and len(names) < 5:
                        print("\n".join(lines[-200:]))
    print(f"{len(names) - len(failed)} of {len(names)} test files passed", file=sys.stderr)
    sys.exit(1 if failed and not every else 0)


if __name__ == "__main__":
    main()
