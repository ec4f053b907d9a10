"""What goru writes, and where."""

import json
import os
import select
import subprocess

import pytest


def test_json_of_a_success(goru):
    done = goru("--json", "-p", "-c", "import sys; print('out'); print('err', file=sys.stderr); {'a': [1, None]}")
    assert done.returncode == 0 and done.stderr == "" and done.stdout.count("\n") == 1
    result = json.loads(done.stdout)
    assert result["status"] == "ok" and result["exit_code"] == 0 and result["error"] is None
    assert result["stdout"] == "out\n" and result["stderr"] == "err\n" and result["output"] == "out\nerr\n"
    assert result["value"] == {"a": [1, None]}
    assert result["stdout_truncated"] is False and result["stderr_truncated"] is False
    assert result["duration_ms"] > 0
    assert result["usage"]["peak_memory_bytes"] > 1_000_000 and result["usage"]["host_calls"] == 0


@pytest.mark.parametrize(
    ("arguments", "code", "status", "exit_code"),
    [
        ([], "raise KeyError('k')", "guest_exception", 1),
        ([], "raise SystemExit(7)", "exited", 7),
        (["--timeout", "200ms"], "while True: pass", "timeout", 124),
        (["--memory", "64mb"], "bytearray(10**9)", "memory_limit", 137),
        (["--max-output", "10", "--stop-on-max-output"], "while True: print('xxxx')", "output_limit", 123),
        (["--image-dir", "."], "1", "unavailable", 125),
    ],
)
def test_json_of_failures(goru, arguments, code, status, exit_code):
    done = goru("--json", *arguments, "-c", code)
    result = json.loads(done.stdout)
    assert done.returncode == exit_code and done.stderr == ""
    assert result["status"] == status == result["error"]["kind"]
    assert set(result["error"]) == {"kind", "type", "message", "traceback"}


def test_json_of_an_exception(goru):
    goru.write("a.js", "throw new RangeError('too far');")
    error = json.loads(goru("--json", "a.js").stdout)["error"]
    assert error["type"] == "RangeError" and error["message"] == "too far"
    assert "a.js:1" in error["traceback"]


def test_json_with_bytes_that_are_no_text(goru):
    done = goru("--json", "-c", r"import sys; sys.stdout.buffer.write(b'a\xff\n')")
    assert json.loads(done.stdout)["stdout"] == "a\ufffd\n"


def test_bytes_pass_through_unchanged(goru):
    process = goru.start("-c", "import sys; sys.stdout.buffer.write(bytes(range(256)))")
    assert process.communicate(timeout=60)[0] == bytes(range(256))


def test_output_comes_as_it_is_written(goru):
    process = goru.start("-c", "import time\nprint('first')\ntime.sleep(20)", "--timeout", "30s")
    try:
        assert select.select([process.stdout], [], [], 15)[0], "nothing came while the code ran"
        assert os.read(process.stdout.fileno(), 100) == b"first\n"
        assert process.poll() is None
    finally:
        process.kill()
        process.communicate()


def test_huge_output(goru):
    done = goru("-c", "for i in range(200_000): print(i)")
    assert done.returncode == 0
    assert done.stdout == "".join(f"{i}\n" for i in range(200_000))


def test_output_over_the_default_limit_is_cut_and_said(goru):
    done = goru("-c", "for _ in range(20): print('x' * (1 << 20))")
    assert done.returncode == 0
    assert len(done.stdout) == 8 << 20
    assert "standard output went over 8388608 bytes" in done.stderr and "--max-output" in done.stderr


@pytest.mark.parametrize("ignore_sigpipe", [False, True])
def test_reader_that_goes_away(goru, ignore_sigpipe):
    trap = "trap '' PIPE;" if ignore_sigpipe else ""
    script = f"""{trap} "$GORU" -c 'while True: print("y" * 50)' --timeout 20s | head -n 2; echo "${{PIPESTATUS[0]}}" """
    done = subprocess.run(
        ["bash", "-c", script],
        env={**goru.environment, "GORU": goru.program},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        restore_signals=True,
    )
    assert done.stdout.splitlines() == ["y" * 50, "y" * 50, "141"]
    assert done.stderr == ""


def test_full_disk(goru):
    with open("/dev/full", "wb") as full:
        process = goru.start("-c", "print('x')", stdout=full)
        _, stderr = process.communicate(timeout=60)
    assert process.returncode == 125
    assert stderr == b"goru: cannot write standard output: No space left on device\n"


def run_on_terminal(goru, *arguments, env=None):
    """What a person sees: standard error is a terminal."""
    import pty

    master, slave = pty.openpty()
    environment = {**goru.environment, "TERM": "xterm-256color", **(env or {})}
    process = subprocess.Popen(
        goru.command(*arguments), stdin=subprocess.DEVNULL, stdout=slave, stderr=slave, env=environment
    )
    os.close(slave)
    seen = b""
    while True:
        try:
            piece = os.read(master, 65536)
        except OSError:
            break
        if not piece:
            break
        seen += piece
    os.close(master)
    process.wait(60)
    return seen.decode().replace("\r\n", "\n")


def test_colours_only_on_a_terminal(goru):
    code = "def f():\n    raise ValueError('wrong')\nf()"
    goru("-c", "1")  # no progress line in what follows
    assert "\x1b" not in goru("-c", code, env={"TERM": "xterm-256color"}).stderr
    seen = run_on_terminal(goru, "-c", code)
    assert "\x1b[1;31mValueError\x1b[0m: wrong" in seen
    assert run_on_terminal(goru, "-c", code, env={"NO_COLOR": "1"}) == seen.replace("\x1b[1;31m", "").replace("\x1b[0m", "")
    assert "\x1b" not in run_on_terminal(goru, "-c", code, env={"TERM": "dumb"})
    assert "\x1b" in run_on_terminal(goru, "-c", code, env={"NO_COLOR": ""})


def test_goru_speaks_on_a_line_of_its_own(goru):
    seen = run_on_terminal(goru, "-c", "print('no line end', end='', flush=True)\nwhile True: pass", "--timeout", "300ms")
    assert "no line end\ngoru: the run took longer than 0.3 s" in seen


def test_traceback_comes_after_the_output(goru):
    done = goru("-c", "print('out')\n1/0")
    assert done.stdout == "out\n"
    assert done.stderr.startswith("Traceback (most recent call last):\n")
    assert done.stderr.endswith("ZeroDivisionError: division by zero\n")


def test_values(goru):
    assert goru("-p", "-c", "'text'").stdout == '"text"\n'
    assert goru("-p", "-c", "None").stdout == ""
    assert goru("-p", "-l", "js", "-c", "({a: [1, {}]})").stdout == '{"a":[1,{}]}\n'
    assert goru("-c", "'not shown'").stdout == ""
