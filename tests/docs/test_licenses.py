"""docs/LICENSES.md names all that is fetched."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_everything_that_is_fetched_is_listed():
    text = (ROOT / "docs/LICENSES.md").read_text()
    names = re.findall(r"^([a-z][a-z0-9.-]*) ", (ROOT / "third_party/versions.txt").read_text(), re.MULTILINE)
    assert names
    assert [name for name in names if f"`{name}`" not in text] == []


def test_own_texts_are_there():
    text = (ROOT / "docs/LICENSES.md").read_text()
    for path in (ROOT / "third_party/licenses").iterdir():
        assert f"`licenses/{path.name}`" in text
    assert "Version 2.0, January 2004" in (ROOT / "LICENSE").read_text()
