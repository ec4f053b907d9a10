"""The endpoints under /v1."""

import base64
import json
import threading

import pytest
from client import ask, connect, events, run, until
from served import Server


@pytest.fixture(scope="module")
def server():
    server = Server(["--scratch", "--timeout", "20s"])
    yield server
    assert server.stop() == 0


def test_all_that_a_run_tells(server):
    out = run(
        server,
        "import sys\nprint(sys.argv[1:], input())\nsys.stderr.write('e\\n')\n{'a': [1, None]}",
        stdin="in\n",
        arguments=["x", "y"],
        want_value=True,
    )
    assert out["stdout"] == "['x', 'y'] in\n" and out["stderr"] == "e\n"
    assert out["value"] == {"a": [1, None]} and out["error"] is None and out["status"] == "ok"
    assert out["usage"]["peak_memory_bytes"] > 1 << 20 and not out["stdout_truncated"]


def test_errors_have_their_line(server):
    out = run(server, "def f():\n    raise ValueError('no')\nf()", name="job.py")
    assert out["error"]["type"] == "ValueError" and out["error"]["line"] == 2
    out = run(server, "const x = 1;\nfunction f() { null.a }\nf()", language="js")
    assert out["error"]["line"] == 2
    assert run(server, "x = (", language="python")["error"]["line"] == 1
    assert run(server, "while True: pass", timeout="50ms")["error"]["kind"] == "timeout"


def test_files_go_in_and_out(server):
    blob = bytes(range(256))
    out = run(
        server,
        "data = open('in.bin', 'rb').read()\nopen('out.bin', 'wb').write(data[::-1])\nopen('sub.txt', 'w').write(open('a.txt').read() * 2)",
        files={"in.bin": {"base64": base64.b64encode(blob).decode()}, "a.txt": "é"},
        return_files=True,
    )
    files = {file["path"]: file for file in out["files"]}
    assert base64.b64decode(files["/work/out.bin"]["base64"]) == blob[::-1]
    assert files["/work/sub.txt"]["text"] == "éé"
    assert set(files) == {"/work/out.bin", "/work/sub.txt"}


def test_output_streams_while_it_comes(server):
    connection = connect(server)
    code = "import time\nprint('first', flush=True)\ntime.sleep(1)\nprint('é' * 3)\n1/0"
    connection.request("POST", "/v1/run", json.dumps({"code": code, "stream": True}))
    response = connection.getresponse()
    assert response.headers["Content-Type"] == "text/event-stream"
    seen = events(response)
    assert next(seen)[0] == "start"
    assert next(seen) == ("stdout", {"text": "first\n"})
    rest = list(seen)
    assert [name for name, _ in rest] == ["stdout", "error", "end"]
    assert rest[0][1]["text"] == "ééé\n" and rest[1][1]["line"] == 5
    assert rest[2][1]["status"] == "guest_exception" and rest[2][1]["exit_code"] == 1
    # The connection goes on.
    assert ask(server, "GET", "/health", connection=connection).text == "ok"
    connection.close()


def test_what_a_client_may_not_have_is_cut_and_said(server):
    wanted = {"limits": {"timeout": "1h", "memory_bytes": "64mb"}, "http": {"allowed_hosts": ["example.com"]}}
    out = run(server, "1", session=wanted)
    assert {cut["path"] for cut in out["cuts"]} == {"limits.timeout", "http.allowed_hosts.0"} or len(out["cuts"]) == 2
    reply = ask(server, "POST", "/v1/run", {"code": "1", "session": wanted, "strict": True})
    assert reply.status == 400 and "session: " in reply.json()["error"]["message"]
    out = run(server, "x = bytearray(100 << 20)", session={"limits": {"memory_bytes": "64mb"}})
    assert out["error"]["kind"] == "memory_limit"


def test_a_session_lives_until_it_is_ended(server):
    reply = ask(server, "POST", "/v1/sessions", {"language": "python", "session": {"limits": {"timeout": "5s"}}})
    assert reply.status == 201
    opened = reply.json()
    assert opened["session"]["limits"]["timeout"] == 5
    path = "/v1/sessions/" + opened["id"]
    assert ask(server, "POST", path + "/run", {"code": "x = 20"}).json()["status"] == "ok"
    out = ask(server, "POST", path + "/run", {"code": "x + 1", "want_value": True}).json()
    assert out["value"] == 21
    out = ask(server, "POST", path + "/run", {"code": "\n1/0"}).json()
    assert out["error"]["line"] == 2 and '"<run 3>"' in out["error"]["traceback"]
    listed = ask(server, "GET", "/v1/sessions").json()["sessions"]
    assert opened["id"] in [session["id"] for session in listed]
    assert ask(server, "GET", path).json()["language"] == "python"
    assert ask(server, "DELETE", path).status == 204
    assert ask(server, "GET", path).status == 410
    assert ask(server, "GET", "/v1/sessions/none").status == 404


def test_files_of_a_session(server):
    path = "/v1/sessions/" + ask(server, "POST", "/v1/sessions", {"language": "js"}).json()["id"]
    assert ask(server, "PUT", path + "/files/a%20b/in.txt", b"\x00hello").status == 204
    listed = ask(server, "GET", path + "/files").json()["files"]
    assert [file["path"] for file in listed] == ["/work/a b", "/work/a b/in.txt"]
    reply = ask(server, "GET", path + "/files/work/a%20b/in.txt")
    assert reply.body == b"\x00hello" and reply.headers["Content-Disposition"] == "attachment"
    assert ask(server, "DELETE", path + "/files/a%20b/in.txt").status == 204
    assert ask(server, "GET", path + "/files/a%20b/in.txt").status == 404
    assert ask(server, "GET", path + "/files/%2e%2e/secret").status == 400
    ask(server, "DELETE", path)


def test_one_run_at_a_time_and_interrupts(server):
    path = "/v1/sessions/" + ask(server, "POST", "/v1/sessions", {"language": "python"}).json()["id"]
    ask(server, "POST", path + "/run", {"code": "x = 7"})
    result = {}
    thread = threading.Thread(
        target=lambda: result.update(ask(server, "POST", path + "/run", {"code": "while True: pass"}).json())
    )
    thread.start()
    # Not by asking for a run: the one that is to come could meet that.
    until(lambda: 'goru_now{what="runs"} 1' in ask(server, "GET", "/metrics").text)
    assert ask(server, "POST", path + "/run", {"code": "1"}).status == 409
    assert ask(server, "POST", path + "/interrupt").status == 204
    thread.join()
    assert result["error"]["kind"] == "cancelled" and result["session_alive"]
    assert ask(server, "POST", path + "/run", {"code": "x", "want_value": True}).json()["value"] == 7
    ask(server, "DELETE", path)


def test_jobs(server):
    reply = ask(server, "POST", "/v1/jobs", {"code": "import time\ntime.sleep(0.3)\nprint('done')"})
    assert reply.status == 202 and not reply.json()["done"]
    path = reply.headers["Location"]
    out = ask(server, "GET", path + "?wait=30s").json()
    assert out["done"] and out["result"]["stdout"] == "done\n"
    assert ask(server, "GET", path).json() == out
    endless = ask(server, "POST", "/v1/jobs", {"code": "while True: pass"}).json()["id"]
    assert not ask(server, "GET", f"/v1/jobs/{endless}?wait=10ms").json()["done"]
    assert endless in [job["id"] for job in ask(server, "GET", "/v1/jobs").json()["jobs"]]
    assert ask(server, "DELETE", f"/v1/jobs/{endless}").status == 204
    assert ask(server, "GET", f"/v1/jobs/{endless}").status == 404
    until(lambda: 'goru_now{what="runs"} 0' in ask(server, "GET", "/metrics").text)


def test_a_job_in_a_session(server):
    session = ask(server, "POST", "/v1/sessions", {"language": "python"}).json()["id"]
    job = ask(server, "POST", "/v1/jobs", {"code": "x = 5", "session_id": session}).json()["id"]
    assert ask(server, "GET", f"/v1/jobs/{job}?wait=30s").json()["result"]["status"] == "ok"
    out = ask(server, "POST", f"/v1/sessions/{session}/run", {"code": "x", "want_value": True}).json()
    assert out["value"] == 5
    ask(server, "DELETE", f"/v1/sessions/{session}")


def test_a_client_that_goes_ends_its_run(server):
    for stream in (False, True):
        connection = connect(server)
        connection.request("POST", "/v1/run", json.dumps({"code": "print(1, flush=True)\nwhile True: pass", "stream": stream}))
        if stream:
            connection.getresponse().readline()
        until(lambda: 'goru_now{what="runs"} 1' in ask(server, "GET", "/metrics").text)
        connection.sock.close()
        connection.close()
        until(lambda: 'goru_now{what="runs"} 0' in ask(server, "GET", "/metrics").text)


def test_what_clients_see_names_no_path_of_the_machine(serve, tmp_path):
    server = serve("--mount", f"/data:{tmp_path}:ro", "--kv-file", str(tmp_path / "store.db"))
    limits = ask(server, "GET", "/v1/limits")
    assert "/data" in limits.text and str(tmp_path) not in limits.text
    opened = ask(server, "POST", "/v1/sessions", {"session": {"limits": {"timeout": 1}}})
    assert opened.status == 201 and str(tmp_path) not in opened.text
    (tmp_path / "a.txt").write_text("mounted")
    assert run(server, "fs.read_text('/data/a.txt')", want_value=True)["value"] == "mounted"
