"""Where code and its standard input come from."""

import subprocess
import time


def test_piped_code(goru):
    assert goru(stdin="print(1 + 1)").stdout == "2\n"
    assert goru("-", stdin="print(1 + 1)").stdout == "2\n"
    assert goru("-l", "js", stdin="console.log(1 + 1)").stdout == "2\n"
    assert goru(stdin="").returncode == 0
    assert 'File "<stdin>", line 1' in goru(stdin="1/0").stderr


def test_piped_input_is_the_codes(goru):
    code = "import sys; print(repr(sys.stdin.read()))"
    assert goru("-c", code, stdin="text").stdout == "'text'\n"
    # Code that came that way leaves none.
    assert goru(stdin=code).stdout == "''\n"
    assert goru("-c", code, "--stdin", "-", stdin="text").stdout == "'text'\n"


def test_a_pipe_that_stays_open_does_not_hold_a_run_up(goru):
    process = goru.start("-c", "print('done')", stdin=subprocess.PIPE)
    try:
        assert process.stdout.read() == b"done\n"
        assert process.wait(30) == 0
    finally:
        process.stdin.close()
        process.stdout.close()
        process.stderr.close()


def test_input_file(goru):
    goru.write("in.txt", "3\n4\n")
    assert goru("-c", "print(int(input()) + int(input()))", "--stdin", "in.txt").stdout == "7\n"
    assert goru("-l", "js", "-c", "print(+readLine() + +readLine(), readLine())", "--stdin", "in.txt").stdout == "7 null\n"


def test_large_input(goru):
    text = "".join(f"{n}\n" for n in range(300_000))
    code = "import sys; print(sum(map(int, sys.stdin)))"
    assert goru("-c", code, "--stdin", "-", stdin=text).stdout == f"{sum(range(300_000))}\n"


def test_without_code_on_a_terminal(goru):
    import pty
    import os

    master, slave = pty.openpty()
    process = goru.start(stdin=slave)
    os.close(slave)
    _, stderr = process.communicate(timeout=30)
    os.close(master)
    assert process.returncode == 2
    assert b"nothing to run: name a FILE, give -c CODE or pipe code in" in stderr


def test_closed_standard_streams(goru):
    started = time.monotonic()
    done = subprocess.run(
        ["sh", "-c", f"'{goru.program}' -c 'print(1)' <&- 2>&-"],
        env=goru.environment,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.stdout == b"1\n" and time.monotonic() - started < 50


def test_typescript_by_its_name(goru):
    for name in ("app.ts", "app.mts", "app.cts"):
        assert goru(goru.write(name, "const n: number = 6 * 7; console.log(n as unknown);\n").name).stdout == "42\n"
    assert goru("-l", "ts", "-p", "-c", "let n: number = 1; n!").stdout == "1\n"
    done = goru(goru.write("bad.ts", "let n: number = 1;\nlet m: = 2;\n").name)
    assert done.returncode == 1 and done.stderr == (
        "bad.ts:2\nlet m: = 2;\n       ^\n\nSyntaxError: Unexpected token\n    at bad.ts:2:8\n"
    )


def test_source_map_beside_the_file(goru):
    goru.write("b.js", "throw new Error('x');\n")
    assert "at b.js:1:11" in goru("b.js").stderr
    goru.write("b.js.map", '{"version":3,"sources":["a.ts"],"sourcesContent":["\\nfail();"],"mappings":"AACA"}')
    assert goru("b.js").stderr == "a.ts:2\nfail();\n^\n\nError: x\n    at a.ts:2:1\n"
