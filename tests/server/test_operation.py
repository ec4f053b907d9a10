"""What an operator sees of the server, and how it ends."""

import http.server
import json
import signal
import socket
import subprocess
import threading

from client import ask, connect, run, until
from environment import clean_environment
from served import GORU_SERVE


def test_metrics(serve):
    server = serve()
    run(server, "print(1)")
    run(server, "1/0")
    ask(server, "GET", "/nothing/of/the/kind")
    text = ask(server, "GET", "/metrics").text
    assert 'goru_runs_total{language="python",status="ok"} 1' in text
    assert 'goru_runs_total{language="python",status="guest_exception"} 1' in text
    assert 'goru_http_requests_total{method="POST",route="/v1/run",status="200"} 2' in text
    assert 'goru_run_seconds_count{language="python"} 2' in text
    assert 'goru_now{what="connections"}' in text and 'goru_sandboxes{language="python3.13",use="ready"}' in text
    # What a client made up is no label.
    assert "/nothing" not in text
    for line in text.splitlines():
        assert line.startswith("#") or line.rpartition(" ")[2].replace(".", "").replace("e+", "").replace("e-", "").isdigit()


def test_log(serve):
    server = serve()
    reply = ask(server, "POST", "/execute", {"code": "1/0"}, {"traceparent": "00-" + "a" * 32 + "-" + "b" * 16 + "-01"})
    request = reply.headers["X-Request-Id"]
    assert reply.headers["traceparent"].startswith("00-" + "a" * 32 + "-") and "b" * 16 not in reply.headers["traceparent"]
    line = json.loads(server.wait_for_log(request))
    assert line["status"] == 200 and line["path"] == "/execute" and line["run"] == "guest_exception"
    assert line["trace_id"] == "a" * 32
    # Nothing that a client sends moves a terminal.
    with socket.create_connection((server.host, server.port), timeout=30) as connection:
        connection.sendall(b"GET /\x1b[2J HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        while connection.recv(4096):
            pass
    assert not [line for line in server.log_lines() if "\x1b" in line or "u001b" in line]


def test_spans_go_to_a_collector(serve):
    got = []

    class Collector(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            got.append((self.path, json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    collector = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Collector)
    threading.Thread(target=collector.serve_forever, daemon=True).start()
    server = serve("--otlp", f"http://127.0.0.1:{collector.server_port}")
    ask(server, "POST", "/execute", {"code": "1"}, {"traceparent": "00-" + "a" * 32 + "-" + "b" * 16 + "-01"})
    ask(server, "POST", "/execute", {"code": "1"}, {"traceparent": "00-" + "c" * 32 + "-" + "b" * 16 + "-00"})
    assert server.stop() == 0
    collector.shutdown()
    spans = [
        span for path, body in got for resource in body["resourceSpans"] for scope in resource["scopeSpans"] for span in scope["spans"]
    ]
    assert {path for path, _ in got} == {"/v1/traces"} and len(spans) == 1
    assert spans[0]["traceId"] == "a" * 32 and spans[0]["parentSpanId"] == "b" * 16
    assert spans[0]["name"] == "POST /execute" and int(spans[0]["endTimeUnixNano"]) > int(spans[0]["startTimeUnixNano"])


def test_the_end_answers_what_is_under_way(serve):
    server = serve("--shutdown-timeout", "20s")
    results = []
    connection = connect(server)
    ask(server, "GET", "/health", connection=connection)
    threads = [
        threading.Thread(target=lambda: results.append(run(server, "import time\ntime.sleep(1)\nprint('whole')"))) for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    until(lambda: 'goru_now{what="runs"} 3' in ask(server, "GET", "/metrics").text)
    server.signal(signal.SIGTERM)
    server.wait_for_log("finishing what is under way")
    for thread in threads:
        thread.join()
    assert [result["stdout"] for result in results] == ["whole\n"] * 3
    assert server.wait() == 0


def test_the_end_does_not_wait_for_ever(serve):
    server = serve("--shutdown-timeout", "300ms")
    result = {}
    thread = threading.Thread(target=lambda: result.update(run(server, "print('begun', flush=True)\nwhile True: pass")))
    thread.start()
    until(lambda: 'goru_now{what="runs"} 1' in ask(server, "GET", "/metrics").text)
    server.signal(signal.SIGINT)
    thread.join()
    assert result["error"]["kind"] == "cancelled" and result["stdout"] == "begun\n"
    assert server.wait() == 0


def test_readiness_goes_first(serve):
    server = serve("--shutdown-delay", "1s")
    assert ask(server, "GET", "/ready").text == "ok"
    server.signal(signal.SIGTERM)
    server.wait_for_log("finishing what is under way")
    assert ask(server, "GET", "/ready").status == 503
    assert ask(server, "GET", "/health").status == 200
    refused = ask(server, "POST", "/execute", {"code": "1"})
    assert refused.status == 503 and refused.headers["Retry-After"]
    assert server.wait() == 0


def test_a_port_that_is_taken(serve):
    server = serve()
    done = subprocess.run(
        [GORU_SERVE, "--port", str(server.port)], capture_output=True, text=True, env=clean_environment(), check=False
    )
    assert done.returncode == 125 and "--port chooses another" in done.stderr
