import os
import subprocess

import pytest

GORU = os.environ.get("GORU", "goru")


@pytest.fixture
def goru(tmp_path):
    """Runs the program with the image data, or with other flags."""

    def run(*arguments, data=True, directory=tmp_path, timeout=300):
        flags = ["--image", "data"] if data else []
        return subprocess.run(
            [GORU, *flags, *map(str, arguments)],
            cwd=directory,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    return run
