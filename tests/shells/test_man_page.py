"""The manual page: that man and mandoc take it as it is, and that nothing is missing in it."""

import re
import subprocess

import pytest
from described import GORU, describe


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    path = tmp_path_factory.mktemp("man") / "goru.1"
    path.write_text(describe("man"))
    return path


@pytest.fixture(scope="module")
def shown(page):
    done = subprocess.run(
        ["man", "--warnings", "-E", "UTF-8", "-l", page], capture_output=True, text=True, check=True,
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "MANWIDTH": "4000", "MAN_KEEP_FORMATTING": "", "PAGER": "cat"},
    )  # fmt: skip
    assert done.stderr == ""
    return done.stdout


def test_mandoc_finds_nothing(page):
    done = subprocess.run(["mandoc", "-Tlint", "-Wall", page], capture_output=True, text=True, check=False)
    assert done.stdout + done.stderr == ""


def test_all_is_there(shown, commands):
    text = " ".join(shown.split())
    for section in ("NAME", "SYNOPSIS", "DESCRIPTION", "COMMANDS", "OPTIONS", "EXIT STATUS", "ENVIRONMENT", "FILES", "EXAMPLES"):
        assert re.search(rf"^{section}$", shown, re.MULTILINE), section
    for name, command in commands.items():
        assert name == "run" or f"GORU {name.upper()}" in text
        for line in command["usage"] + command["examples"] + command["exit_codes"]:
            assert " ".join(line["form"].split()) in text, line
        for section in command["sections"]:
            for flag in section["flags"]:
                assert flag["shown"] in text and " ".join(flag["text"].split()) in text, flag
        for note in command["notes"]:
            assert note in text


def test_help_says_the_same(commands):
    for name, command in commands.items():
        done = subprocess.run([GORU, name, "--help"], capture_output=True, text=True, check=True)
        for sub in command["subcommands"]:
            # Asked for help, a command also compares its flags with their description.
            same = subprocess.run([GORU, name, sub["name"], "--help"], capture_output=True, text=True, check=True)
            assert same.stdout == done.stdout
        text = " ".join(done.stdout.split())
        assert max(map(len, done.stdout.splitlines())) <= 120
        for section in command["sections"]:
            for flag in section["flags"]:
                assert f"{flag['shown']} {flag['text']}" in text, flag
        for line in command["usage"] + command["examples"]:
            assert " ".join(line["form"].split()) in text, line
