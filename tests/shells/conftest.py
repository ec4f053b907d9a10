import json
import pathlib
import sys

import pytest
from described import describe

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "common"))


@pytest.fixture(scope="session")
def commands():
    """What goru says of its commands, by their names."""
    return {command["name"]: command for command in json.loads(describe("json"))["commands"]}


@pytest.fixture
def files(tmp_path):
    """A directory in which a command line is typed."""
    for name in ("solution.py", "app.mjs", "with space.py", "notes.txt", "limits.json", "own.img", "input/data.csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    return tmp_path


@pytest.fixture(scope="session")
def completions(tmp_path_factory):
    """A directory with a file for each shell."""
    folder = tmp_path_factory.mktemp("completions")
    for shell, name in (("bash", "goru.bash"), ("zsh", "_goru"), ("fish", "goru.fish")):
        (folder / name).write_text(describe(shell))
    return pathlib.Path(folder)
