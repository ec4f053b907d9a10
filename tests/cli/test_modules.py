"""http and fs in both languages, as code in a sandbox meets them: against a real server and real files."""

import gzip
import http.server
import json
import threading
import time

import pytest

# --- a server ---


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    secrets = []
    began = threading.Event()
    left = threading.Event()

    def answer(self, status, body=b"", headers=()):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def handle_any(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        path = self.path.partition("?")[0]
        if path == "/echo":
            shown = {"method": self.command, "path": self.path, "body": body.decode("latin-1"), "type": self.headers["Content-Type"]}
            shown["x"] = self.headers.get_all("X")
            self.answer(200, json.dumps(shown).encode(), [("Content-Type", "application/json")])
        elif path == "/headers":
            self.answer(200, b"", [("X-One", "1"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"), ("X-Empty", "")])
        elif path == "/binary":
            self.answer(200, bytes(range(256)), [("Content-Type", "application/octet-stream")])
        elif path == "/latin":
            self.answer(200, "é€".encode("cp1252"), [("Content-Type", 'text/plain; Charset="windows-1252"')])
        elif path == "/wrong-utf8":
            self.answer(200, b"a\xffb", [("Content-Type", "text/plain")])
        elif path == "/gzip":
            self.answer(200, gzip.compress(b"unpacked"), [("Content-Encoding", "gzip")])
        elif path == "/redirect":
            self.answer(302, b"moved", [("Location", "/echo")])
        elif path == "/away":
            self.answer(302, b"", [("Location", "http://elsewhere.example/")])
        elif path == "/slow":
            time.sleep(0.3)
            self.answer(200, b"slow")
        elif path == "/hang":
            time.sleep(3)
            self.answer(200, b"late")
        elif path == "/unanswered":
            self.began.set()
            # Ends when the client goes.
            while self.connection.recv(1):
                pass
            self.left.set()
            self.close_connection = True
        elif path in ("/began", "/left"):
            self.answer(200, str(getattr(self, path[1:]).wait(20)).encode())
        elif path == "/large":
            self.answer(200, b"x" * (2 << 20))
        elif path == "/secret":
            self.secrets.append(self.headers["Authorization"])
            self.answer(200, b"")
        else:
            self.answer(404, b"not here")

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = handle_any

    def log_message(self, *args):
        pass

    def handle(self):
        try:
            super().handle()
        except (BrokenPipeError, ConnectionResetError):
            pass  # a client that has seen enough


@pytest.fixture(scope="module")
def port():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


class Guest:
    """Runs a program in one language with http and fs turned on."""

    def __init__(self, goru, name, port):
        self.goru = goru
        self.file = name
        self.base = f"http://127.0.0.1:{port}"
        self.folder = goru.directory / "data"
        self.folder.mkdir(exist_ok=True)
        self.read_only = goru.directory / "fixed"
        self.read_only.mkdir(exist_ok=True)
        self.flags = ["--allow-host", f"127.0.0.1:{port}", "--mount", f"/data:{self.folder}:rwc", "--mount", f"/fixed:{self.read_only}:ro"]

    def __call__(self, source, *flags, env=None):
        self.goru.write(self.file, source.replace("BASE", self.base))
        return self.goru(self.file, *self.flags, *flags, env=env)

    def lines(self, source, *flags, env=None):
        done = self(source, *flags, env=env)
        assert done.stderr == ""
        assert done.returncode == 0
        return done.stdout.splitlines()


@pytest.fixture
def python(goru, port):
    return Guest(goru, "main.py", port)


@pytest.fixture
def javascript(goru, port):
    return Guest(goru, "main.js", port)


# --- http ---


def test_python_methods_and_arguments(python):
    lines = python.lines("""
import json
for name in ("get", "post", "put", "patch", "delete", "options"):
    print(getattr(http, name)("BASE/echo").json()["method"])
print(http.request("put", "BASE/echo").json()["method"])
head = http.head("BASE/binary")
print(head.status_code, head.headers["content-length"], head.content)
sent = http.post("BASE/echo?a=1#part", body="\\u00e9", params={"b": ["x y", 2], "c": None, "d": "&"}, headers=[("X", "1"), ("X", "2")]).json()
print(json.dumps(sent, sort_keys=True))
print(json.dumps(http.put("BASE/echo", body=memoryview(b"\\xff\\x00")).json()["body"]))
sent = http.patch("BASE/echo", json={"x": [1, None], "y": "\\u00e9"}).json()
print(sent["type"], sent["body"].encode("latin-1").decode())
print(http.post("BASE/echo", json=1, headers={"content-TYPE": "text/x"}).json()["type"])
""")
    assert lines[:6] == ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
    assert lines[6] == "PUT"
    assert lines[7] == "200 256 b''"
    sent = json.loads(lines[8])
    assert sent["body"] == "Ã©"
    assert sent["path"] == "/echo?a=1&b=x%20y&b=2&d=%26"
    assert sent["x"] == ["1", "2"]
    assert json.loads(lines[9]) == "\xff\x00"
    assert lines[10] == 'application/json {"x":[1,null],"y":"é"}'
    assert lines[11] == "text/x"


def test_javascript_methods_and_arguments(javascript):
    lines = javascript.lines("""
for (const name of ["get", "post", "put", "patch", "delete", "options"]) console.log(http[name]("BASE/echo").json().method);
const head = http.head("BASE/binary");
console.log(head.statusCode, head.headers["content-length"], head.content);
let sent = http.post("BASE/echo?a=1#part", {body: "\\u00e9", params: {b: ["x y", 2], c: null, d: "&"}, headers: [["X", "1"], ["X", "2"]]}).json();
console.log(JSON.stringify(sent));
console.log(JSON.stringify(http.put("BASE/echo", {body: new Uint8Array([9, 255, 0, 9]).subarray(1, 3)}).json().body));
console.log(JSON.stringify(http.put("BASE/echo", {body: new Uint8Array([255, 0]).buffer}).json().body));
sent = http.patch("BASE/echo", {json: {x: [1, null], y: "e"}}).json();
console.log(sent.type, sent.body);
console.log(http.post("BASE/echo", {json: 1, headers: {"content-TYPE": "text/x"}}).json().type);
""")
    assert lines[:6] == ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
    assert lines[6] == "200 256 Uint8Array(0) []"
    sent = json.loads(lines[7])
    assert sent["body"] == "Ã©"
    assert sent["path"] == "/echo?a=1&b=x%20y&b=2&d=%26"
    assert sent["x"] == ["1", "2"]
    assert json.loads(lines[8]) == json.loads(lines[9]) == "\xff\x00"
    assert lines[10] == 'application/json {"x":[1,null],"y":"e"}'
    assert lines[11] == "text/x"


def test_python_responses(python):
    lines = python.lines("""
r = http.get("BASE/headers")
print(r.headers["x-one"], r.headers["SET-COOKIE"], r.headers.get_all("set-cookie"), repr(r.headers["x-empty"]), "x-none" in r.headers)
r = http.get("BASE/binary")
print(r.content == bytes(range(256)), len(r.text), r.ok, r.reason)
print(http.get("BASE/latin").text, ascii(http.get("BASE/wrong-utf8").text), http.get("BASE/wrong-utf8").content)
r = http.get("BASE/none")
print(r.ok, r.status_code, r.text, repr(r))
try:
    r.raise_for_status()
except http.HTTPError as error:
    print(error, error.response is r)
try:
    http.get("BASE/none").json()
except ValueError as error:
    print(type(error).__name__)
""")
    assert lines[0] == "1 a=1, b=2 ['a=1', 'b=2'] '' False"
    assert lines[1] == "True 256 True OK"
    assert lines[2] == "é€ 'a\\ufffdb' b'a\\xffb'"
    assert lines[3] == f"False 404 not here <Response 404 Not Found {python.base}/none (no type, 8 bytes)>"
    assert lines[4] == f"404 Not Found for {python.base}/none True"
    assert lines[5] == "JSONDecodeError"


def test_javascript_responses(javascript):
    lines = javascript.lines("""
let r = http.get("BASE/headers");
console.log(r.headers["x-one"], r.headers["SET-COOKIE"], r.headers.getAll("set-cookie"), r.headers["x-empty"] === "", "x-none" in r.headers, r.headers["x-none"], "X-ONE" in r.headers);
console.log(Object.keys(r.headers).includes("Set-Cookie"), JSON.parse(JSON.stringify(r.headers))["X-One"], Object.keys(r));
r = http.get("BASE/binary");
console.log(r.content.length, r.content[255], r.text.length, r.ok);
console.log(http.get("BASE/latin").text, http.get("BASE/wrong-utf8").text, http.get("BASE/wrong-utf8").content);
r = http.get("BASE/none");
console.log(r.ok, r.statusCode, r.text);
try { r.json() } catch (error) { console.log(error.name) }
""")
    assert lines[0] == "1 a=1, b=2 [ 'a=1', 'b=2' ] true false undefined true"
    assert lines[1] == "true 1 [ 'ok', 'statusCode', 'url', 'headers' ]"
    assert lines[2] == "256 255 256 true"
    assert lines[3] == "é€ a\ufffdb Uint8Array(3) [ 97, 255, 98 ]"
    assert lines[4] == "false 404 not here"
    assert lines[5] == "SyntaxError"


def test_headers_print_well(javascript):
    done = javascript('console.log(http.get("BASE/headers").headers)')
    assert done.stdout.startswith("Headers {\n")
    assert "  'X-One': '1',\n" in done.stdout
    assert "  'Set-Cookie': 'a=1, b=2',\n" in done.stdout


def test_redirects(python, javascript):
    assert python.lines("""
r = http.get("BASE/redirect")
print(r.status_code, r.url, r.json()["path"])
r = http.get("BASE/redirect", allow_redirects=False)
print(r.status_code, r.url, r.headers["location"], r.text)
try:
    http.get("BASE/away")
except PermissionError as error:
    print("elsewhere.example" in str(error), "WithSessionAllowedHosts" in str(error), "--allow-host" in str(error))
""") == [f"200 {python.base}/echo /echo", f"302 {python.base}/redirect /echo moved", "True True True"]
    assert javascript.lines("""
let r = http.get("BASE/redirect");
console.log(r.statusCode, r.url, r.json().path);
r = http.get("BASE/redirect", {redirect: "manual"});
console.log(r.statusCode, r.url, r.headers.location, r.text);
for (const [path, redirect] of [["redirect", "error"], ["away", "follow"]]) {
  try { http.get("BASE/" + path, {redirect}) } catch (error) { console.log(error.name) }
}
""")[:2] == [f"200 {python.base}/echo /echo", f"302 {python.base}/redirect /echo moved"]


PYTHON_ERRORS = """
for f in (lambda: http.get("http://elsewhere.example/"), lambda: http.get("BASE/large"), lambda: http.get("BASE/hang", timeout=0.2), lambda: http.request("REPORT", "BASE/echo"),
          lambda: http.get("ftp://127.0.0.1/"), lambda: http.get("not a url"), lambda: http.get("BASE/echo", headers={"a": "b\\r\\nc: d"}),
          lambda: http.post("BASE/echo", body="x" * (2 << 20)), lambda: http.secret("NONE")):
    try:
        print("no error", f())
    except Exception as error:
        print(type(error).__name__)
"""

JAVASCRIPT_ERRORS = """
for (const f of [() => http.get("http://elsewhere.example/"), () => http.get("BASE/large"), () => http.get("BASE/hang", {timeout: 200}), () => http.request("REPORT", "BASE/echo"),
  () => http.get("ftp://127.0.0.1/"), () => http.get("not a url"), () => http.get("BASE/echo", {headers: {a: "b\\r\\nc: d"}}),
  () => http.post("BASE/echo", {body: "x".repeat(2 << 20)}), () => http.secret("NONE")]) {
  try { console.log("no error", f()) } catch (error) { console.log(error.name) }
}
"""


def test_errors_have_the_same_type_in_both_languages(python, goru, port):
    lines = python.lines(PYTHON_ERRORS)
    assert lines[:3] == ["PermissionError", "OSError", "TimeoutError"]
    assert "no error" not in " ".join(lines)
    goru.write("main.js", JAVASCRIPT_ERRORS.replace("BASE", python.base))
    assert goru("main.js", *python.flags).stdout.splitlines() == lines


def test_gathered_requests_run_at_the_same_time(python, javascript):
    (taken,) = python.lines("""
import asyncio, time
async def main():
    started = time.monotonic()
    responses = await asyncio.gather(*(http.async_get("BASE/slow") for _ in range(10)))
    assert [r.text for r in responses] == ["slow"] * 10
    print(time.monotonic() - started)
asyncio.run(main())
""")
    assert float(taken) < 2
    (taken,) = javascript.lines("""
const started = performance.now();
const responses = await runAsync(Array.from({length: 10}, () => http.asyncGet("BASE/slow")));
if (responses.some((r) => r.text !== "slow")) throw new Error("wrong");
console.log(performance.now() - started);
""")
    assert float(taken) < 2000


def test_async_methods(python, javascript):
    names = ["get", "post", "put", "patch", "delete", "head", "options"]
    assert python.lines(f"""
import asyncio
async def main():
    results = await asyncio.gather(*(getattr(http, "async_" + n)("BASE/echo", headers={{"X": n}}) for n in {names}))
    print([r.status_code for r in results], (await http.async_request("get", "BASE/echo")).json()["method"])
asyncio.run(main())
""") == [f"{[200] * 7} GET"]
    assert javascript.lines(f"""
const names = {names};
const results = await runAsync(names.map((n) => http["async" + n[0].toUpperCase() + n.slice(1)]("BASE/echo", {{headers: {{X: n}}}})));
console.log(results.every((r) => r.statusCode === 200), (await http.asyncRequest("get", "BASE/echo")).json().method);
""") == ["true GET"]


def test_a_secret_reaches_the_server_and_not_the_guest(python, javascript, port):
    value = "correct horse battery staple"
    flags = ["--secret", f"KEY@127.0.0.1:{port}"]
    Handler.secrets.clear()
    lines = python.lines('s = http.secret("KEY")\nprint(s)\nhttp.get("BASE/secret", headers={"Authorization": "Bearer " + s})', *flags, env={"KEY": value})
    lines += javascript.lines('const s = http.secret("KEY"); console.log(s); http.get("BASE/secret", {headers: {Authorization: `Bearer ${s}`}})', *flags, env={"KEY": value})
    assert Handler.secrets == [f"Bearer {value}"] * 2
    assert value not in "".join(lines)


# --- fs ---


@pytest.mark.parametrize("unit", [b"\n", b"\0", b"\xff", b'"', "é".encode(), b"x"])
def test_files_of_every_content_at_the_limit(python, javascript, unit):
    content = unit * ((10 << 20) // len(unit))
    text = unit != b"\xff"
    for guest, code in (
        (python, """
data = fs.read_bytes("/data/in")
fs.write_bytes("/data/out", data)
if TEXT: fs.write_text("/data/text", fs.read_text("/data/in"))
print(len(data))
""".replace("TEXT", str(text))),
        (javascript, """
const data = fs.readBytes("/data/in");
fs.writeBytes("/data/out", data);
if (TEXT) fs.writeText("/data/text", fs.readText("/data/in"));
console.log(data.length);
""".replace("TEXT", str(text).lower())),
    ):
        (guest.folder / "in").write_bytes(content)
        assert guest.lines(code) == [str(len(content))]
        assert (guest.folder / "out").read_bytes() == content
        assert not text or (guest.folder / "text").read_bytes() == content


def test_python_files(python):
    (python.folder / "in.txt").write_text("é\r\n")
    (python.folder / "raw").write_bytes(b"\xff\x00")
    lines = python.lines("""
import pathlib
print(ascii(fs.read_text("/data/in.txt")), fs.read_bytes("/data/raw"), fs.read_bytes("/data/in.txt"))
fs.write_text(pathlib.PurePosixPath("/data/out.txt"), "caf\\u00e9\\n")
fs.append_text("/data/out.txt", "more")
fs.write_bytes("/data/zeros", bytes(100_000))
fs.write_bytes("/data/bytes", bytearray(range(256)))
fs.write_json("/data/a.json", {"x": [1, None, "\\u00e9"]})
fs.write_json("/data/b.json", {"x": 1}, indent=2)
print(fs.read_json("/data/a.json"), ascii(fs.read_text("/data/b.json")), fs.read_bytes("/data/zeros") == bytes(100_000))
print(fs.exists("/data/none"), fs.exists("/data"), fs.stat("/data/bytes")["size"], abs(fs.stat("/data/bytes")["mod_time"] - __import__("time").time()) < 60)
fs.mkdir("/data/d/e", parents=True)
fs.rename("/data/out.txt", "/data/d/out.txt")
print(list(fs.walk("/data/d")), fs.listdir("/data/d"))
fs.remove("/data/d/e")
fs.remove("/data/d/out.txt")
""")
    assert lines[0] == r"'\xe9\r\n' b'\xff\x00' b'\xc3\xa9\r\n'"
    assert lines[1] == r"""{'x': [1, None, 'é']} '{\n  "x": 1\n}' True"""
    assert lines[2] == "False True 256 True"
    assert lines[3] == (
        "[('/data/d', ['e'], ['out.txt']), ('/data/d/e', [], [])] "
        "[{'name': 'e', 'is_dir': True, 'size': 0}, {'name': 'out.txt', 'is_dir': False, 'size': 10}]"
    )
    assert (python.folder / "zeros").read_bytes() == bytes(100_000)
    assert (python.folder / "bytes").read_bytes() == bytes(range(256))
    assert (python.folder / "a.json").read_text() == '{"x": [1, null, "é"]}'
    assert list((python.folder / "d").iterdir()) == []


def test_javascript_files(javascript):
    (javascript.folder / "in.txt").write_text("é\r\n")
    (javascript.folder / "raw").write_bytes(b"\xff\x00")
    lines = javascript.lines("""
console.log(JSON.stringify(fs.readText("/data/in.txt")), fs.readBytes("/data/raw"), fs.readBytes("/data/in.txt"));
fs.writeText("/data/out.txt", "caf\\u00e9\\n");
fs.appendText("/data/out.txt", "more");
fs.writeBytes("/data/zeros", new Uint8Array(100000));
fs.writeBytes("/data/bytes", Uint8Array.from({length: 256}, (_, i) => i));
fs.writeBytes("/data/part", Uint8Array.from({length: 256}, (_, i) => i).subarray(254).buffer.slice(254));
fs.writeBytes("/data/words", new Uint16Array([1, 2]));
fs.writeJson("/data/a.json", {x: [1, null, "\\u00e9"]});
fs.writeJson("/data/b.json", {x: 1}, 2);
console.log(fs.readJson("/data/a.json"), JSON.stringify(fs.readText("/data/b.json")), fs.readBytes("/data/zeros").every((b) => b === 0), fs.readBytes("/data/zeros").length);
const stat = fs.stat("/data/bytes");
console.log(fs.exists("/data/none"), fs.exists("/data"), stat.size, stat.is_dir, Math.abs(stat.mod_time - time_now()) < 60, Object.keys(stat));
fs.mkdir("/data/d/e", {recursive: true});
fs.mkdir("/data/d/e", {recursive: true});
fs.rename("/data/out.txt", "/data/d/out.txt");
console.log(JSON.stringify([...fs.walk("/data/d")]), JSON.stringify(fs.listdir("/data/d")));
fs.remove("/data/d/e");
fs.remove("/data/d/out.txt");
""")
    assert lines[0] == r'"é\r\n" Uint8Array(2) [ 255, 0 ] Uint8Array(4) [ 195, 169, 13, 10 ]'
    assert lines[1] == r"""{ x: [ 1, null, 'é' ] } "{\n  \"x\": 1\n}" true 100000"""
    assert lines[2] == "false true 256 false true [ 'name', 'size', 'isDir', 'modTime' ]"
    assert lines[3] == (
        '[["/data/d",["e"],["out.txt"]],["/data/d/e",[],[]]] '
        '[{"name":"e","isDir":true,"size":0},{"name":"out.txt","isDir":false,"size":10}]'
    )
    assert (javascript.folder / "zeros").read_bytes() == bytes(100_000)
    assert (javascript.folder / "bytes").read_bytes() == bytes(range(256))
    assert (javascript.folder / "part").read_bytes() == b"\xfe\xff"
    assert (javascript.folder / "words").read_bytes() == b"\1\0\2\0"
    assert list((javascript.folder / "d").iterdir()) == []


def test_python_file_errors(python):
    (python.read_only / "file").write_text("x")
    (python.folder / "raw").write_bytes(b"\xff")
    (python.folder / "folder" / "full").mkdir(parents=True)
    lines = python.lines("""
import errno
for f in (lambda: fs.read_text("/data/none"), lambda: fs.read_text("/data/folder"), lambda: fs.listdir("/data/raw"), lambda: fs.mkdir("/data/folder"),
          lambda: fs.write_text("/fixed/file", "y"), lambda: fs.remove("/data/folder"), lambda: fs.read_text("/elsewhere/x")):
    try:
        print("no error", f())
    except OSError as error:
        name = errno.errorcode.get(error.errno)
        print(type(error).__name__, name, error.filename, str(error) == f"[Errno {error.errno}] {error.strerror}: {error.filename!r}")
try:
    fs.read_text("/data/raw")
except UnicodeDecodeError as error:
    print(error)
try:
    fs.write_text("/fixed/file", "y")
except PermissionError as error:
    print("--mount" in str(error), "WithSessionMount" in str(error) or "MountReadWrite" in str(error))
""")
    assert lines[:4] == [
        "FileNotFoundError ENOENT /data/none True",
        "IsADirectoryError EISDIR /data/folder True",
        "NotADirectoryError ENOTDIR /data/raw True",
        "FileExistsError EEXIST /data/folder True",
    ]
    assert lines[4].startswith("PermissionError ")
    assert lines[5] == "OSError ENOTEMPTY /data/folder True"
    assert lines[6].split()[0] in ("FileNotFoundError", "PermissionError")
    assert lines[7] == "'utf-8' codec can't decode byte 0xff in position 0: invalid start byte"
    assert lines[8] == "True True"


def test_javascript_file_errors(javascript):
    (javascript.read_only / "file").write_text("x")
    (javascript.folder / "raw").write_bytes(b"\xff")
    (javascript.folder / "folder" / "full").mkdir(parents=True)
    lines = javascript.lines("""
for (const f of [() => fs.readText("/data/none"), () => fs.readText("/data/folder"), () => fs.listdir("/data/raw"), () => fs.mkdir("/data/folder"),
  () => fs.writeText("/fixed/file", "y"), () => fs.remove("/data/folder"), () => fs.readText("/data/raw")]) {
  try { console.log("no error", f()) } catch (error) {
    console.log(error.name, error.code, error.path, error instanceof HostError, error.message.split(error.path).length - 1, Object.keys(error).length);
  }
}
""")
    assert lines[:4] == [
        "FileNotFoundError ENOENT /data/none true 1 0",
        "IsADirectoryError EISDIR /data/folder true 1 0",
        "NotADirectoryError ENOTDIR /data/raw true 1 0",
        "FileExistsError EEXIST /data/folder true 1 0",
    ]
    assert lines[4].startswith("PermissionError ")
    assert lines[5] == "OSError ENOTEMPTY /data/folder true 1 0"
    assert lines[6].startswith("TypeError undefined undefined false")


def test_uncaught_errors_of_fs_have_no_hint_about_files_of_the_machine(python):
    done = python('import asyncio\nasync def f():\n    await asyncio.gather(fs.async_read_text("/data/none"))\nasyncio.run(f())')
    assert done.stderr.endswith("'/data/none'\n")
    done = python('fs.read_text("/data/none")')
    assert done.stderr.endswith("'/data/none'\n")
    done = python('open("/data/none")')
    assert "There are the host's mounts and nothing else" in done.stderr


def test_async_files(python, javascript):
    assert python.lines("""
import asyncio
async def main():
    await asyncio.gather(*(fs.async_write_text(f"/data/{i}.txt", str(i)) for i in range(5)))
    print(await asyncio.gather(*(fs.async_read_text(f"/data/{i}.txt") for i in range(5))))
    await fs.async_mkdir("/data/d")
    await fs.async_write_json("/data/d/x", [1])
    await fs.async_write_bytes("/data/d/y", b"\\xff")
    await fs.async_append_text("/data/d/x", " ")
    await fs.async_rename("/data/0.txt", "/data/d/0.txt")
    print(await fs.async_read_json("/data/d/x"), await fs.async_read_bytes("/data/d/y"), await fs.async_exists("/data/0.txt"))
    print((await fs.async_stat("/data/d/y"))["size"], len(await fs.async_listdir("/data")), [found async for found in fs.async_walk("/data/d")])
    await fs.async_remove("/data/d/y")
    print(await asyncio.gather(fs.async_read_text("/data/none"), fs.async_read_text("/data/1.txt"), return_exceptions=True))
asyncio.run(main())
""") == [
        "['0', '1', '2', '3', '4']",
        "[1] b'\\xff' False",
        "1 5 [('/data/d', [], ['0.txt', 'x', 'y'])]",
        "[FileNotFoundError(44, 'No such file or directory'), '1']",
    ]


def test_async_files_in_javascript(javascript):
    assert javascript.lines("""
await runAsync([0, 1, 2, 3, 4].map((i) => fs.asyncWriteText(`/data/${i}.txt`, `${i}`)));
console.log(await runAsync([0, 1, 2, 3, 4].map((i) => fs.asyncReadText(`/data/${i}.txt`))));
await fs.asyncMkdir("/data/d");
await fs.asyncWriteJson("/data/d/x", [1]);
await fs.asyncWriteBytes("/data/d/y", new Uint8Array([255]));
await fs.asyncAppendText("/data/d/x", " ");
await fs.asyncRename("/data/0.txt", "/data/d/0.txt");
console.log(await fs.asyncReadJson("/data/d/x"), await fs.asyncReadBytes("/data/d/y"), await fs.asyncExists("/data/0.txt"));
const found = [];
for await (const step of fs.asyncWalk("/data/d")) found.push(step);
console.log((await fs.asyncStat("/data/d/y")).size, (await fs.asyncListdir("/data")).length, JSON.stringify(found));
await fs.asyncRemove("/data/d/y");
try { await fs.asyncReadText("/data/none") } catch (error) { console.log(error.name, error.code, error.path) }
""") == [
        "[ '0', '1', '2', '3', '4' ]",
        "[ 1 ] Uint8Array(1) [ 255 ] false",
        '1 5 [["/data/d",[],["0.txt","x","y"]]]',
        "FileNotFoundError ENOENT /data/none",
    ]


def test_walk_can_be_steered_and_does_not_follow_links(python, javascript):
    for name in ("a/deep", "b/deep", "c"):
        (python.folder / name).mkdir(parents=True)
    (python.folder / "c" / "link").symlink_to("../b")
    program = """
for path, folders, files in fs.walk("/data"):
    print(path, folders, files)
    if "a" in folders:
        folders.remove("a")
    folders.reverse()
"""
    assert python.lines(program) == ["/data ['a', 'b', 'c'] []", "/data/c ['link'] []", "/data/b ['deep'] []", "/data/b/deep [] []"]
    python.goru.write("main.js", """
for (const [path, folders, files] of fs.walk("/data")) {
  console.log(path, folders.join(), files.length);
  if (folders[0] === "a") folders.shift();
  folders.reverse();
}
""")
    done = python.goru("main.js", *python.flags)
    assert done.stdout.splitlines() == ["/data a,b,c 0", "/data/c link 0", "/data/b deep 0", "/data/b/deep  0"]


def test_values_cross_languages_through_one_store(goru):
    goru.write("a.py", 'kv.set("v", {"big": 2**70, "small": 5, "float": 2.0**60, "text": "\\u00e9\\U0001f600", "list": [None, True]})')
    goru.write("b.js", """
const v = kv.get("v");
console.log(v.big === 2n ** 70n, v.small === 5, v.float === 2 ** 60, v.text, v.list);
kv.set("v", {big: v.big + 1n, float: 2 ** 60, zero: -0, nothing: null});
""")
    goru.write("c.py", 'v = kv.get("v")\nprint(v["big"] - 2**70, type(v["float"]).__name__, v["float"] == 2**60, v["zero"], v["nothing"])')
    outputs = [goru(name, "--kv-file", "store.db") for name in ("a.py", "b.js", "c.py")]
    assert [done.stderr for done in outputs] == ["", "", ""]
    assert outputs[1].stdout == "true true true é😀 [ null, true ]\n"
    assert outputs[2].stdout == "1 float True -0.0 None\n"


def test_an_aborted_fetch_ends_its_request(javascript):
    lines = javascript.lines(
        """
const controller = new AbortController();
const asked = fetch('BASE/unanswered', { signal: controller.signal }).catch((error) => error.name);
console.log(await (await fetch('BASE/began')).text());
controller.abort();
console.log(await asked);
console.log(await (await fetch('BASE/left')).text());
""",
        "--web",
    )
    assert lines == ["True", "AbortError", "True"]
