"""docs/GETTING_STARTED.md, as somebody follows it who has just installed goru: each command is run, and answers what the page
shows."""

import os
import pathlib
import re
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "GETTING_STARTED.md").read_text()
BUILD = pathlib.Path(os.environ["GORU"]).resolve().parents[1]

BLOCK = re.compile(r"(?:^`(?P<name>[\w.]+)`:\n\n)?^```(?P<kind>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="session")
def home(tmp_path_factory):
    """Where goru is installed for somebody."""
    home = tmp_path_factory.mktemp("home")
    subprocess.run(["cmake", "--install", BUILD, "--prefix", home / ".local"], check=True, capture_output=True)
    return home


def steps():
    """The page's blocks, in their order."""
    return [(block["kind"], block["name"], block["text"]) for block in BLOCK.finditer(PAGE)]


def commands(text):
    """(command, what it answers) of a block."""
    out = []
    for line in text.splitlines():
        if line.startswith("$ "):
            out.append((line[2:], []))
        else:
            out[-1][1].append(line)
    return [(command, "".join(line + "\n" for line in answer)) for command, answer in out]


def test_what_is_read():
    assert "```" not in BLOCK.sub("", PAGE)
    assert sum(len(commands(text)) for kind, _, text in steps() if kind == "console") >= 25
    assert {name for _, name, _ in steps() if name} == {"words.py", "double.py", "first.cpp", "CMakeLists.txt"}


def test_all_of_it(home, tmp_path):
    environment = {
        **os.environ, "HOME": str(home), "PATH": f"{home}/.local/bin:{os.environ['PATH']}",
        "XDG_CACHE_HOME": os.environ["GORU_TEST_CACHE"], "NO_COLOR": "1",
    }  # fmt: skip
    # Else goru says that it compiles.
    for language in ("python", "js"):
        subprocess.run([home / ".local/bin/goru", "-l", language, "-c", ""], env=environment, check=True, capture_output=True)
    status = 0
    for kind, name, text in steps():
        if name:
            (tmp_path / name).write_text(text)
        if kind != "console":
            continue
        for command, answer in commands(text):
            done = subprocess.run(
                ["bash", "-c", f"(exit {status})\n{command}"], cwd=tmp_path, env=environment, text=True,
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
            )  # fmt: skip
            status = done.returncode
            assert done.stdout == answer, f"$ {command}"


def test_what_the_build_needs_is_there():
    """The commands that get goru: not run, which would take minutes, but known."""
    (text,) = [text for kind, _, text in steps() if kind == "sh"]
    made = re.findall(r"^make (.*?)(?:\s+#.*)?$", text, re.MULTILINE)
    assert made == ['install PREFIX="$HOME/.local"']
    for target in (*made, "package"):
        subprocess.run(["bash", "-c", f"make -n {target}"], cwd=ROOT, check=True, capture_output=True)
