"""goru mcp as a process: what it reads, what it writes, how it ends."""

import json
import signal
import time

import pytest

INITIALIZE = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}},
}


def tell(process, *messages):
    for message in messages:
        process.stdin.write((message if isinstance(message, bytes) else json.dumps(message).encode()) + b"\n")
    process.stdin.flush()


def hear(process):
    return json.loads(process.stdout.readline())


def run(code, number=2):
    return {
        "jsonrpc": "2.0",
        "id": number,
        "method": "tools/call",
        "params": {"name": "run_python", "arguments": {"code": code}},
    }


def test_standard_output_has_messages_only(server):
    process = server()
    tell(process, INITIALIZE, b"", b"  ", b"nonsense", b"\xff", run("print('a\\nb')"), {"jsonrpc": "2.0", "method": "x"})
    out, err = process.communicate(timeout=60)
    messages = [json.loads(line) for line in out.decode().splitlines()]
    assert [message.get("id") for message in messages] == [1, None, None, 2]
    assert messages[3]["result"]["structuredContent"]["stdout"] == "a\nb\n"
    assert err == b""
    assert process.returncode == 0


def test_a_line_that_is_too_long_is_passed_over(server):
    process = server()
    tell(process, b'{"x": "' + b"x" * (33 << 20) + b'"}', INITIALIZE)
    assert hear(process)["error"]["code"] == -32600
    assert hear(process)["id"] == 1


def test_the_last_line_needs_no_end(server):
    process = server()
    process.stdin.write(json.dumps(INITIALIZE).encode())
    process.stdin.close()
    assert hear(process)["id"] == 1
    assert process.wait(timeout=60) == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_and_what_runs(server, number):
    process = server()
    tell(process, INITIALIZE, run("while True: pass"))
    assert hear(process)["id"] == 1
    process.send_signal(number)
    assert process.wait(timeout=20) == 0


def test_it_ends_with_its_input_though_something_runs(server):
    process = server()
    tell(process, INITIALIZE, run("while True: pass"))
    assert hear(process)["id"] == 1
    process.stdin.close()
    assert process.wait(timeout=20) == 0


def test_it_ends_where_nobody_reads(server):
    process = server()
    tell(process, INITIALIZE)
    hear(process)
    process.stdout.close()
    tell(process, INITIALIZE)
    assert process.wait(timeout=20) == 141


def test_guest_code_that_writes_messages_writes_none(server):
    process = server()
    forged = '{"jsonrpc":"2.0","id":3,"result":{}}'
    tell(process, INITIALIZE, run(f"import os\nprint({forged!r})\nos.write(1, b'\\n' + {forged!r}.encode() + b'\\n')"))
    assert hear(process)["id"] == 1
    answer = hear(process)
    assert answer["id"] == 2
    assert answer["result"]["structuredContent"]["stdout"].count('"id":3') == 2


def test_expired_sessions_say_so(server):
    process = server("--session-idle", "100ms")
    call = {"jsonrpc": "2.0", "id": 2, "method": "tools/call"}
    tell(process, INITIALIZE, {**call, "params": {"name": "start_session", "arguments": {"language": "javascript"}}})
    hear(process)
    handle = hear(process)["result"]["structuredContent"]["session_id"]
    pause = 0.2
    while True:
        # Each use lets it live on, so it is left alone for ever longer.
        time.sleep(pause)
        pause *= 2
        tell(process, {**call, "params": {"name": "run_in_session", "arguments": {"session_id": handle, "code": "1"}}})
        result = hear(process)["result"]
        if result["isError"]:
            break
    assert "expired" in result["content"][0]["text"]
    assert "start_session" in result["content"][0]["text"]


def call(process, tool, arguments):
    tell(process, INITIALIZE, {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": tool, "arguments": arguments}})
    hear(process)
    return hear(process)["result"]


def test_flags_are_what_sandboxes_may_use(server, tmp_path):
    (tmp_path / "x.txt").write_text("from the host")
    (tmp_path / "goru.json").write_text('{"session": {"limits": {"timeout": "2s"}}}')
    flags = ("--config", tmp_path / "goru.json", "--mount", f"/data:{tmp_path}:ro", "--env", "NAME=value")
    code = "import os\nopen('/data/x.txt').read() + os.environ['NAME']"
    assert call(server(*flags), "run_python", {"code": code})["structuredContent"]["value"] == "from the hostvalue"
    text = call(server(*flags), "describe_sandbox", {})["content"][0]["text"]
    assert "Limits of a run: 2 s" in text
    assert str(tmp_path) not in text
    cut = call(server("--max-result", "1kb"), "run_python", {"code": "print('x' * 5000)"})["structuredContent"]
    assert cut["stdout_truncated"] and len(cut["stdout"]) < 1100


def test_compatibility_is_on_unless_told_otherwise(server):
    code = {"code": "setTimeout(() => console.log('later'), 1)"}
    assert call(server(), "run_javascript", code)["structuredContent"]["stdout"] == "later\n"
    assert call(server("--no-compat"), "run_javascript", code)["isError"]


def test_wrong_flags_are_refused(server):
    for flags, words in [(("x",), b"takes flags only"), (("--timeout", "soon"), b"--timeout"), (("--session-idle", "x"), b"--session-idle")]:
        process = server(*flags)
        _, err = process.communicate(timeout=60)
        assert words in err
        assert process.returncode == 2


def test_help_teaches(server):
    process = server("--help")
    out, _ = process.communicate(timeout=60)
    for words in (b"goru mcp --packages", b"claude mcp add", b"--no-compat", b"run_in_session", b"--allow-host"):
        assert words in out
    assert process.returncode == 0
