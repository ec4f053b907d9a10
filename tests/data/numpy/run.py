#!/usr/bin/env python3
"""Runs numpy's own tests in the image data, each file in a sandbox of its own.

usage: run.py GORU NUMPY_SOURCE [FILE...]

Without files, those that tests.txt lists. pytest and hypothesis come with `goru deps`.
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

LIST = pathlib.Path(__file__).with_name("tests.txt")
# Runs in the sandbox. Plug-ins that copy descriptors or ask for what there is not are off.
RUN = """
import os
import sys

import pytest

os.chdir("/tmp")


class Markers:
    @staticmethod
    def pytest_configure(config):
        for name in ("slow", "leaks_references", "thread_unsafe", "parallel_threads", "valgrind_error"):
            config.addinivalue_line("markers", name + ": numpy's")


file, without = sys.argv[1:]
options = ["-q", "--tb=short", "--no-header", "--capture=sys", "--import-mode=importlib", "--rootdir=/t", "-m", "not slow"]
for name in ("cacheprovider", "logging", "debugging", "faulthandler", "warnings"):
    options += ["-p", "no:" + name]
if without:
    options += ["-k", "not (" + " or ".join(without.split()) + ")"]
sys.exit(pytest.main(["/t/" + file, *options], plugins=[Markers]))
"""


def read_list():
    """{file: names that are left out}"""
    files = {}
    for line in LIST.read_text().splitlines():
        if line.startswith("#") or not line.strip():
            continue
        if line.startswith(" "):
            files[list(files)[-1]].append(line.split()[0])
        else:
            files[line.strip()] = []
    return files


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    goru, source = sys.argv[1], pathlib.Path(sys.argv[2])
    files = read_list()
    if sys.argv[3:]:
        files = {name: files.get(name, []) for name in sys.argv[3:]}
    failed = []
    with tempfile.TemporaryDirectory(prefix="goru-numpy-") as work:
        packages, tests = pathlib.Path(work, "packages"), pathlib.Path(work, "tests")
        subprocess.run([goru, "deps", "install", "pytest", "hypothesis", "--dir", packages], check=True, stdout=subprocess.DEVNULL)
        for folder in ("_core", "fft", "lib", "linalg", "ma", "polynomial", "random"):
            # Not under its own name, which would be the one of a module.
            shutil.copytree(source / "numpy" / folder / "tests", tests / ("numpy" + folder))
        script = pathlib.Path(work, "run.py")
        script.write_text(RUN)
        for name, without in files.items():
            command = [goru, "--image", "data", "--packages", packages, "--scratch", "--mount", f"/t:{tests}:ro", "--timeout", "20m",
                       "--memory", "1gb", "--max-host-calls", "1000000", script, "--", "numpy" + name, " ".join(without)]
            done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, env=dict(os.environ))
            last = (done.stdout.strip().splitlines() or ["nothing"])[-1]
            print(f"{'ok    ' if done.returncode == 0 else 'FAILED'} {name}: {last[:100]}", flush=True)
            if done.returncode != 0:
                failed.append(name)
                print(done.stdout[-3000:] + done.stderr[-2000:], flush=True)
    print(f"{len(files) - len(failed)} of {len(files)} files passed")
    sys.exit(1 if failed else 0)


main()
