#!/usr/bin/env python3
"""Sends requests that schemathesis makes up from the server's own description, good ones and bad ones, and holds the answers
against it.

usage: run.py GORU_SERVE WORK [EXAMPLES]

WORK gets schemathesis, with the hashes of requirements.txt. EXAMPLES is how many requests each operation gets in the
last phase, 50 where it is absent. GORU_IMAGE_DIR and XDG_CACHE_HOME mean what they always do."""

import hashlib
import json
import re
import subprocess
import sys
import threading
import urllib.request
import venv
from pathlib import Path

TOKEN = "0123456789abcdef0123456789abcdef"

# Not asked: whether every request of the right form goes well. Sessions end, paths do not exist, options are refused for
# what they mean.
LEFT_OUT = "positive_data_acceptance"


def install(work):
    requirements = Path(__file__).resolve().with_name("requirements.txt")
    name = hashlib.sha256(requirements.read_bytes() + sys.version.encode()).hexdigest()[:16]
    directory = work / f"schemathesis-{name}"
    if not (directory / "complete").exists():
        venv.create(directory, with_pip=True, clear=True)
        pip = [directory / "bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
        subprocess.run([*pip, "--only-binary=:all:", "--require-hashes", "-r", requirements], check=True)
        (directory / "complete").touch()
    return directory / "bin/schemathesis"


def main(goru_serve, work, examples="50"):
    work = Path(work)
    work.mkdir(parents=True, exist_ok=True)
    schemathesis = install(work)
    tokens = work / "tokens"
    tokens.write_text(f"tester {TOKEN}\n")
    tokens.chmod(0o600)
    flags = ["--port", "0", "--log", "json", "--compat", "--timeout", "2s", "--token-file", tokens]
    server = subprocess.Popen([goru_serve, *flags], stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
    try:
        url = next(re.search(r"http://[0-9.:]+", line)[0] for line in server.stderr if "listening on" in line)
        # What it says is read on: it stops at no full pipe.
        threading.Thread(target=server.stderr.read, daemon=True).start()
        description = work / "openapi.json"
        description.write_bytes(urllib.request.urlopen(url + "/openapi.json").read())
        operations = sum(len(item) for item in json.loads(description.read_text())["paths"].values())
        print(f"schemathesis: {operations} operations, {examples} requests each", flush=True)
        command = [schemathesis, "run", description, "--url", url, "--max-examples", examples, "--seed", "1"]
        command += ["--exclude-checks", LEFT_OUT, "--phases", "examples,coverage,fuzzing,stateful", "--no-color"]
        command += ["--header", f"Authorization: Bearer {TOKEN}", "--request-timeout", "60", "--generation-database", "none"]
        return subprocess.run(command, cwd=work, check=False).returncode
    finally:
        server.terminate()
        if server.wait(60) != 0:
            print(f"goru serve ended with {server.returncode}")


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
