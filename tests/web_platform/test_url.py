"""URL by the web platform's own tests, which the crate `url` brings along, and domains by Unicode's."""

import json
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
GORU = os.environ.get("GORU", "goru")


def fetched(name):
    fetch = HERE.parent.parent / "scripts" / "fetch.py"
    done = subprocess.run([sys.executable, fetch, name], stdout=subprocess.PIPE, text=True, check=True)
    return pathlib.Path(done.stdout.strip().partition("=")[2])


def run(program, data, tmp_path):
    (tmp_path / "data").write_text(data, encoding="utf-8")
    environment = dict(os.environ)
    if os.environ.get("GORU_TEST_CACHE"):
        environment["XDG_CACHE_HOME"] = os.environ["GORU_TEST_CACHE"]
    done = subprocess.run(
        [GORU, HERE / program, "--stdin", tmp_path / "data"], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def changed_since(test):
    """Since these cases were written the standard encodes "^" in paths, and the last space of an opaque path."""
    text = json.dumps(test)
    return "^_" in text and "[\\\\]" in text or ":space " in text


def test_url(tmp_path):
    data = fetched("url-tests") / "tests"
    parsing = [test for test in json.loads((data / "urltestdata.json").read_text()) if not changed_since(test)]
    setters = {
        name: [test for test in tests if not changed_since(test)]
        for name, tests in json.loads((data / "setters_tests.json").read_text()).items()
        if name != "comment"
    }
    count, *wrong = run("url_cases.js", json.dumps({"parsing": parsing, "setters": setters}), tmp_path)
    assert not wrong, "\n".join(wrong)
    assert int(count.split()[0]) > 1000


def test_changes_of_the_standard(tmp_path):
    parsing = [
        {"input": "http://host/a^b", "base": None, "href": "http://host/a%5Eb"},
        {"input": "data:space  ?query", "base": None, "href": "data:space %20?query"},
        {"input": "data:space  #fragment", "base": None, "href": "data:space %20#fragment"},
        {"input": "data:x  y", "base": None, "href": "data:x  y"},
    ]
    count, *wrong = run("url_cases.js", json.dumps({"parsing": parsing, "setters": {}}), tmp_path)
    assert (count, wrong) == ("4 cases", [])


def test_domains(tmp_path):
    # The tables are the engine's, so a few rare cases differ: docs/JAVASCRIPT.md has the numbers.
    text = (fetched("idna-tests") / "tests" / "IdnaTestV2.txt").read_text(encoding="utf-8")
    result = json.loads(run("domain_cases.js", text, tmp_path)[-1])
    assert result["valid"] > 500 and result["invalid"] > 2000
    assert result["wrong"] <= 1, result
    assert result["accepted"] <= 57, result
