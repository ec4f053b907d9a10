import os
import pathlib
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "common"))

from environment import clean_environment

GORU = os.environ.get("GORU", "goru")


class Client:
    """Calls goru as a person or a script does."""

    def __init__(self, directory, environment):
        self.program = GORU
        self.directory = directory
        self.environment = environment

    def command(self, *arguments):
        return [self.program, *map(str, arguments)]

    def __call__(self, *arguments, stdin=None, env=None, timeout=60, **options):
        """Runs goru to its end; its standard input is empty unless `stdin` says otherwise."""
        return subprocess.run(
            self.command(*arguments),
            cwd=self.directory,
            env={**self.environment, **(env or {})},
            input="" if stdin is None else stdin,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="surrogateescape",
            timeout=timeout,
            check=False,
            **options,
        )

    def start(self, *arguments, **options):
        options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
        return subprocess.Popen(self.command(*arguments), cwd=self.directory, env=self.environment, **options)

    def write(self, name, text):
        path = self.directory / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path


@pytest.fixture(scope="session", autouse=True)
def compiled():
    """Compiles the languages first: goru says so on standard error where that takes long."""
    for language in ("python", "js", "ts"):
        subprocess.run([GORU, "-l", language, "-c", ""], check=True, capture_output=True, env=clean_environment("GORU_IMAGE_DIR"))


@pytest.fixture
def goru(tmp_path):
    return Client(tmp_path, clean_environment("GORU_IMAGE_DIR"))
