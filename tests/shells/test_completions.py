"""What shells complete: each is asked for the same lines, and typed at in a terminal."""

import os
import re
import subprocess

import pytest
from terminal import CONTROLS, Terminal

PROGRAMS = {"solution.py", "app.mjs", "with space.py", "input"}
LANGUAGES = {"python", "python3.12", "python3.13", "javascript", "js", "typescript", "ts"}

# Words of a line of which the last is being typed, and what may stand there; "..." : more is offered.
LINES = [
    (["--tim"], {"--timeout", "--timers"}),
    (["--memo"], {"--memory"}),
    (["run", "--memo"], {"--memory"}),
    (["re"], {"repl"}),
    (["c"], {"config"}),
    (["so"], {"solution.py"}),
    (["-l", ""], LANGUAGES),
    (["-l", "py"], {"python", "python3.12", "python3.13"}),
    (["--language", "ty"], {"typescript"}),
    (["--lang", "java"], {"javascript"}),
    (["--engine", ""], {"wasmtime", "native"}),
    (["--timeout", ""], set()),
    (["-c", ""], set()),
    (["--timeout", "2s", "s"], {"solution.py"}),
    (["--packages", "inp"], {"input"}),
    (["--packages", "sol"], set()),
    (["--config", "lim"], {"limits.json"}),
    (["--input", "not"], {"notes.txt"}),
    (["--stdin", "not"], {"notes.txt"}),
    (["--image", ""], {"data", "own.img", "input"}),
    (["solution.py", "--", "no"], {"notes.txt"}),
    (["repl", "--hist"], {"--history"}),
    (["repl", "--output-d"], set()),
    (["repl", "-l", "j"], {"javascript", "js"}),
    (["deps", ""], {"install", "list", "remove", "cache"}),
    (["deps", "in"], {"install"}),
    (["deps", "install", "--up"], {"--upgrade"}),
    (["deps", "install", "-r", "not"], {"notes.txt"}),
    (["deps", "install", "--lang", ""], {"python", "python3.12", "python3.13"}),
    (["deps", "cache", "--cl"], {"--clear"}),
    (["image", "build", "--imp"], {"--import"}),
    (["config", "sh"], {"show"}),
    (["config", "show", "--memo"], {"--memory"}),
    (["config", "check", "lim"], {"limits.json"}),
    (["describe", ""], {"bash", "zsh", "fish", "man", "json"}),
]
IDS = [" ".join(["goru", *words]) for words, _ in LINES]


def bare(words):
    """As a person means them: directories without their slash."""
    return {word.rstrip("/") for word in words if word}


def ask_bash(completions, files, words):
    script = r"""source "$1"; shift; COMP_WORDS=(goru "$@"); COMP_CWORD=$#; _goru; printf '%s\n' "${COMPREPLY[@]}" """
    done = subprocess.run(
        ["bash", "--norc", "-c", script, "bash", completions / "goru.bash", *words],
        cwd=files, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stderr == ""
    return bare(done.stdout.splitlines())


def ask_fish(completions, files, words):
    line = " ".join(["goru", *words])
    done = subprocess.run(
        ["fish", "--no-config", "-c", 'source $argv[1]; complete -C $argv[2]', completions / "goru.fish", line],
        cwd=files, capture_output=True, text=True, check=True, env={**os.environ, "HOME": str(files)},
    )  # fmt: skip
    assert done.stderr == ""
    # A tab stands before what describes a word.
    return bare(line.partition("\t")[0] for line in done.stdout.splitlines())


@pytest.mark.parametrize(("words", "wanted"), LINES, ids=IDS)
def test_bash(completions, files, words, wanted):
    assert ask_bash(completions, files, words) == wanted


@pytest.mark.parametrize(("words", "wanted"), LINES, ids=IDS)
def test_fish(completions, files, words, wanted):
    assert ask_fish(completions, files, words) == wanted


def test_the_first_word_of_bash(completions, files, commands):
    assert ask_bash(completions, files, [""]) == set(commands) | PROGRAMS
    # Where no file has code, all are offered.
    assert ask_bash(completions, files, ["input/"]) == {"input/data.csv"}
    # As bash splits --engine=native.
    assert ask_bash(completions, files, ["--engine", "=", "na"]) == {"native"}
    assert ask_bash(completions, files, ["--engine", "="]) == {"native", "wasmtime"}


def test_the_first_word_of_fish(completions, files, commands):
    # fish lists files with code first, and then the others.
    assert ask_fish(completions, files, [""]) >= set(commands) | PROGRAMS


@pytest.mark.parametrize("ask", [ask_bash, ask_fish])
def test_every_flag_is_offered(completions, files, commands, ask):
    for name, command in commands.items():
        flags = [flag for section in command["sections"] for flag in section["flags"] if flag["names"] != ["--"]]
        wanted = {each for flag in flags for each in flag["names"] if each.startswith("--")}
        words = [name, command["subcommands"][-1]["name"]] if command["subcommands"] else [name]
        # fish offers one of a flag's names.
        offered = ask(completions, files, [*words, "--"])
        assert offered <= wanted and len(offered) >= len(flags) - 1, name
        assert ask is not ask_bash or offered == wanted, name


def test_files_whose_names_have_spaces(completions, files):
    assert ask_bash(completions, files, ["with\\ sp"]) == {"with space.py"}
    assert ask_bash(completions, files, ["'with sp"]) == {"with space.py"}


# --- At a terminal ---


class Shell(Terminal):
    """A shell at a terminal of its own, where goru is a function that says what it got."""

    # Shells ring where there is nothing to complete.
    ignored = CONTROLS + r"|\x07"

    def __init__(self, shell, completions, directory):
        environment = {**os.environ, "HOME": str(directory), "PS1": "ready> ", "ZDOTDIR": str(directory)}
        if shell == "bash":
            command = ["bash", "--norc", "--noprofile", "-i"]
            setup = f"source {completions}/goru.bash; bind 'set enable-bracketed-paste off' 'set bell-style none'"
        else:
            command = ["zsh", "-f", "-i"]
            setup = f"fpath=({completions} $fpath); autoload -Uz compinit; compinit -D -u; unsetopt beep zle_bracketed_paste"
        super().__init__(command, environment, directory, rows=200)
        # What is typed shows other text than what is printed.
        says = r'''; goru() { printf 'got %s' ''; printf '<%s>' "$@"; printf '\nover\n'; }; printf 'set%s\n' up'''
        self.send(setup + says + "\n")
        self.expect("setup")

    def completes(self, line):
        """What goru gets where the line is typed, Tab pressed and the line entered."""
        self.send(line + "\t\n")
        got = self.expect("\nover\n")
        # zsh takes the slash of a directory away again.
        return [word.rstrip("/") for word in re.findall("<([^>]*)>", got[got.rindex("got ") :])]


@pytest.fixture(params=["bash", "zsh"])
def terminal(request, completions, files):
    terminal = Shell(request.param, completions, files)
    yield terminal
    terminal.end()


def test_at_a_terminal(terminal):
    for line, words in (
        ("goru --memo", ["--memory"]),
        ("goru run --memo", ["run", "--memory"]),
        ("goru rep", ["repl"]),
        ("goru sol", ["solution.py"]),
        ("goru with", ["with space.py"]),
        ("goru 'with", ["with space.py"]),
        ("goru not", ["notes.txt"]),
        ("goru -l ja", ["-l", "javascript"]),
        ("goru --lang typ", ["--lang", "typescript"]),
        ("goru --engine nat", ["--engine", "native"]),
        ("goru --engine=nat", ["--engine=native"]),
        ("goru --timeout 2s sol", ["--timeout", "2s", "solution.py"]),
        ("goru --image ow", ["--image", "own.img"]),
        ("goru --image dat", ["--image", "data"]),
        ("goru --packages inp", ["--packages", "input"]),
        ("goru --packages sol", ["--packages", "sol"]),
        ("goru --config lim", ["--config", "limits.json"]),
        ("goru --timeout lim", ["--timeout", "lim"]),
        ("goru solution.py -- not", ["solution.py", "--", "notes.txt"]),
        ("goru repl --hist", ["repl", "--history"]),
        ("goru repl --output-d", ["repl", "--output-d"]),
        ("goru deps ins", ["deps", "install"]),
        ("goru deps install --upg", ["deps", "install", "--upgrade"]),
        ("goru deps install -r not", ["deps", "install", "-r", "notes.txt"]),
        ("goru deps install --lang python3.12 -r a -r not", ["deps", "install", "--lang", "python3.12", "-r", "a", "-r", "notes.txt"]),
        ("goru image build --imp", ["image", "build", "--import"]),
        ("goru config sch", ["config", "schema"]),
        ("goru config show --memo", ["config", "show", "--memory"]),
        ("goru config check lim", ["config", "check", "limits.json"]),
        ("goru describe fi", ["describe", "fish"]),
    ):
        assert terminal.completes(line) == words, line
