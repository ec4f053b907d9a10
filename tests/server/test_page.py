"""The playground, as a person uses it: in a real browser."""

import base64
import json
import re
import urllib.request
import zlib

import pytest

from browser import Browser

DONE = "document.querySelector('#run').getAttribute('aria-disabled') === 'false'"


@pytest.fixture(scope="module")
def browser():
    browser = Browser()
    yield browser
    browser.close()


@pytest.fixture
def visit(browser):
    """Opens pages. In the end none may have made the browser complain, but for what `expected` takes."""
    pages = []

    def open_page(url, expected=None, **how):
        pages.append((browser.open(url, **how), expected))
        return pages[-1][0]

    yield open_page
    for page, expected in pages:
        problems = [problem for problem in page.problems if not (expected and re.search(expected, problem))]
        page.close()
        assert problems == []


@pytest.fixture
def page(visit, shared_server):
    page = visit(shared_server.url)
    # It is there once it says what the server allows.
    page.wait("document.querySelector('#about').textContent")
    return page


def run(page, code=None, language=None):
    """Runs and waits for the end; the line of what came of it."""
    if language:
        page.choose("#language", language)
    if code is not None:
        page.write("#code", code)
    page.click("#run")
    page.wait(DONE)
    return page.text("#status")


def test_it_is_made_of_the_servers_own_files(page, shared_server):
    run(page)
    hosts = {url for url in page.requests if not url.startswith(("data:", shared_server.url + "/"))}
    assert hosts == set()
    answer = urllib.request.urlopen(shared_server.url)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy


def test_the_policy_holds_what_is_put_into_the_page(visit, shared_server):
    page = visit(shared_server.url, expected="Content.?Security.?Policy")
    page.evaluate(
        "{ const script = document.createElement('script'); script.textContent = 'window.ran = 1';"
        " document.head.append(script); }"
    )
    assert page.evaluate("window.ran") is None
    page.wait("true")
    assert page.problems


def test_it_says_what_the_server_allows(page):
    assert re.fullmatch(r"Version [0-9.]+\. 30 s and 256 MiB for each run\.", page.text("#about"))


@pytest.mark.parametrize(
    "language, output, value",
    [
        ("python", "Hello, world!\n", '{"squares": [0, 1, 4, 9, 16, 25, 36, 49, 64, 81]}'),
        ("python3.12", "Hello, world!\n", '{"squares": [0, 1, 4, 9, 16, 25, 36, 49, 64, 81]}'),
        ("javascript", "Hello, world!\n", "[0, 1, 4, 9, 16, 25, 36, 49, 64, 81]"),
        ("typescript", "Earth: 1\nMars: 2\n", "3"),
    ],
)
def test_the_first_example_of_each_language(page, language, output, value):
    status = run(page, language=language)
    assert page.text("#output") == output
    assert page.text("#value") == value
    assert not page.shown("#error-part")
    assert re.fullmatch(r"Done · [0-9.]+ (ms|s) · [0-9.]+ MiB of memory", status)


@pytest.mark.parametrize("language", ["python", "javascript", "typescript"])
def test_every_example_but_the_endless_one_ends_as_it_says(page, language):
    page.choose("#language", language)
    names = page.evaluate("[...document.querySelector('#example').options].map((option) => option.value)")
    assert len(names) > 3
    for name in filter(None, names):
        if name == "A limit":
            continue
        page.choose("#example", name)
        status = run(page)
        assert status.startswith("Ended" if name == "An error" else "Done"), (name, page.text("#outcome"))


def test_output_is_shown_while_it_comes_and_stop_ends_it(page):
    page.write("#code", "print('first')\nwhile True: pass")
    page.click("#run")
    page.wait("document.querySelector('#output').textContent === 'first\\n'")
    assert page.text("#status") == "Running …"
    page.click("#stop")
    page.wait(DONE)
    assert page.text("#status") == "Stopped"
    assert run(page, "print('next')").startswith("Done")
    assert page.text("#output") == "next\n"


def test_standard_error_is_told_apart(page):
    run(page, "import sys\nprint('out')\nprint('err', file=sys.stderr)\nprint('more')")
    parts = page.evaluate("[...document.querySelector('#output').children].map((e) => [e.className, e.textContent])")
    assert parts == [["stdout", "out\n"], ["stderr", "err\n"], ["stdout", "more\n"]]


def test_output_is_text_whatever_it_says(page):
    markup = "<img src=x onerror='window.ran = 1'><b>bold</b>"
    run(page, f"import sys\nprint({markup!r})\nsys.stderr.write({markup!r})\nraise ValueError({markup!r})")
    assert page.text("#output") == markup + "\n" + markup
    assert markup in page.text("#error-text")
    assert page.evaluate("document.querySelectorAll('#outcome img, #outcome b').length") == 0
    run(page, repr(markup))
    assert json.loads(page.text("#value")) == markup
    assert page.evaluate("window.ran") is None


def test_a_great_deal_of_output_is_cut_with_a_word_about_it(page):
    run(page, "for n in range(40_000): print('x' * 49)")
    shown = page.text("#output")
    assert 2**18 < len(shown) < 2**18 + 100
    assert shown.endswith("The page shows no more of the output.\n")


def test_values(page):
    run(page, "[2**60 + 1, 1.50, 'ü', None, {'a': []}]")
    assert page.text("#value") == '[1152921504606846977, 1.5, "ü", null, {"a": []}]'
    run(page, "{(1, 2): 3}")
    assert page.text("#value") == "{(1, 2): 3}"
    run(page, "{'long': ['x' * 40, 'y' * 40]}")
    assert page.text("#value") == '{\n  "long": [\n    "%s",\n    "%s"\n  ]\n}' % ("x" * 40, "y" * 40)
    run(page, "None")
    assert not page.shown("#value-part")


def marked(page):
    """The numbers of marked lines, and which line the mark lies on."""
    return page.evaluate(
        """(() => {
          const gutter = document.querySelector("#gutter");
          const mark = document.querySelector("#mark");
          const top = mark.getBoundingClientRect().top;
          const lines = [...gutter.children];
          return {
            numbers: lines.filter((line) => line.classList.contains("wrong")).map((line) => line.textContent),
            under: mark.checkVisibility()
              ? lines.filter((line) => Math.abs(line.getBoundingClientRect().top - top) < 3).map((l) => l.textContent)
              : [],
          };
        })()"""
    )


@pytest.mark.parametrize(
    "language, code, line, error",
    [
        ("python", "def f():\n    return 1 / 0\n\nf()\n", 2, "ZeroDivisionError: division by zero"),
        ("python", "x = 1\nif\n", 2, "SyntaxError: invalid syntax (main.py, line 2)"),
        ("javascript", "let x = 1;\n\nfoo.bar();\n", 3, "ReferenceError: foo is not defined"),
    ],
)
def test_an_errors_line_is_marked(page, language, code, line, error):
    page.choose("#language", language)
    status = run(page, code)
    assert status.startswith("Ended · ") and status.endswith("exit code 1")
    assert page.text("#error-text") == error
    assert error.partition(":")[0] in page.text("#traceback")
    assert marked(page) == {"numbers": [str(line)], "under": [str(line)]}
    page.click("#error-line")
    assert page.focus() == "code"
    start = page.evaluate("document.querySelector('#code').selectionStart")
    assert code[:start].count("\n") == line - 1 and code[start - 1] == "\n"
    # Whoever has changed the program does not want to hear of it any more.
    page.type("#")
    assert marked(page) == {"numbers": [], "under": []}


def test_a_mark_far_down_moves_with_the_text(page):
    run(page, "\n" * 150 + "1/0\n" + "\n" * 100)
    page.click("#error-line")
    assert page.evaluate("document.querySelector('#code').scrollTop") > 1000
    page.wait("document.querySelector('#gutter').scrollTop === document.querySelector('#code').scrollTop")
    assert marked(page) == {"numbers": ["151"], "under": ["151"]}


def test_a_limit_says_which(visit, serve):
    page = visit(serve("--timeout", "300ms").url)
    page.wait("document.querySelector('#about').textContent")
    status = run(page, "while True: pass")
    assert status.startswith("Ended")
    assert page.text("#error-text").startswith("Time limit: ")


def test_exits(page):
    assert run(page, "import sys; sys.exit(0)").startswith("Ended")
    assert page.evaluate("document.querySelector('#outcome').dataset.status") == "ok"
    assert run(page, "import sys; sys.exit(3)").endswith("exit code 3")
    assert page.evaluate("document.querySelector('#outcome').dataset.status") == "failed"


def test_standard_input(page):
    page.choose("#example", "Standard input")
    assert page.shown("#stdin")
    run(page)
    assert page.text("#output").startswith("3 x the\n2 x dog\n")
    page.write("#stdin", "a b b\n")
    run(page)
    assert page.text("#output") == "2 x b\n1 x a\n"


@pytest.mark.parametrize("language, first, second", [("python", "x = 41", "x + 1"), ("javascript", "x = 41", "x + 1")])
def test_a_session_keeps_state_until_it_is_reset(page, language, first, second):
    page.choose("#language", language)
    run(page, first)
    assert run(page, second).startswith("Ended")
    page.click("#keep")
    run(page, first)
    assert "without a run" in page.text("#session-note")
    assert run(page, second).startswith("Done")
    assert page.text("#value") == "42"
    page.click("#reset")
    assert "state is gone" in page.text("#session-note")
    assert run(page, second).startswith("Ended")
    assert page.shown("#error-part")


def test_stop_keeps_the_session(page):
    page.click("#keep")
    run(page, "x = 41")
    page.write("#code", "print('on')\nwhile True: pass")
    page.click("#run")
    page.wait("document.querySelector('#output').textContent === 'on\\n'")
    page.click("#stop")
    page.wait(DONE)
    assert page.text("#error-text") == "Interrupted: the run was interrupted"
    run(page, "x + 1")
    assert page.text("#value") == "42"


def test_a_session_that_a_run_ended_is_replaced(page):
    page.click("#keep")
    run(page, "x = 1\nimport sys\nsys.exit(2)")
    run(page, "import os\nos._exit(1)")
    assert "starts a new one" in page.text("#session-note")
    assert run(page, "1").startswith("Done")


def sessions(server):
    return json.load(urllib.request.urlopen(server.url + "/v1/sessions"))["sessions"]


def test_a_session_that_is_no_longer_wanted_is_ended(visit, serve):
    server = serve()
    page = visit(server.url)
    page.click("#keep")
    run(page, "x = 1")
    assert [session["language"] for session in sessions(server)] == ["python"]
    page.choose("#language", "javascript")
    run(page, "1")
    assert [session["language"] for session in sessions(server)] == ["javascript"]
    page.click("#keep")
    page.wait(
        "fetch('v1/sessions').then((answer) => answer.json()).then((answer) => answer.sessions.length === 0)"
    )


def test_a_session_that_is_gone_says_why(visit, serve):
    server = serve()
    page = visit(server.url, expected="404|410")
    page.click("#keep")
    run(page, "x = 1")
    ended = urllib.request.Request(f"{server.url}/v1/sessions/{sessions(server)[0]['id']}", method="DELETE")
    urllib.request.urlopen(ended)
    assert run(page, "x").startswith("Refused: ")
    assert "new session" in page.text("#session-note")
    assert run(page, "1").startswith("Done")


@pytest.mark.parametrize("compressed", [True, False])
def test_a_link_brings_the_program_and_does_not_run_it(visit, shared_server, compressed):
    code = "console.log('ü', 1 < 2);\n" * 50
    page = visit(shared_server.url, before="" if compressed else "delete window.CompressionStream")
    page.choose("#language", "javascript")
    page.evaluate("document.querySelector('#input').open = true")
    page.write("#code", code)
    page.write("#stdin", "a line\n")
    page.click("#share")
    fragment = page.wait("location.hash")
    page.wait("document.querySelector('#status').textContent.includes('link')")
    assert fragment.startswith("#z=" if compressed else "#j=")
    packed = base64.urlsafe_b64decode(fragment[3:] + "===")
    program = json.loads(zlib.decompress(packed, -15) if compressed else packed)
    assert program == {"language": "javascript", "code": code, "stdin": "a line\n"}
    # What is behind '#' is not sent to the server.
    other = visit(shared_server.url + "/" + fragment)
    other.wait(f"document.querySelector('#code').value === {json.dumps(code)}")
    assert other.value("#language") == "javascript"
    assert other.value("#stdin") == "a line\n" and other.shown("#stdin")
    assert not any(url.endswith("/run") for url in other.requests)
    assert run(other).startswith("Done")


@pytest.mark.parametrize(
    "fragment, complaint",
    [
        ("#z=AAAA", ""),
        ("#j=" + base64.urlsafe_b64encode(b'{"code": 1}').decode().rstrip("="), "no program"),
        ("#j=" + base64.urlsafe_b64encode(b'{"code": "", "language": "cobol"}').decode().rstrip("="), "cobol"),
        # It unfolds to 64 MiB.
        ("#z=" + base64.urlsafe_b64encode(zlib.compress(b"[" * 2**26, 9, -15)).decode().rstrip("="), "too long"),
    ],
)
def test_a_link_that_is_none_is_told_of(visit, shared_server, fragment, complaint):
    page = visit(shared_server.url + "/" + fragment)
    page.wait("document.querySelector('#status').textContent.startsWith('The link cannot be read: ')")
    assert complaint in page.text("#status")
    assert "Hello" in page.value("#code")


def test_what_is_too_long_for_a_link_is_told_of(page):
    page.evaluate(
        "{ let text = ''; while (text.length < 2e6) text += Math.random().toString(36); "
        "document.querySelector('#code').value = text }"
    )
    page.click("#share")
    page.wait("document.querySelector('#status').textContent === 'There is no link: the program is too long'")
    assert page.evaluate("location.hash") == ""


def test_a_token_is_asked_for_and_kept_in_the_tab(visit, serve, tmp_path):
    tokens = tmp_path / "tokens"
    tokens.write_text("alice 0123456789abcdef0123456789abcdef\n")
    tokens.chmod(0o600)
    page = visit(serve("--token-file", tokens).url, expected="401")
    page.wait("document.querySelector('#token-form').checkVisibility()")
    assert page.focus() == "token"
    page.type("not the token")
    page.press("Enter")
    page.wait("document.querySelector('#status').textContent.includes('not one that this server knows')")
    page.type("0123456789abcdef0123456789abcdef")
    page.press("Enter")
    page.wait("document.querySelector('#about').textContent")
    assert not page.shown("#token-form")
    assert run(page, "print(1)").startswith("Done")
    assert page.evaluate("Object.values(sessionStorage)") == ["0123456789abcdef0123456789abcdef"]
    assert page.evaluate("localStorage.length") == 0
    assert page.evaluate("document.cookie") == ""
    assert "0123456789abcdef" not in page.evaluate("document.documentElement.outerHTML + location.href")


def test_a_server_that_is_gone_is_told_of(visit, serve):
    server = serve()
    page = visit(server.url, expected="ERR_CONNECTION_REFUSED")
    page.wait("document.querySelector('#about').textContent")
    server.stop()
    assert run(page, "1") == "The server cannot be reached."


def test_the_keyboard_alone(page):
    # Tab leads in and out again, to whoever only passes.
    page.evaluate("document.querySelector('#share').focus()")
    page.press("Tab")
    assert page.focus() == "code"
    page.press("Tab")
    assert page.focus() == "run"
    page.press("Shift+Tab")
    assert page.focus() == "code"
    # Who writes stays, until Escape.
    page.write("#code", "if True:")
    page.press("Enter")
    page.type("x = 1")
    page.press("Tab")
    assert page.value("#code") == "if True:\n    x = 1    "
    page.press("Shift+Tab")
    assert page.value("#code") == "if True:\nx = 1    "
    page.press("Escape")
    page.press("Tab")
    assert page.focus() == "run"
    page.write("#code", "print('by keys')")
    page.press("Control+Enter")
    page.wait("document.querySelector('#output').textContent === 'by keys\\n'")
    assert page.focus() == "code"


def test_a_change_of_language_leaves_what_a_person_wrote(page):
    page.choose("#language", "javascript")
    assert "console.log" in page.value("#code")
    page.write("#code", "let mine = 1;")
    page.choose("#language", "typescript")
    assert page.value("#code") == "let mine = 1;"
    assert page.value("#example") == ""


def test_what_a_screen_reader_gets(page):
    run(page, "print(1)\n1/0")
    nodes = page.accessible()
    controls = [node for node in nodes if node.role in ("button", "textbox", "combobox", "checkbox", "link", "log")]
    assert len(controls) >= 9
    assert [node for node in controls if not node.name] == []
    assert {node.name for node in nodes if node.role == "heading"} == {"goru playground", "Program", "Output", "Error"}
    assert ("log", "Output") in nodes
    assert page.evaluate("document.querySelector('#code').getAttribute('aria-invalid')") == "true"


# The contrast of each text with what it lies on, as WCAG 2 counts it (relative luminance).
CONTRASTS = """(() => {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const luminance = ([r, g, b]) => {
    const part = (c) => ((c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  };
  const backs = (element) => {
    for (; element; element = element.parentElement) {
      const colour = rgba(getComputedStyle(element).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return [255, 255, 255];
  };
  const out = [];
  for (const element of document.querySelectorAll("body, body *")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!(own || element.matches("textarea, input")) || !element.checkVisibility()) continue;
    if (element.closest(".unseen, [aria-disabled=true]")) continue;
    const [a, b] = [luminance(rgba(getComputedStyle(element).color)), luminance(backs(element))];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    out.push([element.id || element.className || element.tagName, Math.round(contrast * 100) / 100]);
  }
  return out;
})()"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast(visit, shared_server, scheme):
    page = visit(shared_server.url, scheme=scheme)
    run(page, "import sys\nprint('out')\nprint('err', file=sys.stderr)\n1/0")
    contrasts = page.evaluate(CONTRASTS)
    assert {"stdout", "stderr", "error-text", "wrong", "status", "run"} <= {name for name, _ in contrasts}
    assert [pair for pair in contrasts if pair[1] < 4.5] == []
    back = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (max(map(int, re.findall(r"\d+", back))) < 64) == (scheme == "dark")


def test_it_fits_a_narrow_window(page):
    page.resize(360, 740)
    run(page, "print('x' * 300)\n" + "y" * 300)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
