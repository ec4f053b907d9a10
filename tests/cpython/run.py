#!/usr/bin/env python3
"""Runs CPython's own regression tests inside the sandbox, each file in a sandbox of its own.

usage: run.py GORU PYTHON_SOURCE [TEST...]

Without tests, those that tests.txt lists as passing; `all` are all that there are, to write that list anew.
"""

import concurrent.futures
import io
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import zipfile

HERE = pathlib.Path(__file__).parent
TIMEOUT = 300
# Where a failure says why, in the order of what tells most.
REASONS = ("Error", "error", "skipped", "FAILED", "goru:")


def listed(kind):
    lines = (HERE / "tests.txt").read_text().splitlines()
    return [line.split()[1] for line in lines if line.startswith(kind + " ")]


def archive(lib):
    """Package test as a zip archive, without data and without tests of C extensions and the like."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as out:
        for path in sorted((lib / "test").rglob("*.py")):
            out.write(path, path.relative_to(lib))
    return packed.getvalue()


def run(goru, name, directory):
    program = directory / f"{name}.py"
    program.write_text((HERE / "sandboxed.py").read_text() + f"run({name!r})\n")
    command = [goru, "run", "-l", "python3.13", "--timeout", f"{TIMEOUT}s", "--memory", "1024mb"]
    command += ["--stdin", str(directory / "tests.zip"), str(program)]
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
    names = sys.argv[3:] or listed("pass")
    every = names == ["all"]
    if every:
        # A package of tests counts as one, as in CPython's own runner.
        names = sorted(path.stem for path in (lib / "test").glob("test_*") if path.suffix in ("", ".py"))
    with tempfile.TemporaryDirectory() as temporary:
        directory = pathlib.Path(temporary)
        (directory / "tests.zip").write_bytes(archive(lib))
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
                        print("\n".join(lines[-60:]))
    print(f"{len(names) - len(failed)} of {len(names)} test files passed", file=sys.stderr)
    sys.exit(1 if failed and not every else 0)


if __name__ == "__main__":
    main()
