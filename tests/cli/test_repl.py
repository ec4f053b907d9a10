"""goru repl: from a pipe, and at a terminal."""

import os
import stat
import time

import pytest
from terminal import Terminal

PROMPTS = {"python": (">>> ", "... "), "js": ("> ", "... "), "ts": ("> ", "... ")}


class Prompt(Terminal):
    """goru at a terminal of its own."""

    def send(self, text):
        if text < " ":
            # The editor takes control characters once it reads.
            time.sleep(0.5)
        super().send(text)

    def enter(self, line, prompt):
        self.send(line + "\n")
        self.expect(line + "\n")
        return self.expect(prompt)


@pytest.fixture
def terminal(goru):
    made = []

    def start(*arguments, **options):
        made.append(Prompt([goru.program, "repl", *arguments], goru.environment, goru.directory, **options))
        return made[-1]

    yield start
    for one in made:
        one.end()


def test_without_libedit_a_prompt_says_what_to_install(goru, tmp_path):
    (tmp_path / "libedit.so.2").write_text("no library")
    environment = {**goru.environment, "LD_LIBRARY_PATH": str(tmp_path)}
    terminal = Prompt([goru.program, "repl"], environment, goru.directory)
    try:
        assert "apt-get install libedit2" in terminal.expect("\n")
        assert terminal.process.wait(60) == 125
    finally:
        terminal.end()
    # A pipe needs none.
    done = goru("repl", stdin="1 + 1\n", env={"LD_LIBRARY_PATH": str(tmp_path)})
    assert (done.stdout, done.stderr, done.returncode) == ("2\n", "", 0)


def test_a_pipe_has_no_prompts(goru):
    done = goru("repl", stdin="x = 20\nx + 1\n\nif x:\n    print('yes')\n\n'text'\nNone\n[_ , 1]\n")
    assert done.stdout == "21\nyes\n'text'\n['text', 1]\n" and done.stderr == "" and done.returncode == 0


def test_several_statements_and_blocks_of_each_language(goru):
    done = goru("repl", "-l", "js", stdin="const f = (a) => {\n  return [a, { b: a }];\n};\nf(1)\n_[1].b\nlet s = `a\nb`; s\nawait sleep(1)\n/* c\n */ 5\n")
    assert done.stdout == "[ 1, { b: 1 } ]\n1\n'a\\nb'\n5\n", done
    done = goru("repl", "-l", "ts", stdin="interface A {\n  x: number\n}\nlet a: A = { x: 4 }\na.x * 2\n")
    assert done.stdout == "8\n", done
    done = goru("repl", "-l", "python3.12", stdin="def f(n):\n  if n:\n    return n * f(n - 1)\n  return 1\n\nf(5); f(3)\n")
    assert done.stdout == "120\n6\n", done


def test_errors_name_inputs_and_the_last_one_counts(goru):
    done = goru("repl", stdin="def f():\n  return 1 / 0\n\nf()\n")
    assert 'File "<input 2>", line 1' in done.stderr and 'File "<input 1>", line 2, in f' in done.stderr and "return 1 / 0" in done.stderr
    assert done.returncode == 1
    assert goru("repl", stdin="1/0\n1\n").returncode == 0
    assert goru("repl", stdin="import sys\nsys.exit(7)\nprint('never')\n").returncode == 7
    assert "SyntaxError" in goru("repl", stdin="x = = 1\n").stderr
    assert "SyntaxError" in goru("repl", "-l", "js", stdin="let = = 1\n").stderr


def test_a_session_that_a_limit_ended_is_replaced(goru):
    done = goru("repl", "--timeout", "300ms", stdin="x = 1\nwhile True: pass\n\nprint('x' in globals())\n")
    assert done.stdout == "False\n" and "--timeout" in done.stderr and "a new one begins" in done.stderr


def test_commands(goru):
    goru.write("load.py", "loaded = 5\nprint('loading')\n")
    done = goru("repl", stdin=".load load.py\nloaded\n.save out.py\n.vars\n.reset\n.vars\n.limits\n.nothing\n.load none\n.time\n1\n.exit\nprint('never')\n")
    lines = done.stdout.splitlines()
    assert lines[:3] == ["loading", "5", "loaded"] and lines[3] == "no names yet" and "256 MiB" in lines[4]
    assert lines[5] == "1" and lines[6].endswith(" ms") and len(lines) == 7
    assert "there is no command .nothing" in done.stderr and "cannot read none" in done.stderr
    assert (goru.directory / "out.py").read_text() == "loaded\n"


def test_flags_are_those_of_a_session(goru):
    assert goru("repl", "--scratch", stdin="open('x', 'w').write('abc')\nopen('x').read()\n").stdout == "3\n'abc'\n"
    assert "goru repl takes flags only" in goru("repl", "file.py").stderr
    help_text = goru("repl", "--help").stdout
    assert "--packages" in help_text and "--history" in help_text and max(map(len, help_text.splitlines())) <= 120


@pytest.mark.parametrize("language", ["python", "js", "ts"])
def test_a_terminal(terminal, language):
    first, more = PROMPTS[language]
    repl = terminal("-l", language)
    repl.expect(first)
    assert repl.enter("1 + 1", first).strip().endswith("2")
    opening, inside, closing = ("def f():", "  return 'in'", "") if language == "python" else ("function f() {", "  return 'in';", "}")
    repl.enter(opening, more)
    repl.enter(inside, more)
    repl.send(closing + "\n")
    repl.expect(first)
    assert "'in'" in repl.enter("f()", first)
    # What runs, or waits in the host, is ended, and the session knows what it knew.
    python = ["print('go' + 'ing') or all(True for _ in iter(int, 1))", "import time; print('go' + 'ing'); time.sleep(1000)"]
    script = ["console.log('go' + 'ing'); for (;;);", "console.log('go' + 'ing'); await sleep(1e6)"]
    for program in python if language == "python" else script:
        repl.send(program + "\n")
        repl.expect("going\n")
        repl.send("\x03")
        repl.expect(first)
        assert "'in'" in repl.enter("f()", first)
    # So is a line that is being entered.
    repl.send("half a line\x03")
    repl.expect("\n" + first)
    repl.send("\x04")
    assert repl.process.wait(30) == 0


def test_completion(terminal):
    repl = terminal()
    repl.expect(">>> ")
    repl.enter("something = {'key one': 'abc', 'other': 2}", ">>> ")
    for typed, added, shown in [
        ("someth", "ing", "'key one'"),
        ("something['ke", "y one']", "'abc'"),
        ("something.it", "ems", "built-in method"),
        ("import os.pa", "th", ""),
        ("from json import dumps, loa", "d", ""),
        ("lamb", "da", "SyntaxError"),
    ]:
        repl.send(typed + "\t")
        repl.expect(typed)
        repl.expect(added)
        repl.send("\n")
        assert shown in repl.expect(">>> ")
    js = terminal("-l", "js")
    js.expect("> ")
    js.enter("let thing = { inner: { 'a key': 5 }, get trap() { throw new Error('called'); } }", "> ")
    js.send("thing.inn\t")
    js.expect("thing.inner")
    js.send("['a\t")
    js.expect("key']")
    js.send("\n")
    js.expect("5")


def test_completion_calls_nothing_of_the_program(terminal):
    repl = terminal()
    repl.expect(">>> ")
    lines = ["class A:", "  def __dir__(self): print('call' + 'ed')", "  def __getattr__(self, name): print('call' + 'ed')"]
    lines += ["  __getattribute__ = __getattr__", "  @property", "  def prop(self): print('call' + 'ed')", "  def method(self): pass"]
    for line in lines:
        repl.enter(line, "... ")
    repl.enter("", ">>> ")
    repl.enter("a = A()", ">>> ")
    repl.send("a.prop.\t; a.meth\t")
    assert "called" not in repl.expect("method")
    js = terminal("-l", "js")
    js.expect("> ")
    js.enter("const c = () => { throw new Error('call' + 'ed'); }", "> ")
    js.enter("const p = new Proxy({}, new Proxy({}, { get: c })), o = { get x() { return c(); }, method() {} }", "> ")
    js.send("p.x\t; o.x.\t; o.met\t")
    assert "called" not in js.expect("o.method")


def test_pasting(terminal):
    repl = terminal()
    repl.expect(">>> ")
    block = "def f(x):\r    y = x\r\r    return y\r\rprint('got', f(3))\r"
    repl.send(f"\x1b[200~{block}\x1b[201~")
    assert "got 3" in repl.expect("\n>>> ")
    repl.send("text = '\x1b[200~on one line\x1b[201~'\n")
    repl.expect(">>> ")
    assert "'on one line'" in repl.enter("text", ">>> ")
    # A block that could go on waits for an empty line.
    repl.send("\x1b[200~for i in range(2):\r    print('no', i)\r\x1b[201~")
    repl.expect("\n... ")
    repl.expect("\n... ")
    repl.send("\n")
    assert "no 0\nno 1" in repl.expect(">>> ")
    js = terminal("-l", "js")
    js.expect("> ")
    js.send("\x1b[200~function g() {\r\r  return `a\r${7}b`;\r}\rg()\x1b[201~")
    assert "'a\\n7b'" in js.expect("\n> ")


def test_colours_are_for_terminals(goru, terminal):
    repl = terminal(colours=True)
    repl.expect("\x1b[1;32m>>>\x1b[0m ")
    assert "\x1b" not in goru("repl", stdin="1\n").stdout


PYTHON_INPUTS = [
    ("x = (1 +\n2)\nx", "3"),
    ('"""a\nb"""', "'a\\nb'"),
    ("if 1:\n  if 1:\n    print(4)\n  print(5)\n", "4\n5"),
    ("print(1)  # (", "1"),
    ("x = 1; x", "1"),
]
SCRIPT_INPUTS = [
    ("[1,\n2]", "[ 1, 2 ]"),
    ("`a\n${1 +\n1}b`", "'a\\n2b'"),
    ("/* (\n */ 3", "3"),
    ("function f() {\n}\nf() // {", ""),
    ("'{'", "'{'"),
    ("1 +\n\n2", "3"),
    ("/[(]/.test('(')", "true"),
    ("if (true) {\n  4\n}", "4"),
    ("'ä' + (\n'ö')", "'äö'"),
]


@pytest.mark.parametrize("language", ["python", "python3.12", "js", "ts"])
def test_what_is_complete(goru, language):
    """Lines that are one input, and what it shows."""
    for text, shown in PYTHON_INPUTS if language.startswith("python") else SCRIPT_INPUTS:
        done = goru("repl", "-l", language, stdin=text + "\n")
        assert done.stdout.strip() == shown and done.stderr == "", (text, done)


def test_history(terminal, goru):
    file = goru.directory / "history"
    repl = terminal("--history", str(file))
    repl.expect(">>> ")
    repl.enter("kept = 41 + 1", ">>> ")
    repl.send("\x04")
    assert repl.process.wait(30) == 0
    assert "kept" in file.read_text() and stat.S_IMODE(file.stat().st_mode) == 0o600
    again = terminal("--history", str(file))
    again.expect(">>> ")
    again.send("\x1b[A")
    again.expect("kept = 41 + 1")
    again.send("\n")
    again.expect(">>> ")
    assert "42" in again.enter("kept", ">>> ")
