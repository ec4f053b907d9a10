import base64
import hashlib
import http.server
import os
import re
import subprocess
import threading
import zipfile

import pytest

GORU = os.environ.get("GORU", "goru")


class Client:
    """Calls goru with a package cache of the test's own."""

    def __init__(self, directory, cache, language="python"):
        self.directory = directory
        self.language = language
        self.cache = cache
        self.environment = {name: value for name, value in os.environ.items() if name not in ("GORU_IMAGE_DIR", "NO_COLOR")}
        compiled = os.environ.get("GORU_TEST_CACHE")
        if compiled:
            self.environment["XDG_CACHE_HOME"] = compiled
        self.environment["PIP_RETRIES"] = "1"

    def __call__(self, *arguments, env=None, timeout=600, **options):
        return subprocess.run(
            [GORU, *map(str, arguments)],
            cwd=self.directory,
            env={**self.environment, **(env or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
            **options,
        )

    def start(self, *arguments):
        return subprocess.Popen(
            [GORU, *map(str, arguments)],
            cwd=self.directory,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def deps(self, command, *arguments, **options):
        more = () if command in ("list", "remove") else ("--cache-dir", self.cache)
        if command == "install":
            more += ("--lang", self.language)
        return self("deps", command, *arguments, *more, **options)

    def code(self, code, *flags, **options):
        return self("run", "-l", self.language, "--cache-dir", self.cache, *flags, "-c", code, **options)

    def files(self, directory):
        """Everything below a directory with its content."""
        root = self.directory / directory
        return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


@pytest.fixture(scope="session")
def cache(tmp_path_factory):
    """Compiled Python and unpacked packages, for all tests of this run."""
    directory = tmp_path_factory.mktemp("cache")
    directory.chmod(0o700)
    return directory


@pytest.fixture
def goru(tmp_path, cache):
    return Client(tmp_path, cache)


def digest(data):
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


def make_wheel(path, name, version, files, requires=(), record=None, metadata_name=None, tags="py3-none-any", extra=()):
    """Writes a wheel. `record` changes RECORD's text; `extra` are (ZipInfo, bytes) added at the end, unrecorded."""
    info = f"{name.replace('-', '_')}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {metadata_name or name}\nVersion: {version}\n"
    metadata += "".join(f"Requires-Dist: {requirement}\n" for requirement in requires)
    content = {
        **{file: text.encode() if isinstance(text, str) else text for file, text in files.items()},
        f"{info}/METADATA": metadata.encode(),
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: {tags}\n".encode(),
    }
    lines = "".join(f"{file},{digest(data)},{len(data)}\n" for file, data in content.items()) + f"{info}/RECORD,,\n"
    content[f"{info}/RECORD"] = (record(lines) if record else lines).encode()
    wheel = path / f"{name.replace('-', '_')}-{version}-{tags}.whl"
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        for file, data in content.items():
            archive.writestr(file, data)
        for entry, data in extra:
            archive.writestr(entry, data)
    return wheel


class Index:
    """A package index (PEP 503) on the loopback interface."""

    def __init__(self, directory):
        self.directory = directory
        self.wheels = {}
        self.requests = []
        index = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                index.requests.append(self.path)
                parts = self.path.strip("/").split("/")
                if parts[0] == "simple" and len(parts) == 2 and parts[1] in index.wheels:
                    self.answer(index.page(parts[1]).encode(), "text/html")
                elif parts[0] == "files" and (index.directory / parts[-1]).is_file():
                    self.answer((index.directory / parts[-1]).read_bytes(), "application/octet-stream")
                else:
                    self.send_error(404)

            def answer(self, body, kind):
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.environment = {
            "PIP_INDEX_URL": f"http://127.0.0.1:{self.server.server_port}/simple",
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_NO_CACHE_DIR": "1",
            "PIP_EXTRA_INDEX_URL": "",
            "NO_PROXY": "127.0.0.1",
            "no_proxy": "127.0.0.1",
        }

    def add(self, name, version, files=None, yanked=False, claimed_hash=None, **options):
        module = name.replace("-", "_")
        wheel = make_wheel(
            self.directory, name, version, {f"{module}.py": f"version = {version!r}\n"} if files is None else files, **options
        )
        real = hashlib.sha256(wheel.read_bytes()).hexdigest()
        self.wheels.setdefault(re.sub("[-_.]+", "-", name).lower(), []).append((wheel.name, claimed_hash or real, yanked))
        return wheel

    def page(self, name):
        links = "".join(
            f'<a href="/files/{file}#sha256={hash_}"{" data-yanked=bad" if yanked else ""}>{file}</a>'
            for file, hash_, yanked in self.wheels[name]
        )
        return f"<!DOCTYPE html><html><body>{links}</body></html>"


@pytest.fixture
def index(tmp_path, goru):
    directory = tmp_path / "index"
    directory.mkdir()
    index = Index(directory)
    goru.environment.update(index.environment)
    yield index
    index.server.shutdown()
    index.server.server_close()
