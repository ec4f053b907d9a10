"""Whom the server lets in, and clients that are slow, broken or greedy."""

import json
import os
import socket
import ssl
import subprocess
import threading

import pytest
from client import ask, connect, run, until


def raw(server, request, seconds=30):
    """All that comes back for these bytes, until the server closes."""
    with socket.create_connection((server.host, server.port), timeout=seconds) as connection:
        connection.sendall(request)
        out = b""
        while True:
            piece = connection.recv(65536)
            if not piece:
                return out
            out += piece


def test_a_page_of_another_site_reaches_nothing(shared_server):
    body = {"code": "print(1)"}
    for headers in (
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
    ):
        assert ask(shared_server, "POST", "/execute", body, headers).status == 403
    # DNS rebinding: the page's own name leads here.
    for host in ("evil.example", f"evil.example:{shared_server.port}"):
        assert ask(shared_server, "POST", "/execute", body, {"Host": host, "Origin": "http://" + host}).status == 421
        assert ask(shared_server, "GET", "/v1/sessions", headers={"Host": host}).status == 421
    reply = ask(shared_server, "POST", "/execute", body, {"Origin": shared_server.url})
    assert reply.status == 200 and "Access-Control-Allow-Origin" not in reply.headers


def test_cors_by_option(serve):
    server = serve("--cors-origin", "https://app.example.com")
    headers = {"Origin": "https://app.example.com"}
    preflight = ask(server, "OPTIONS", "/execute", headers={**headers, "Access-Control-Request-Method": "POST"})
    assert preflight.status == 204 and "POST" in preflight.headers["Access-Control-Allow-Methods"]
    assert preflight.headers["Access-Control-Allow-Origin"] == "https://app.example.com"
    assert ask(server, "POST", "/execute", {"code": "1"}, headers).status == 200
    assert ask(server, "POST", "/execute", {"code": "1"}, {"Origin": "https://other.example"}).status == 403


def test_tokens(serve, tmp_path):
    file = tmp_path / "tokens"
    file.write_text(
        json.dumps(
            {
                "tokens": [
                    {"name": "ann", "token": "a" * 20, "sessions": 1, "runs": 1},
                    {"name": "bob", "token": "b" * 20, "session": {"limits": {"timeout": "100ms"}}},
                ]
            }
        )
    )
    file.chmod(0o600)
    server = serve("--token-file", file)
    ann = {"Authorization": "Bearer " + "a" * 20}
    bob = {"Authorization": "Bearer " + "b" * 20}
    refused = ask(server, "POST", "/execute", {"code": "1"})
    assert refused.status == 401 and refused.headers["WWW-Authenticate"] == "Bearer"
    assert ask(server, "GET", "/metrics").status == 401
    assert ask(server, "GET", "/health").status == 200
    assert ask(server, "POST", "/execute", {"code": "print(1)"}, ann).json()["output"] == "1\n"
    # Each has its own ceiling, sessions of its own and no more of them than it may.
    assert "0.1 s" in ask(server, "POST", "/execute", {"code": "while True: pass", "timeout": "1s"}, bob).json()["error"]
    session = ask(server, "POST", "/v1/sessions", {}, ann).json()["id"]
    full = ask(server, "POST", "/v1/sessions", {}, ann)
    assert full.status == 429 and full.headers["Retry-After"] and "--max-sessions-per-client" in full.text
    assert ask(server, "POST", "/v1/sessions", {}, bob).status == 201
    assert ask(server, "GET", "/v1/sessions/" + session, headers=bob).status == 404
    assert ask(server, "DELETE", "/v1/sessions/" + session, headers=bob).status == 404
    job = ask(server, "POST", "/v1/jobs", {"code": "while True: pass", "session_id": session}, ann).json()["id"]
    assert ask(server, "GET", "/v1/jobs/" + job, headers=bob).status == 404
    busy = ask(server, "POST", "/v1/run", {"code": "1"}, ann)
    assert busy.status == 429 and "--max-runs-per-client" in busy.text
    assert ask(server, "DELETE", "/v1/jobs/" + job, headers=ann).status == 204
    assert ask(server, "DELETE", "/v1/sessions/" + session, headers=ann).status == 204
    # Read again, and kept where the file is wrong.
    file.write_text("ann " + "c" * 20)
    server.signal(1)
    server.wait_for_log("read 1 tokens again")
    assert ask(server, "GET", "/v1/limits", headers=ann).status == 401
    assert ask(server, "GET", "/v1/limits", headers={"Authorization": "Bearer " + "c" * 20}).status == 200
    file.write_text("ann short")
    server.signal(1)
    server.wait_for_log("stay as they were")
    assert ask(server, "GET", "/v1/limits", headers={"Authorization": "Bearer " + "c" * 20}).status == 200
    assert not [line for line in server.log_lines() if "aaaa" in line or "cccc" in line]


def test_other_machines_only_with_tokens():
    goru = os.environ["GORU"]
    for address in ("0.0.0.0", "::"):
        done = subprocess.run([goru, "serve", "--listen", address], capture_output=True, text=True)
        assert done.returncode == 2 and "--token-file" in done.stderr
    done = subprocess.run([goru, "serve", "--listen", "nowhere"], capture_output=True, text=True)
    assert done.returncode == 2
    done = subprocess.run([goru, "serve", "--max-body", "huge"], capture_output=True, text=True)
    assert done.returncode == 2 and "--max-body takes a size" in done.stderr


def test_tls(serve, tmp_path):
    def certificate(name):
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost"]
            + ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", tmp_path / "key.pem", "-out", tmp_path / "cert.pem"],
            check=True,
            capture_output=True,
        )
        (tmp_path / name).write_bytes((tmp_path / "cert.pem").read_bytes())
        return str(tmp_path / name)

    first = certificate("first.pem")
    server = serve("--tls-cert", tmp_path / "cert.pem", "--tls-key", tmp_path / "key.pem")
    assert server.url.startswith("https:")
    connection = connect(server, ca_file=first)
    for code in ("print(1)", "print('x' * 1000000)"):
        reply = ask(server, "POST", "/execute", {"code": code}, connection=connection)
        assert reply.status == 200 and reply.json()["output"]
    # A client that goes ends its run.
    connection.request("POST", "/v1/run", json.dumps({"code": "while True: pass"}))
    until(lambda: 'goru_now{what="runs"} 1' in ask(server, "GET", "/metrics", ca_file=first).text)
    connection.sock.close()
    connection.close()
    until(lambda: 'goru_now{what="runs"} 0' in ask(server, "GET", "/metrics", ca_file=first).text)
    # Plain HTTP gets no answer, and old protocols none either.
    try:
        assert b"200 OK" not in raw(server, b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
    except ConnectionResetError:
        pass
    second = certificate("second.pem")
    server.signal(1)
    server.wait_for_log("read the certificate again")
    with pytest.raises(ssl.SSLError):
        ask(server, "GET", "/health", ca_file=first)
    assert ask(server, "GET", "/health", ca_file=second).text == "ok"


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"GARBAGE\r\n\r\n", b"400"),
        (b"GET /health HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n", b"400"),
        (b"POST /execute HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", b"400"),
        (b"GET /health HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 20000 + b"\r\n\r\n", b"431"),
        (b"POST /execute HTTP/1.1\r\nHost: localhost\r\nContent-Length: 999999999999\r\n\r\n", b"413"),
        (b"GET /%zz HTTP/1.1\r\nHost: localhost\r\n\r\n", b"400"),
        (b"GET http://localhost/health HTTP/1.1\r\nHost: localhost\r\n\r\n", b"400"),
    ],
)
def test_what_is_no_request_is_refused(shared_server, request_bytes, status):
    assert raw(shared_server, request_bytes).startswith(b"HTTP/1.1 " + status)
    assert ask(shared_server, "GET", "/health").text == "ok"


def test_ways_of_http(shared_server):
    body = json.dumps({"code": "print(1)"}).encode()
    # HTTP/1.0 has no chunks and no connection that goes on.
    old = raw(shared_server, b"POST /v1/run HTTP/1.0\r\nHost: localhost\r\nAccept: text/event-stream\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
    assert b"event: end" in old and b"chunked" not in old
    # Chunks in, with a pause to say that they may come.
    with socket.create_connection((shared_server.host, shared_server.port), timeout=30) as connection:
        connection.sendall(b"POST /execute HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 100 Continue")
        connection.sendall(b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body))
        out = b""
        while piece := connection.recv(65536):
            out += piece
    assert b'"output":"1\\n"' in out
    # Several requests at once on one connection are answered in their order.
    one = b"POST /execute HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
    out = raw(shared_server, one * 3 + b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    assert out.count(b'"output":"1\\n"') == 3 and out.endswith(b"ok")
    head = ask(shared_server, "HEAD", "/health")
    assert head.status == 200 and head.body == b"" and head.headers["Content-Length"] == "2"


def test_a_body_that_is_too_large(serve):
    server = serve("--max-body", "1kb", "--max-all-bodies", "1kb")
    reply = ask(server, "POST", "/execute", {"code": "#" * 2000})
    assert reply.status == 413 and "--max-body" in reply.text
    chunked = raw(
        server,
        b"POST /execute HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n" + b"400\r\n" + b"x" * 1024 + b"\r\n" + b"400\r\n" + b"x" * 1024 + b"\r\n0\r\n\r\n",
    )
    assert chunked.startswith(b"HTTP/1.1 413")
    # While one body is on its way there is no room for another one.
    with socket.create_connection((server.host, server.port), timeout=30) as slow:
        slow.sendall(b"POST /execute HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{")
        reply = until(lambda: (r := ask(server, "POST", "/execute", {"code": "#" * 100})).status == 503 and r)
        assert reply.headers["Retry-After"]
    until(lambda: ask(server, "POST", "/execute", {"code": "1"}).status == 200)


def test_slow_clients_lose_their_connections_and_nobody_else_waits(serve):
    server = serve("--header-timeout", "500ms", "--body-timeout", "1s", "--keep-alive", "1s", "--write-timeout", "1s")
    slow = []
    for beginning in (
        b"",
        b"GET /hea",
        b"POST /execute HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{",
        b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ):
        connection = socket.create_connection((server.host, server.port), timeout=30)
        connection.sendall(beginning)
        slow.append(connection)
    # One that takes nothing of what it asked for.
    reader = socket.socket()
    reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    reader.settimeout(30)
    reader.connect((server.host, server.port))
    body = json.dumps({"code": "print('x' * 8000000)", "stream": True}).encode()
    reader.sendall(b"POST /v1/run HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
    assert run(server, "print(1)")["stdout"] == "1\n"
    for connection in slow:
        while connection.recv(65536):
            pass
        connection.close()
    server.wait_for_log(lambda line: '"complete":false' in line and "/v1/run" in line)
    reader.close()
    assert run(server, "print(1)")["stdout"] == "1\n"


def test_so_many_connections_and_no_more(serve):
    server = serve("--max-connections", "3")
    held = [socket.create_connection((server.host, server.port), timeout=30) for _ in range(3)]
    for connection in held:
        connection.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert b"200 OK" in connection.recv(65536)
    assert raw(server, b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n").startswith(b"HTTP/1.1 503")
    for connection in held:
        connection.close()
    until(lambda: raw(server, b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").startswith(b"HTTP/1.1 200"))


def test_a_guest_that_eats_its_limits_slows_nobody(serve):
    server = serve("--timeout", "3s", "--memory", "64mb", "--max-output", "1mb")
    greedy = [
        "while True: pass",
        "x = []\nwhile True: x.append(bytearray(1 << 20))",
        "while True: print('x' * 10000)",
        "import re\nre.match(r'(a+)+$', 'a' * 60 + 'b')",
    ]
    results = []
    threads = [threading.Thread(target=lambda code=code: results.append(run(server, code))) for code in greedy * 2]
    for thread in threads:
        thread.start()
    answered = 0
    while any(thread.is_alive() for thread in threads):
        assert run(server, "print(1)")["stdout"] == "1\n"
        answered += 1
    for thread in threads:
        thread.join()
    assert answered > 3
    kinds = sorted(result["error"]["kind"] for result in results)
    assert kinds == ["memory_limit"] * 2 + ["timeout"] * 6
    assert any(result["stdout_truncated"] for result in results)


def test_a_full_queue_answers_at_once(serve):
    server = serve("--max-runs", "1", "--max-queue", "1", "--timeout", "20s")
    jobs = [ask(server, "POST", "/v1/jobs", {"code": "while True: pass"}).json()["id"] for _ in range(2)]
    for path in ("/execute", "/v1/run"):
        for body in ({"code": "1"}, {"code": "1", "stream": True}):
            reply = ask(server, "POST", path, body)
            assert reply.status == 429 and reply.headers["Retry-After"], reply.text
    for job in jobs:
        ask(server, "DELETE", "/v1/jobs/" + job)
    until(lambda: ask(server, "POST", "/execute", {"code": "print(1)"}).status == 200)


def test_sessions_expire_and_say_so(serve):
    server = serve("--session-idle", "200ms", "--session-life", "2s")
    path = "/v1/sessions/" + ask(server, "POST", "/v1/sessions", {}).json()["id"]
    reply = until(lambda: (r := ask(server, "GET", path)).status == 410 and r)
    assert "nobody used it" in reply.json()["error"]["message"]
    path = "/v1/sessions/" + ask(server, "POST", "/v1/sessions", {}).json()["id"]
    out = ask(server, "POST", path + "/run", {"code": "while True: pass"}).json()
    assert out["error"]["kind"] == "cancelled"
    assert "end of its life" in ask(server, "GET", path).text
