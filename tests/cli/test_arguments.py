"""How goru is called, and what it says where it is called wrongly."""

import json
import os
import re

import pytest


def usage_error(done, text):
    assert done.returncode == 2, done
    assert done.stdout == ""
    first, rest = done.stderr.split("\n", 1)
    assert first.startswith("goru: ") and text in first
    assert rest == "Try 'goru --help'.\n"


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["--frobnicate"], "there is no flag --frobnicate"),
        (["-x"], "there is no flag -x"),
        (["-c"], "--code needs a value"),
        (["-c", "1", "-c", "2"], "--code is given more than once"),
        (["-c", "1", "main.py"], "either FILE or -c CODE, not both"),
        (["a.py", "b.py"], "'b.py' is one argument too many"),
        (["-c", "1", "-l", "ruby"], "there is no language 'ruby': say -l python, -l js or -l ts"),
        (["-c", "1", "--timeout", "soon"], "--timeout takes a time such as 500ms, 30s or 2m"),
        (["-c", "1", "--timeout", "0"], "--timeout takes a time"),
        (["-c", "1", "--timeout", "-1s"], "--timeout takes a time"),
        (["-c", "1", "--timeout", "1e99s"], "--timeout takes a time"),
        (["-c", "1", "--timeout", "5 parsecs"], "--timeout takes a time"),
        (["-c", "1", "--memory", "lots"], "--memory takes a size such as 65536, 64kb, 256mb or 1gb"),
        (["-c", "1", "--memory", "99999999gb"], "--memory takes a size"),
        (["-c", "1", "--max-output", "1zb"], "--max-output takes a size"),
        (["-c", "1", "--max-host-calls", "-1"], "--max-host-calls takes a whole number"),
        (["-c", "1", "--max-host-calls", "1.5"], "--max-host-calls takes a whole number"),
        (["-c", "1", "--max-host-calls", "99999999999999999999999"], "--max-host-calls takes a whole number"),
        (["-c", "1", "--cache-dir", "x", "--no-cache"], "either --cache-dir or --no-cache"),
        (["-c", "1", "--mount", "/data"], "--mount takes VIRTUAL:HOST:MODE such as /data:./input:ro"),
        (["-c", "1", "--mount", "/data:.:x"], "; not 'x'"),
        (["-c", "1", "--mount", "/data::ro"], "--mount takes VIRTUAL:HOST:MODE"),
        (["-c", "1", "--secret", "API_KEY"], "--secret takes NAME@HOST[,HOST] such as API_KEY@api.example.com"),
        (["-c", "1", "--secret", "@example.com"], "--secret takes NAME@HOST"),
        (["-c", "1", "--secret", "GORU_NO_SUCH@example.com"], "there is no environment variable GORU_NO_SUCH"),
        (["-c", "1", "--http-timeout", "never"], "--http-timeout takes a time"),
        (["-c", "1", "--http-max-body", "big"], "--http-max-body takes a size"),
        (["-c", "1", "--http-max-redirects", "99999999999"], "--http-max-redirects: 99999999999 is too many"),
        (["-c", "1", "--fs-max-file", "1mb", "--fs-max-file", "2mb"], "--fs-max-file is given more than once"),
        (["-c", "1", "--kv-max-entries", "many"], "--kv-max-entries takes a whole number"),
        (["-c", "1", "--kv-file", ""], "--kv-file needs a file"),
        (["--stdin", "-"], "standard input cannot be both the code and the code's input"),
        (["-c", "1", "--stdin", "missing.txt"], "cannot read missing.txt: No such file or directory"),
        (["missing.py"], "cannot read missing.py: No such file or directory"),
        (["."], "cannot read .: Is a directory"),
    ],
)
def test_usage_errors(goru, arguments, text):
    usage_error(goru(*arguments), text)
    usage_error(goru("run", *arguments), text)


def test_language_that_cannot_be_told(goru):
    goru.write("program", "print(1)")
    usage_error(goru("program"), "cannot tell the language of program: say it with -l python, -l js or -l ts")
    assert goru("program", "-l", "python").stdout == "1\n"


def test_memory_smaller_than_the_runtime(goru):
    done = goru("-c", "1", "--memory", "1mb")
    assert done.returncode == 2
    assert "smaller than the python runtime" in done.stderr and "--memory" in done.stderr


def test_unreadable_code(goru):
    goru.write("latin1.py", b"print('\xe9')")
    done = goru("latin1.py")
    assert done.returncode == 2
    assert "not UTF-8" in done.stderr


def test_help(goru):
    for flag in ("-h", "--help"):
        done = goru(flag)
        assert done.returncode == 0 and done.stderr == ""
        assert "usage: goru" in done.stdout and "examples:" in done.stdout and "exit codes:" in done.stdout
        assert max(map(len, done.stdout.splitlines())) <= 120
    assert goru("run", "--help").stdout == done.stdout


def test_help_names_every_flag_that_exists(goru):
    text = goru("--help").stdout
    flags = set(re.findall(r"(?<!\S)--[a-z-]+", text))
    assert len(flags) >= 35
    for flag in sorted(flags):
        # A flag that does not exist is told from one that only misses its value.
        assert "there is no flag" not in goru(flag, "1", "--version").stderr, flag


def test_version(goru):
    for flag in ("-V", "--version"):
        done = goru(flag)
        assert done.returncode == 0
        assert re.match(r"goru \d+\.\d+\.\d+\n", done.stdout)
        assert "Wasmtime" in done.stdout and "CPython 3.12" in done.stdout and "CPython 3.13" in done.stdout and "QuickJS" in done.stdout


@pytest.mark.parametrize("name", ["a.py", "a.js", "a.mjs", "a.cjs"])
def test_language_from_the_suffix(goru, name):
    goru.write(name, "print('x', 1)")
    assert goru(name).stdout == "x 1\n"
    assert goru("run", name).stdout == "x 1\n"


def test_language_flag_wins_over_the_suffix(goru):
    goru.write("code.py", "console.log(typeof 1)")
    for language in ("js", "javascript"):
        assert goru("code.py", "-l", language).stdout == "number\n"


def test_language_of_an_image(goru):
    """A language that goru does not come with."""
    done = goru("-l", os.environ["GORU_TEST_PARROT"], "-p", "-c", "pretty Polly")
    assert done.returncode == 0 and done.stdout == "pretty Polly\n\"pretty Polly\"\n", done
    goru.write("code.txt", "!xit")
    assert goru("code.txt", "--lang", os.environ["GORU_TEST_PARROT"]).returncode == 7
    goru.write("goru.json", json.dumps({"executor": {"precompile": [os.environ["GORU_TEST_PARROT"]]}}))
    assert goru("--config", "goru.json", "-l", os.environ["GORU_TEST_PARROT"], "-c", "!count").stdout == "1"
    assert os.environ["GORU_TEST_PARROT"] in goru("config", "show", "--config", "goru.json").stdout


def test_language_of_what_is_no_image(goru):
    missing = goru("-l", "missing.img", "-c", "1")
    assert missing.returncode == 2 and "missing.img" in missing.stderr
    goru.write("other.img", "x" * 5000)
    other = goru("-l", "other.img", "-c", "1")
    assert other.returncode == 2 and "not a goru image" in other.stderr
    goru.write("goru.json", '{"executor": {"precompile": ["other.img"]}}')
    wrong = goru("--config", "goru.json", "-c", "1")
    assert wrong.returncode == 2 and "precompile[0]" in wrong.stderr and "not a goru image" in wrong.stderr


@pytest.mark.parametrize("code", ["", "-1", "--x", "[1, 2]", "'a b'", "# only a comment", "\n\n"])
def test_code_that_looks_like_something_else(goru, code):
    done = goru("-p", "-c", code)
    if code == "--x":
        assert "NameError" in done.stderr
    else:
        assert done.returncode == 0, done


def test_flags_may_come_in_any_order_and_form(goru):
    assert goru("-pc", "1+1").stdout == "2\n"
    assert goru("--timeout=5", "--code=2+2", "--print").stdout == "4\n"
    goru.write("a.py", "print(input())")
    goru.write("in", "text")
    assert goru("--stdin", "in", "a.py", "--memory", "64MiB").stdout == "text\n"


@pytest.mark.parametrize("timeout", ["30", "30s", "30000ms", "0.5m", "1h", "1.5s"])
def test_times(goru, timeout):
    assert goru("-c", "print(1)", "--timeout", timeout).stdout == "1\n"


@pytest.mark.parametrize("size", ["67108864", "65536k", "65536kb", "65536KiB", "64m", "64MB", "0.0625gb", "64 mb"])
def test_sizes_are_all_the_same_64_mebibytes(goru, size):
    done = goru("-c", "bytearray(10**9)", "--memory", size)
    assert done.returncode == 137
    assert "64 MiB" in done.stderr


def test_a_file_called_run(goru):
    goru.write("run", "print('from the file')")
    assert goru("./run", "-l", "py").stdout == "from the file\n"


def test_byte_order_mark_and_shebang(goru):
    goru.write("bom.py", b"\xef\xbb\xbfprint('bom')\n")
    assert goru("bom.py").stdout == "bom\n"
    goru.write("shebang.js", "#!/usr/bin/env goru\nprint('shebang')\n")
    assert goru("shebang.js").stdout == "shebang\n"
    goru.write("crlf.py", "if True:\r\n    print('crlf')\r\n")
    assert goru("crlf.py").stdout == "crlf\n"


def test_flags_that_may_be_repeated_take_one_value_each(goru):
    goru.write("list.py", "print([entry['name'] for entry in fs.listdir('/')])")
    done = goru("--mount", "/a:.:ro", "--mount", "/b:.:ro", "list.py")
    assert done.stdout == "['a', 'b']\n", done
