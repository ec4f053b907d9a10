"""goru --config and goru config: flags as a file."""

import copy
import json
import pathlib
import random
import subprocess
import sys

import jsonschema
import pytest

from conftest import GORU, clean_environment

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture
def config(goru):
    """Writes a configuration file and returns its name."""

    def write(document, name="goru.json"):
        goru.write(name, document if isinstance(document, str) else json.dumps(document))
        return name

    return write


def session(**members):
    return {"session": members}


def effective(goru, *arguments, env=None):
    done = goru("config", "show", *arguments, env=env)
    assert done.returncode == 0, done
    return json.loads(done.stdout)


def test_a_file_says_what_flags_say(goru, config):
    name = config(session(limits={"timeout": "200ms"}, kv={"enabled": True}) | {"run": {"want_value": True}})
    done = goru("--config", name, "-c", "kv.set('a', 1); kv.get('a')")
    assert (done.returncode, done.stdout, done.stderr) == (0, "1\n", ""), done
    assert goru("run", "--config", name, "-c", "while True: pass").returncode == 124


def test_flags_have_the_last_word(goru, config):
    name = config(session(limits={"timeout": "1ms", "output_bytes": 2}))
    done = goru("-c", "print('abc')", "--timeout", "30s", "--config", name)
    assert (done.returncode, done.stdout) == (0, "ab"), done
    assert "went over 2 bytes" in done.stderr
    shown = effective(goru, "--config", name, "--memory", "64mb")
    limits = shown["session"]["limits"]
    assert (limits["timeout"], limits["output_bytes"], limits["memory_bytes"]) == ("1ms", 2, "64mb")


def test_lists_add_up_and_names_are_unique(goru, config):
    mounts = [{"virtual_path": "/a", "host_path": "/one"}, {"virtual_path": "/b", "host_path": "/two"}]
    name = config(session(http={"allowed_hosts": ["a.com"]}, fs={"mounts": mounts}))
    shown = effective(goru, "--config", name, "--allow-host", "b.com", "--mount", "/b:/three:rw")["session"]
    assert shown["http"]["allowed_hosts"] == ["a.com", "b.com"]
    assert [(m["virtual_path"], m["host_path"], m["mode"]) for m in shown["fs"]["mounts"]] == [
        ("/a", "/one", "ro"),
        ("/b", "/three", "rw"),
    ]


def test_paths_are_relative_to_the_file(goru, config):
    (goru.directory / "etc" / "in").mkdir(parents=True)
    goru.write("etc/in/text", "found")
    document = session(fs={"mounts": [{"virtual_path": "/data", "host_path": "in"}]}, kv={"file": "state.db"})
    name = config(document, "etc/goru.json")
    done = goru("--config", name, "-c", "kv.set('a', fs.read_text('/data/text')); print(kv.get('a'))")
    assert done.stdout == "found\n", done
    assert (goru.directory / "etc" / "state.db").exists()
    absolute = goru.directory / name
    assert goru("--config", absolute, "-c", "print(kv.get('a'))").stdout == "found\n"
    # Those of flags are relative to the directory that goru is called in.
    done = goru("--config", name, "--mount", "/data:etc:ro", "-c", "print(fs.exists('/data/in/text'))")
    assert done.stdout == "True\n", done


def test_secrets_come_from_the_environment(goru, config):
    name = config(session(http={"allowed_hosts": ["a.com"], "secrets": [{"name": "API_KEY", "hosts": ["a.com"]}]}))
    done = goru("--config", name, "-c", "print(http.secret('API_KEY'))")
    assert done.returncode == 2
    assert done.stderr.startswith(
        "goru: goru.json: session.http.secrets[0]: there is no environment variable API_KEY that holds its value\n"
    )
    done = goru("--config", name, "-c", "print(http.secret('API_KEY'))", env={"API_KEY": "hush, hush"})
    assert "API_KEY" in done.stdout and "hush" not in done.stdout, done
    shown = goru("config", "show", "--config", name, env={"API_KEY": "hush, hush"})
    assert "API_KEY" in shown.stdout and "hush" not in shown.stdout
    # A value in the file is taken as it is.
    document = json.loads((goru.directory / name).read_text())
    document["session"]["http"]["secrets"][0]["value"] = "hush, hush"
    name = config(document)
    assert goru("--config", name, "-c", "http.secret('API_KEY')").returncode == 0
    assert "hush" not in goru("config", "show", "--config", name).stdout


def test_the_rest_of_a_file(goru, config):
    limits = {"timeout": "100ms"}
    executor = {"session_limits": limits, "disk_cache": True, "limits": {"warm_sandboxes": 1}}
    name = config({"$schema": "x", "executor": executor, "run": {"name": "job", "stdin_data": "typed"}})
    assert goru("--config", name, "-c", "while True: pass").returncode == 124
    assert goru("--config", name, "-c", "print(input())").stdout == "typed\n"
    assert goru("--config", name, "--stdin", "/dev/null", "-c", "print(repr(__import__('sys').stdin.read()))").stdout == "''\n"
    assert 'File "job"' in goru("--config", name, "-c", "1 / 0").stderr


@pytest.mark.parametrize(
    ("document", "text"),
    [
        ({"session": {"limits": {"timeout": "soon"}}}, "goru.json: session.limits.timeout takes a time such as 500ms"),
        ({"session": {"limits": {"memory": 1}}}, "goru.json: session.limits.memory does not exist; there are timeout"),
        ({"limits": {}}, "goru.json: limits does not exist; there are executor, session, run"),
        ({"session": {"http": {"allowed_hosts": ["a/b"]}}}, "session.http.allowed_hosts[0]: 'a/b' cannot be an allowed"),
        ({"session": {"registry": 1}}, "session.registry cannot be said in JSON"),
        ("{", "goru.json: this is not JSON: parse error at line 1"),
        ('{"run": {}, "run": {}}', "goru.json: run stands there twice"),
        ("[]", "goru.json: the configuration takes an object; not a list"),
    ],
)
def test_mistakes_name_file_and_member(goru, config, document, text):
    name = config(document)
    done = goru("--config", name, "-c", "1")
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr.startswith("goru: ") and text in done.stderr
    checked = goru("config", "check", name)
    assert checked.returncode == 2 and text in checked.stderr


def test_which_files_are_read(goru, config):
    for arguments, text in (
        (["--config", "-"], "--config needs the name of a file"),
        (["--config", ""], "--config needs the name of a file"),
        (["--config", "missing.json"], "missing.json: No such file or directory"),
        (["--config", "."], "goru: "),
        (["--config"], "--config needs a value"),
        (["--config", "a", "--config", "b"], "--config is given more than once"),
    ):
        done = goru(*arguments, "-c", "1") if len(arguments) != 1 else goru("-c", "1", *arguments)
        assert done.returncode == 2 and text in done.stderr, done
    done = goru("config", "check", config({}), "missing.json")
    assert done.returncode == 2 and done.stdout == "goru.json: ok\n" and "missing.json" in done.stderr


def test_the_command(goru, config):
    for arguments in (["config"], ["config", "--help"], ["config", "show", "--help"]):
        done = goru(*arguments)
        assert done.returncode == 0 and "usage: goru config show" in done.stdout
        assert max(map(len, done.stdout.splitlines())) <= 128
    for arguments, text in (
        (["config", "sow"], "there is no 'goru config sow'"),
        (["config", "check"], "needs a FILE"),
        (["config", "schema", "x"], "takes no arguments"),
        (["config", "show", "-c", "1"], "goru config show runs nothing"),
        (["config", "show", "--frobnicate"], "there is no flag --frobnicate"),
    ):
        done = goru(*arguments)
        assert done.returncode == 2 and text in done.stderr, done


def test_what_is_shown_can_be_read_again(goru, config):
    flags = ["--timeout", "1500ms", "--allow-host", "*.a.com", "--mount", "/data:.:rwc", "--kv-file", "x.db", "--print"]
    shown = effective(goru, *flags, "--http-proxy", "env", "--packages", "p", "--no-cache", "--http-max-body", "2mb")
    assert shown["executor"]["disk_cache"] is False
    assert shown["session"]["limits"]["http"]["response_body_bytes"] == "2mb"
    # The second reading makes paths relative to the file, which is where they were.
    again = effective(goru, "--config", config(shown))
    assert again == shown | {"session": again["session"]}
    assert again["session"]["limits"] == shown["session"]["limits"]
    assert again["session"]["http"] == shown["session"]["http"]


def test_the_documents_say_what_the_code_does():
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / "config_docs.py", GORU, "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_the_example_of_the_documents(goru):
    page = (ROOT / "docs" / "CONFIGURATION.md").read_text()
    goru.write("goru.json", page.partition("```json\n")[2].partition("```")[0])
    (goru.directory / "input").mkdir()
    done = goru("--config", "goru.json", "-c", "print(fs.listdir('/data'))", env={"API_KEY": "0123456789"})
    assert (done.returncode, done.stdout) == (0, "[]\n"), done


# --- The schema and the code accept the same documents ---

# What the schema calls text, and the code looks into.
MEANINGFUL = {"allowed_hosts", "hosts", "allowed_networks", "name", "value", "proxy", "virtual_path", "allowed", "precompile"}
JUNK = [
    None, True, False, 0, -1, 1, 1.0, 1.5, 0.0, -0.5, 1e-9, 7, 4096, 65536.0, 1e13, 99999999999999, 100000000000000, 1e20,
    999999999, 1000000000, 4294967295, 4294967296, 2**63, 2**64 - 1, 2**64, 10**30, [], {}, [1], ["text"], [[]], {"a": 1},
    "", "0", "30s", "500ms", "0s", "1e3", "64mb", "64 MB", "1.5gb", "-1", "9999999999999s", "text", "ro", "rwc", "a\0b",
]  # fmt: skip
VALID = {
    "executor": {
        "session_limits": {"timeout": "1s", "kv": {"entries": 3}},
        "limits": {"warm_sandboxes": 0},
        "cache_directory": "/c",
        "disk_cache": False,
        "packages": ["p"],
        "precompile": ["python"],
    },
    "session": {
        "limits": {"timeout": 2, "memory_bytes": "64mb", "http": {"redirects": 3, "timeout": 0.5}, "stop_on_output_limit": True},
        "functions": ["f"],
        "http": {
            "allowed_hosts": ["a.com"],
            "allowed_networks": ["10.0.0.0/8"],
            "secrets": [{"name": "KEY", "value": "0123456789", "hosts": ["a.com"]}],
            "ca_file": "ca.pem",
            "proxy": "http://proxy:1",
            "allow_downgrade": True,
        },
        "fs": {"mounts": [{"virtual_path": "/a", "host_path": "/x", "mode": "rw", "within": ["/"]}]},
        "kv": {"enabled": True, "file": "x.db"},
        "packages": {"directories": ["p"], "allowed": ["toml"], "allow_any": False},
    },
    "run": {"name": "job", "stdin_data": "text", "source_map": "", "want_value": True},
    "$schema": "x",
}


def places(value, path=()):
    """Every place in a document, as the way there."""
    yield path
    if isinstance(value, (dict, list)):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from places(value[key], path + (key,))


def changed(document, rng):
    """The document with junk in one place; nothing where only the code could tell whether that means something."""
    document = copy.deepcopy(document)
    way = rng.choice(list(places(document)))
    junk = copy.deepcopy(rng.choice(JUNK))
    if not way:
        return junk
    holder = document
    for key in way[:-1]:
        holder = holder[key]
    how = rng.randrange(4)
    if how == 0 and isinstance(holder, dict):
        holder[rng.choice(["timeout", "x", "", "registry", "audit", "document", "mode", "entries"])] = junk
    elif how == 1 and isinstance(holder, dict):
        del holder[way[-1]]
    elif how == 2 and isinstance(holder, list) and isinstance(holder[0], str) and way[-2] not in MEANINGFUL:
        holder.extend(["p"] * rng.choice([1, 998, 999, 1000]))
    else:
        holder[way[-1]] = junk
    names = [key for key in way if isinstance(key, str)]
    # Junk that is text, or holds some, where text has to mean something.
    meaningful = names and (names[-1] in MEANINGFUL) and ("run" not in names)
    return None if meaningful and '"' in json.dumps(junk) else document


def test_schema_and_code_accept_the_same(goru, tmp_path):
    schema = json.loads(goru("config", "schema").stdout)
    validator = jsonschema.Draft202012Validator(schema)
    validator.check_schema(schema)
    rng = random.Random(1)
    samples = [VALID, {}, {"session": {}}, {"executor": {}, "run": {}}]
    while len(samples) < 3000:
        sample = changed(VALID, rng)
        # Two changes now and then.
        if isinstance(sample, dict) and rng.randrange(4) == 0:
            sample = changed(sample, rng)
        if sample is not None:
            samples.append(sample)
    for number, sample in enumerate(samples):
        (tmp_path / f"{number}.json").write_text(json.dumps(sample))
    done = subprocess.run(
        [GORU, "config", "check", *(f"{number}.json" for number in range(len(samples)))],
        cwd=tmp_path, capture_output=True, text=True, env=clean_environment(), check=False,
    )  # fmt: skip
    accepted = {int(line.partition(".")[0]) for line in done.stdout.splitlines()}
    reasons = {int(line.split(": ")[1].partition(".")[0]): line for line in done.stderr.splitlines()}
    assert len(accepted) + len(reasons) == len(samples)
    assert len(accepted) > 300 and len(reasons) > 300
    for number, sample in enumerate(samples):
        errors = [error.message for error in validator.iter_errors(sample)]
        assert (number in accepted) == (not errors), (sample, errors, reasons.get(number))


def test_every_member_of_the_schema_is_known_to_the_code(goru, config):
    """Each default of the schema, written out, is accepted and is what goru has without it."""

    def defaults(schema):
        if "properties" in schema:
            return {name: value for name, member in schema["properties"].items() if (value := defaults(member)) is not None}
        return schema.get("default")

    definitions = json.loads(goru("config", "schema").stdout)["$defs"]
    document = {part: defaults(definitions[name]) for part, name in
                (("executor", "ExecutorConfig"), ("session", "SessionConfig"), ("run", "RunOptions"))}  # fmt: skip
    assert len(list(places(document))) > 90
    shown = effective(goru, "--config", config(document))
    # goru itself keeps no sandboxes ready.
    plain = effective(goru)
    plain["executor"]["limits"]["warm_sandboxes"] = document["executor"]["limits"]["warm_sandboxes"]
    assert shown == plain
