import os
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
GORU = os.environ.get("GORU", "goru")
PYTHON_STUB = ROOT / "language" / "python" / "goru.pyi"
JAVASCRIPT_STUB = ROOT / "language" / "javascript" / "goru.d.ts"


def run_guest(directory, name, source, *flags):
    """The output of a guest program."""
    (directory / name).write_text(source)
    environment = dict(os.environ)
    if cache := os.environ.get("GORU_TEST_CACHE"):
        environment["XDG_CACHE_HOME"] = cache
    done = subprocess.run(
        [GORU, name, *flags], cwd=directory, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def typescript():
    """Where the TypeScript compiler lies, and what runs it."""
    directory = os.environ.get("GORU_TYPESCRIPT")
    if not directory:
        fetched = subprocess.run(
            [sys.executable, ROOT / "scripts" / "fetch.py", "typescript"], capture_output=True, text=True, check=True
        )
        directory = fetched.stdout.strip().partition("=")[2]
    return os.environ.get("GORU_NODE") or "node", pathlib.Path(directory)
