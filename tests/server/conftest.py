import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "common"))

from served import Server


@pytest.fixture
def serve():
    """serve(*flags, environment={}): a server with these flags, stopped when the test is over."""
    servers = []

    def start(*flags, environment=None):
        servers.append(Server(flags, environment))
        return servers[-1]

    yield start
    for server in servers:
        # A test that has failed leaves requests behind that nobody waits for.
        if server.process.poll() is None:
            server.process.kill()
        server.wait()


@pytest.fixture(scope="session")
def shared_server():
    """One server for all tests that need no flags of their own, stopped in good order after the last."""
    server = Server([])
    yield server
    assert server.stop() == 0, "\n".join(server.log_lines()[-20:])
