"""What goru says of itself."""

import os
import subprocess

GORU = os.environ.get("GORU", "goru")


def describe(form):
    return subprocess.run([GORU, "describe", form], check=True, capture_output=True, text=True).stdout
