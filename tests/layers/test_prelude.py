"""The files of Python's prelude share one namespace: no two of them give one name to different things."""

import ast
from pathlib import Path

import pytest

PRELUDE = Path(__file__).resolve().parents[2] / "language/python/prelude"


def names(path):
    """What the file defines for the others: functions, classes, and names that it assigns outside of loops."""
    for statement in ast.parse(path.read_text()).body:
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield statement.name
        elif isinstance(statement, (ast.Assign, ast.AnnAssign)):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            for target in targets:
                yield from (node.id for node in ast.walk(target) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store))


def clashes(files):
    owner, found = {}, []
    for path in files:
        for name in names(path):
            if owner.setdefault(name, path) is not path:
                found.append(f"{name}: {owner[name].name}, {path.name}")
    return found


@pytest.mark.parametrize("version", ["3.12", "3.13"])
def test_each_name_has_one_owner(version):
    files = sorted((*PRELUDE.glob("*.py"), *(PRELUDE / version).glob("*.py")), key=lambda path: path.name)
    assert len(files) > 10
    assert clashes(files) == []


def test_a_clash_is_found(tmp_path):
    (tmp_path / "a.py").write_text("_errors = {}\ndef f(): pass\n")
    (tmp_path / "b.py").write_text("x, _errors = 1, []\nclass f: pass\n_errors.clear()\n")
    assert clashes(sorted(tmp_path.glob("*.py"))) == ["_errors: a.py, b.py", "f: a.py, b.py"]
