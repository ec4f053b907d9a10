"""The endpoints without a version: a client written for the specified system's server works unchanged."""

import pytest
from client import ask


def test_a_run(shared_server):
    reply = ask(shared_server, "POST", "/execute", {"code": "print(6 * 7)", "lang": "python"})
    assert reply.status == 200
    assert reply.headers["Content-Type"] == "application/json"
    out = reply.json()
    assert out["output"] == "42\n" and "error" not in out and isinstance(out["duration_ms"], int)
    out = ask(shared_server, "POST", "/execute", {"code": "console.log([1, 2])", "lang": "js"}).json()
    assert out["output"] == "[ 1, 2 ]\n"


def test_an_error_is_a_text(shared_server):
    reply = ask(shared_server, "POST", "/execute", {"code": "print(1)\n1/0"})
    assert reply.status == 200
    out = reply.json()
    assert out["output"] == "1\n" and out["error"].endswith("ZeroDivisionError: division by zero\n")
    out = ask(shared_server, "POST", "/execute", {"code": "while True: pass", "timeout": "50ms"}).json()
    assert "took longer than 0.05 s" in out["error"]
    assert "error" not in ask(shared_server, "POST", "/execute", {"code": "import sys; sys.exit(0)"}).json()
    assert "3" in ask(shared_server, "POST", "/execute", {"code": "import sys; sys.exit(3)"}).json()["error"]


def test_a_session(shared_server):
    reply = ask(shared_server, "POST", "/sessions", {"lang": "python"})
    assert reply.status == 200
    path = "/sessions/" + reply.json()["session_id"]
    assert ask(shared_server, "POST", path + "/exec", {"code": "x = 41"}).json()["output"] == ""
    assert ask(shared_server, "POST", path + "/exec", {"code": "print(x + 1)"}).json()["output"] == "42\n"
    assert ask(shared_server, "DELETE", path).status == 204
    gone = ask(shared_server, "POST", path + "/exec", {"code": "1"})
    assert gone.status == 410 and "ended" in gone.text
    assert ask(shared_server, "DELETE", path).status == 410
    assert ask(shared_server, "DELETE", "/sessions/none").status == 404


def test_a_session_without_a_body(shared_server):
    reply = ask(shared_server, "POST", "/sessions")
    assert reply.status == 200
    assert ask(shared_server, "DELETE", "/sessions/" + reply.json()["session_id"]).status == 204


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"{", "no JSON"),
        ({}, "code required"),
        ({"code": ""}, "code required"),
        ({"code": 1}, "code takes a text"),
        ({"code": "1", "lang": "perl"}, "there is no language"),
        ({"code": "1", "timeout": "soon"}, "timeout takes a time"),
    ],
)
def test_what_is_wrong_is_a_line_of_text(shared_server, body, says):
    reply = ask(shared_server, "POST", "/execute", body)
    assert reply.status == 400 and says in reply.text
    assert reply.headers["Content-Type"].startswith("text/plain")


def test_members_of_no_meaning_are_passed_over(shared_server):
    reply = ask(shared_server, "POST", "/execute", {"code": "print(1)", "whatever": 1, "timeout": ""})
    assert reply.json()["output"] == "1\n"


def test_health(shared_server):
    reply = ask(shared_server, "GET", "/health")
    assert (reply.status, reply.body) == (200, b"ok")


def test_an_exception_of_a_session_keeps_it(serve):
    server = serve("--timeout", "2s")
    path = "/sessions/" + ask(server, "POST", "/sessions", {"lang": "js"}).json()["session_id"]
    assert "error" in ask(server, "POST", path + "/exec", {"code": "globalThis.a = 1; null.x"}).json()
    assert ask(server, "POST", path + "/exec", {"code": "console.log(a)"}).json()["output"] == "1\n"
    # A limit does not.
    assert "error" in ask(server, "POST", path + "/exec", {"code": "for (;;) {}", "timeout": "50ms"}).json()
    reply = ask(server, "POST", path + "/exec", {"code": "1"})
    assert reply.status == 410 and "a run has ended the session" in reply.text
