"""Golden cases: one file holds a program, how goru is called, and all that must come of it.

    LANG: python                 or javascript, typescript: the name of the file that goru gets. Cases of python run on
                                 every version
    FLAGS: --timeout 1s          none by default
    EXIT: 1                      0 by default
    MAX-SECONDS: 3               the whole process must not take longer; 60 by default
    # comments
    === source
    print(input())
    === stdin
    text for --stdin; no such flag without this section
    === stdout
    === stderr

An expectation of one version only has the version behind its name: `=== stderr 3.13`, `EXIT 3.13: 1`.
A section that is missing is empty. `=== stdout without newline` is one that does not end with a line end. In the
expectations {{...}} stands for any text within a line, and a line that is nothing else for any number of lines.

GORU_GOLDEN_UPDATE=1 writes what came out into the cases that failed; look at the diff before you keep it.
"""

import difflib
import os
import pathlib
import re
import shlex
import subprocess
import time

import pytest

CASES = pathlib.Path(__file__).parent / "cases"
GORU = os.environ.get("GORU", "goru")
CACHE = os.environ.get("GORU_TEST_CACHE")
# All cases are run once on each engine.
NATIVE = os.environ.get("GORU_TEST_ENGINE") == "native"
ENGINE = ("--engine", "native" if NATIVE else "wasmtime")
UPDATE = bool(os.environ.get("GORU_GOLDEN_UPDATE"))
FILE_NAMES = {"python": "main.py", "javascript": "main.js", "typescript": "main.ts"}
# What -l is given; None: goru goes by the file's name.
RUNTIMES = {"python": ("python3.12", "python3.13"), "javascript": (None,), "typescript": (None,)}
VERSIONS = ("3.12", "3.13")
SECTIONS = ("source", "stdin", *(name + version for name in ("stdout", "stderr") for version in ("", *(" " + v for v in VERSIONS))))
NO_NEWLINE = " without newline"
ANY = "{{...}}"


class Case:
    def __init__(self, path):
        self.path = path
        self.headers = {}
        self.comments = []
        self.sections = {}
        self.parse(path.read_bytes().decode("utf-8", "surrogateescape"))

    def parse(self, text):
        section = None
        for line in text.split("\n")[:-1]:
            name = line.removeprefix("=== ").removesuffix(NO_NEWLINE)
            if line.startswith("=== ") and name in SECTIONS:
                section = name
                self.sections[section] = [], line.endswith(NO_NEWLINE)
            elif section is not None:
                self.sections[section][0].append(line)
            elif line.startswith("#"):
                self.comments.append(line)
            elif line:
                key, _, value = line.partition(":")
                self.headers[key] = value.strip()
        unknown = self.headers.keys() - {"LANG", "FLAGS", "EXIT", "MAX-SECONDS", *("EXIT " + v for v in VERSIONS)}
        assert not unknown, f"{self.path} has unknown headers: {unknown}"
        assert "source" in self.sections, f"{self.path} has no source"

    def section(self, name):
        lines, without_newline = self.sections.get(name, ([], False))
        text = "\n".join(lines)
        return text if without_newline or not lines else text + "\n"

    def set(self, name, text):
        self.sections.pop(name, None)
        if text:
            self.sections[name] = text.removesuffix("\n").split("\n"), not text.endswith("\n")

    def save(self):
        lines = [f"{key}: {value}" for key, value in self.headers.items()] + self.comments
        for name in SECTIONS:
            if name in self.sections:
                body, without_newline = self.sections[name]
                lines += ["=== " + name + (NO_NEWLINE if without_newline else ""), *body]
        self.path.write_bytes(("\n".join(lines) + "\n").encode("utf-8", "surrogateescape"))


def lines_of(text):
    """The lines with their ends; str.splitlines knows too many line ends."""
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def matches(expected, actual):
    pattern = "".join(
        r"(?:.*\n)*" if line == ANY + "\n" else ".*".join(map(re.escape, line.split(ANY)))
        for line in lines_of(expected)
    )
    return re.fullmatch(pattern, actual) is not None


ENVIRONMENT = {**os.environ, "XDG_CACHE_HOME": CACHE} if CACHE else None


def run(case, runtime, directory):
    source = directory / FILE_NAMES[case.headers["LANG"]]
    source.write_bytes(case.section("source").encode("utf-8", "surrogateescape"))
    command = [GORU, "run", *(("-l", runtime) if runtime else ()), *ENGINE, source.name, *shlex.split(case.headers.get("FLAGS", ""))]
    if "stdin" in case.sections:
        (directory / "stdin").write_bytes(case.section("stdin").encode("utf-8", "surrogateescape"))
        command += ["--stdin", "stdin"]
    started = time.monotonic()
    done = subprocess.run(
        command, cwd=directory, env=ENVIRONMENT, stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False
    )
    return done, time.monotonic() - started


@pytest.fixture(scope="session", autouse=True)
def compiled():
    """Compiles all runtimes first: goru says so on standard error where that takes long, and not in a case of its own."""
    for language in (*RUNTIMES["python"], "js", "ts"):
        subprocess.run([GORU, *ENGINE, "-l", language, "-c", ""], check=True, capture_output=True, env=ENVIRONMENT)


def cases():
    for path in sorted(CASES.rglob("*.txt")):
        name = str(path.relative_to(CASES))[:-4]
        for runtime in RUNTIMES[Case(path).headers["LANG"]]:
            yield pytest.param(path, runtime, id=f"{name}-{runtime}" if runtime else name)


@pytest.mark.parametrize("path,runtime", list(cases()))
def test_golden(path, runtime, tmp_path):
    case = Case(path)
    done, seconds = run(case, runtime, tmp_path)
    version = " " + (runtime or "").removeprefix("python")

    def own(names, name):
        return name + version if name + version in names else name

    actual = {
        "stdout": done.stdout.decode("utf-8", "surrogateescape"),
        "stderr": done.stderr.decode("utf-8", "surrogateescape"),
        "exit": str(done.returncode),
    }
    expected = {
        "stdout": case.section(own(case.sections, "stdout")),
        "stderr": case.section(own(case.sections, "stderr")),
        "exit": case.headers.get(own(case.headers, "EXIT"), "0"),
    }
    wrong = [name for name in actual if not matches(expected[name], actual[name])]
    if wrong and UPDATE:
        # What is expected of all is what the first version says.
        kept = version if runtime in RUNTIMES["python"][1:] else ""
        for name in wrong:
            if name == "exit":
                case.headers["EXIT" + kept] = actual[name]
            else:
                case.set(name + kept, actual[name])
        case.save()
    report = ""
    for name in wrong:
        report += "".join(
            line if line.endswith("\n") else line + "\n(no newline at the end)\n"
            for line in difflib.unified_diff(
                lines_of(expected[name]),
                lines_of(actual[name]),
                f"expected {name}",
                f"actual {name}",
            )
        )
    assert not wrong, f"{path.relative_to(CASES)}\n{report}"
    assert seconds < float(case.headers.get("MAX-SECONDS", "60")), f"took {seconds:.1f} s"
