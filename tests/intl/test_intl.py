"""Intl of JavaScript gives what Node.js gives (record.py), but for the lines that differences.txt lists."""

import os
import pathlib
import subprocess

import programs
import pytest

HERE = pathlib.Path(__file__).resolve().parent
GORU = os.environ.get("GORU", "goru")


@pytest.mark.parametrize("name", programs.NAMES)
def test_as_node(name, tmp_path):
    program = tmp_path / "main.js"
    program.write_text(programs.source(name), encoding="utf-8")
    done = subprocess.run([GORU, *programs.FLAGS, program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    assert done.stderr.decode() == ""
    assert done.returncode == 0
    wanted = programs.expected(name)
    listed = (HERE / "differences.txt").read_text(encoding="utf-8").splitlines()
    known = {line.removeprefix(f"{name} ") for line in listed if line.startswith(f"{name} ")}
    different = programs.differing(wanted, done.stdout.decode())
    assert sorted(set(different) - known) == []
    # What is right by now is no longer listed.
    assert sorted(known - set(different)) == []
    # The list is for exceptions.
    assert len(known) * 50 <= len(wanted.splitlines())
