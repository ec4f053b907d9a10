"""The examples of docs/SANDBOX_API.md run and print what stands below them, and type checkers accept them."""

import http.server
import json
import os
import pathlib
import re
import subprocess
import sys
import threading
import urllib.parse

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "SANDBOX_API.md").read_text()
GORU = os.environ.get("GORU", "goru")
SECRET = "a value that nobody sees"
SUFFIX = {"python": "py", "javascript": "js"}

BLOCKS = re.findall(r"^```(python|javascript)\n(.*?)^```\n(?:```text\n(.*?)^```\n)?", TEXT, re.M | re.S)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, body, kind="text/plain"):
        body = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        path, _, query = self.path.partition("?")
        if path.startswith("/users/"):
            user = {"id": int(path.rpartition("/")[2])}
            if query:
                user["query"] = urllib.parse.unquote(query)
            self.answer(200, json.dumps(user), "application/json")
        elif path == "/private":
            self.answer(200 if self.headers["Authorization"] == f"Bearer {SECRET}" else 401, "")
        else:
            self.answer(404, "not here")

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.answer(200, f"POST {self.headers['Content-Type']} {body.decode()}")

    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def port():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


def environment():
    cache = os.environ.get("GORU_TEST_CACHE")
    return {**os.environ, **({"XDG_CACHE_HOME": cache} if cache else {}), "API_KEY": SECRET}


@pytest.fixture(scope="module", autouse=True)
def compiled():
    """Compiles both languages first: goru says so on standard error where that takes long."""
    for language in ("python", "js"):
        subprocess.run([GORU, "-l", language, "-c", ""], check=True, capture_output=True, env=environment())


def test_there_are_examples_in_both_languages():
    assert len(BLOCKS) >= 14
    assert {language for language, _, _ in BLOCKS} == {"python", "javascript"}
    assert all(output for _, _, output in BLOCKS)


@pytest.mark.parametrize(("language", "code", "output"), BLOCKS, ids=[f"{i}-{b[0]}" for i, b in enumerate(BLOCKS)])
def test_example(tmp_path, port, language, code, output):
    data, out = tmp_path / "data", tmp_path / "out"
    data.mkdir()
    out.mkdir()
    (data / "notes.txt").write_text("hello")
    (data / "config.json").write_text('{"debug": true}')
    program = tmp_path / f"main.{SUFFIX[language]}"
    program.write_text(code.replace("127.0.0.1:8000", f"127.0.0.1:{port}"))
    flags = ["--kv", "--mount", f"/data:{data}:ro", "--mount", f"/out:{out}:rwc", "--allow-host", f"127.0.0.1:{port}"]
    flags += ["--secret", f"API_KEY@127.0.0.1:{port}"]
    done = subprocess.run(
        [GORU, program, *flags], capture_output=True, text=True, env=environment(), timeout=60, check=False
    )
    assert done.stderr == ""
    assert done.stdout == output
    assert done.returncode == 0


def examples(language):
    return [code for block_language, code, _ in BLOCKS if block_language == language]


def test_mypy_accepts_the_examples(tmp_path):
    names = "async_call, call, fs, http, HostError, kv"
    (tmp_path / "goru.pyi").write_text((ROOT / "language" / "python" / "goru.pyi").read_text())
    files = []
    for number, code in enumerate(examples("python")):
        # Annotations would only be in the way of somebody who reads.
        code = code.replace("async def main():", "async def main() -> None:")
        files.append(f"example_{number}.py")
        (tmp_path / files[-1]).write_text(f"from goru import {names}\n{code}")
    done = subprocess.run(
        ["mypy", "--strict", "--cache-dir", tmp_path / "cache", *files],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_tsc_accepts_the_examples(tmp_path):
    compiler = os.environ.get("GORU_TYPESCRIPT")
    if not compiler:
        fetched = subprocess.run(
            [sys.executable, ROOT / "scripts" / "fetch.py", "typescript"], capture_output=True, text=True, check=True
        )
        compiler = fetched.stdout.strip().partition("=")[2]
    (tmp_path / "goru.d.ts").write_text((ROOT / "language" / "javascript" / "goru.d.ts").read_text())
    files = ["goru.d.ts"]
    for number, code in enumerate(examples("javascript")):
        files.append(f"example_{number}.js")
        (tmp_path / files[-1]).write_text(code.replace("catch (error)", "catch (/** @type {any} */ error)") + "export {};\n")
    options = {"strict": True, "noEmit": True, "allowJs": True, "checkJs": True, "target": "es2023", "lib": ["es2023"]}
    options |= {"module": "esnext", "types": []}
    (tmp_path / "tsconfig.json").write_text(json.dumps({"compilerOptions": options, "files": files}))
    node = os.environ.get("GORU_NODE") or "node"
    command = [node, pathlib.Path(compiler) / "bin" / "tsc", "--pretty", "false"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
