"""Programs of the kind that agents write print what a native numpy 2.3.5 prints: the .out files are its output."""

import pathlib

import pytest

PROGRAMS = sorted(pathlib.Path(__file__).with_name("programs").glob("*.py"))


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.stem)
def test_prints_what_a_native_numpy_prints(goru, program):
    run = goru(program)
    assert (run.stdout, run.stderr, run.returncode) == (program.with_suffix(".out").read_text(), "", 0)
