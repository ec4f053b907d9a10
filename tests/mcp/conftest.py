"""goru mcp, driven by the official client of the protocol. The client is installed into a directory of the build, with the
hashes of requirements.txt; the tests of it run there (client.py)."""

import contextlib
import hashlib
import json
import os
import pathlib
import subprocess
import sys
import venv

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "common"))

from environment import clean_environment
from served import Server

GORU = os.environ.get("GORU", "goru")


def own_environment():
    return clean_environment("PYTHONPATH")


@pytest.fixture(scope="session")
def compiled():
    """Compiles the languages first, which takes seconds."""
    for language in ("python", "js", "ts"):
        subprocess.run([GORU, "-l", language, "-c", ""], check=True, capture_output=True, env=own_environment())


@pytest.fixture(scope="session")
def client_python():
    """A Python that has the client."""
    requirements = HERE / "requirements.txt"
    name = hashlib.sha256(requirements.read_bytes() + sys.version.encode()).hexdigest()[:16]
    base = pathlib.Path(os.environ.get("GORU_TEST_CACHE") or pathlib.Path.home() / ".cache/goru")
    directory = base / f"mcp-client-{name}"
    python = directory / "bin/python"
    done = directory / "complete"
    if not done.exists():
        venv.create(directory, with_pip=True, clear=True)
        install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--no-compile"]
        subprocess.run([*install, "--only-binary=:all:", "--require-hashes", "-r", requirements], check=True)
        done.touch()
    return python


@contextlib.contextmanager
def serving_http():
    """goru serve; the URL of its endpoint."""
    server = Server(["--no-playground"])
    yield [server.url + "/mcp"]
    assert server.stop() == 0, "\n".join(server.log_lines()[-20:])


@pytest.fixture(scope="session")
def seen_by_client(compiled, client_python):
    """What client.py saw of goru mcp, by the way in which the client speaks. One process for each: it starts slowly."""
    seen = {}

    def look(mode):
        if mode not in seen:
            era, _, over = mode.partition(" over ")
            with serving_http() if over else contextlib.nullcontext([GORU, "mcp"]) as server:
                command = [client_python, HERE / "client.py", era, *server]
                done = subprocess.run(command, capture_output=True, text=True, env=own_environment(), timeout=300, check=False)
            assert done.returncode == 0, done.stderr[-4000:]
            seen[mode] = json.loads(done.stdout)
        return seen[mode]

    return look


@pytest.fixture
def server(compiled):
    """Starts goru mcp; it is told what it is told, line by line."""
    started = []

    def start(*flags):
        process = subprocess.Popen(
            [GORU, "mcp", *flags],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=own_environment(),
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout, process.stderr):
            # One that a test has closed, or whose reader is gone.
            with contextlib.suppress(OSError):
                stream.close()
