"""docs/TROUBLESHOOTING.md: each message that it explains is one that the sources have, and those that are easily come by are what
goru says."""

import os
import pathlib
import re
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "TROUBLESHOOTING.md").read_text()
MESSAGES = [message for block in re.findall(r"^```text\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL) for message in block.splitlines()]
GORU = os.environ.get("GORU", "goru")


@pytest.fixture(scope="module")
def said():
    """What the sources say: texts that a line break parts are one, and what is put into them is "…"."""
    text = ""
    for folder, ending in (("src", "*.[ch]pp"), ("language", "*.py"), ("language", "*.js"), ("language", "*.[ch]")):
        for path in sorted((ROOT / folder).rglob(ending)):
            text += path.read_text() + "\n"
    text = text.replace('\\"', "“").replace("\\n", "")
    # "one " "and the next", and with a value between them.
    text = re.sub(r'"\s*\+?\s*"', "", text)
    return re.sub(r'"\)?\s*\+\s*(?:[^";]|"")*?\+\s*(?:std::string\()?"', "…", text)


def parts(message):
    """The clauses of a message; goru puts some together from several texts."""
    return [part.strip() for part in re.split(r"…|; |: | \(|\. ", message) if len(part.strip()) > 3]


def test_there_are_messages():
    assert len(MESSAGES) >= 45 and all(parts(message) for message in MESSAGES)


@pytest.mark.parametrize("message", MESSAGES)
def test_the_sources_have_it(said, message):
    for part in parts(message):
        assert part.replace('"', "“") in said, part


CASES = [
    (["--image-dir", "nowhere", "-c", "1"], "the image ….img was not found"),
    (["--image", "no-such", "-c", "1"], "It was looked for by its name"),
    (["--cache-dir", "open", "-c", "1"], "is open to other users"),
    (["--timeout", "100ms", "-c", "while True: pass"], "the run took longer than"),
    (["--memory", "1mb", "-c", "1"], "the memory limit is smaller than"),
    (["--max-output", "10", "-c", "print('x' * 20)"], "the rest was dropped"),
    (["--max-output", "10", "--stop-on-max-output", "-c", "print('x' * 20)"], "the output went over its limit"),
    (["--allow-host", "a.example", "-c", "http.get('https://b.example/')"], "it is not in the allow-list"),
    (["--mount", "/d:.:ro", "-c", "fs.write_text('/d/new', '')"], "is read-only"),
    (["--mount", "/d:.:rw", "-c", "fs.write_text('/d/new', '')"], "allows no new files or folders"),
    (["--input", "helper.py", "-c", "1"], "needs --scratch"),
    (["--scratch", "1kb", "-c", "open('big', 'w').write('x' * 10**6)"], "The sandbox's own files are full"),
    (["main.py"], "lies beside the program"),
    (["-c", "import requests"], "the sandbox has no sockets; use http"),
    (["-c", "import pandas"], "it is native code, which the sandbox does not run"),
    (["-c", "import threading; threading.Thread(target=print).start()"], "the sandbox has no threads"),
    (["-l", "js", "-c", "setTimeout(() => 1)"], "the sandbox has no timers"),
    (["-l", "js", "-c", "fetch('https://a.example')"], "the sandbox has no fetch"),
    (["-l", "js", "-c", "require('left-pad')"], "the sandbox has no module loader"),
    (["-l", "js", "-c", "process.argv"], "the sandbox has no Node.js APIs"),
    (["--stdin", "-"], "standard input cannot be both"),
    (["--allow-pkg", "toml", "-c", "install_pkg('rich')"], "install_pkg may not install"),
    (["program"], "cannot tell the language of"),
    (["-l", "cobol", "-c", "1"], "there is no language"),
    (["main.py", "more"], "is one argument too many"),
    (["--secret", "NO_SUCH_VALUE@a.example", "-c", "1"], "there is no environment variable"),
    (["latin1.py"], "the code is not UTF-8 text"),
]


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)
    (tmp_path / "program").write_text("1")
    (tmp_path / "main.py").write_text("import helper\n")
    (tmp_path / "helper.py").write_text("")
    (tmp_path / "latin1.py").write_bytes(b"'\xe9'")
    return tmp_path


@pytest.mark.parametrize(("arguments", "part"), CASES, ids=[part for _, part in CASES])
def test_goru_says_it(folder, arguments, part):
    (message,) = [message for message in MESSAGES if part in message]
    environment = {**os.environ, "XDG_CACHE_HOME": os.environ.get("GORU_TEST_CACHE", ""), "NO_COLOR": "1"}
    done = subprocess.run([GORU, *arguments], cwd=folder, env=environment, input="", capture_output=True, text=True, check=False)
    pattern = ".*".join(re.escape(part) for part in message.split("…"))
    assert re.search(pattern, done.stderr.replace("\n", " ")), (message, done)
