"""goru.d.ts says what the guest really has: the same globals, members and parameters."""

import http.server
import json
import pathlib
import re
import subprocess
import threading

import pytest
from conftest import JAVASCRIPT_STUB, run_guest

HERE = pathlib.Path(__file__).parent

# Prints all globals, and for each that is an object its members; a function is the text of its parameters and its length.
DESCRIBE = """
const shown = (value) => {
  if (typeof value !== 'function') return null;
  const source = Function.prototype.toString.call(value);
  return { source: source.includes('[native code]') ? null : source, length: value.length };
};
const members = (value) => Object.fromEntries(Object.getOwnPropertyNames(value).map((name) => [name, shown(value[name])]));
const globals = {};
for (const name of Object.getOwnPropertyNames(globalThis)) {
  const value = globalThis[name];
  globals[name] = { shown: shown(value), members: value !== null && typeof value === 'object' ? members(value) : null };
}
console.log(JSON.stringify(globals));
"""


@pytest.fixture(scope="module")
def stub(typescript):
    node, directory = typescript
    done = subprocess.run(
        [node, HERE / "members.cjs", directory, JAVASCRIPT_STUB], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def parameters_of(source):
    """The names of the parameters of a function, from its source."""
    text = source[source.index("(") + 1 : source.index(")")]
    return [re.sub(r"\\s*=.*", "", part).strip() for part in text.split(",") if part.strip()]


def check_parameters(where, declared, guest):
    """`declared` is the stub's list, `guest` what the program printed."""
    assert declared is not None, where
    required = [name for name in declared if not name.endswith("?") and not name.startswith("...")]
    assert len(required) <= guest["length"], where
    if guest["source"] is None or "arguments" in guest["source"]:
        return
    plain = [name.rstrip("?") for name in declared]
    renamed = [re.sub(r"\s*=.*", "", name) for name in parameters_of(guest["source"])]
    assert len(plain) == len(renamed), f"{where}: {plain} and {renamed}"


def test_stub_and_guest_have_the_same_globals(stub, tmp_path):
    guest = json.loads(run_guest(tmp_path, "describe.js", DESCRIBE, "--timers", "--web"))
    ours = set(guest) - set(stub["standard"])
    assert ours == set(stub["globals"])


def test_call_has_the_same_members(stub, tmp_path):
    program = "console.log(JSON.stringify(Object.getOwnPropertyNames(call).filter((n) => !['name', 'length'].includes(n))))"
    guest = json.loads(run_guest(tmp_path, "main.js", program))
    assert sorted(guest) == sorted(name for name in stub["globals"]["call"]["members"] if name not in ("name", "length"))


@pytest.mark.parametrize("module", ["http", "fs", "kv"])
def test_stub_and_guest_have_the_same_members(stub, tmp_path, module):
    guest = json.loads(run_guest(tmp_path, "describe.js", DESCRIBE))[module]["members"]
    declared = stub["globals"][module]["members"]
    assert sorted(guest) == sorted(declared)
    for name, function in guest.items():
        check_parameters(f"{module}.{name}", declared[name], function)
        names = parameters_of(function["source"])
        assert [n.removesuffix("?") for n in declared[name]] == [re.sub(r"\s*=.*", "", n) for n in names], name


MEMBERS = """
const names = (value) => {
  const found = new Set(Object.getOwnPropertyNames(value));
  for (let o = Object.getPrototypeOf(value); o && o !== Object.prototype; o = Object.getPrototypeOf(o)) {
    for (const name of Object.getOwnPropertyNames(o)) if (name !== 'constructor') found.add(name);
  }
  return [...found];
};
let error;
try { fs.readText('/d/missing') } catch (caught) { error = caught }
console.log(JSON.stringify({
  HttpResponse: names(http.get('URL')), HttpHeaders: names(http.get('URL').headers).filter((name) => name === 'getAll'),
  FsEntry: names(fs.listdir('/d')[0]), FsStat: names(fs.stat('/d/file')),
  HostError: Object.getOwnPropertyNames(error).filter((name) => name !== 'stack'),
}));
"""


@pytest.fixture
def port():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


def test_members_of_values(stub, tmp_path, port):
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "file").write_text("x")
    program = MEMBERS.replace("URL", f"http://127.0.0.1:{port}/")
    flags = ["--mount", f"/d:{tmp_path / 'd'}:ro", "--allow-host", f"127.0.0.1:{port}"]
    guest = json.loads(run_guest(tmp_path, "main.js", program, *flags))
    for name in ("FsEntry", "FsStat", "HttpResponse", "HttpHeaders"):
        assert set(guest[name]) == set(stub["types"][name]), name
    assert set(guest["HostError"]) | {"cause", "stack"} == set(stub["types"]["HostError"]) | {"cause", "stack"}


CORRECT = """
const response = http.post("u", {body: new Uint8Array(1), headers: [["a", "b"]], params: {a: [1, 2]}, timeout: 10, redirect: "manual"});
const all: string[] = response.headers.getAll("a");
const text: string = response.text + (response.headers["content-type"] ?? "") + response.url + all.join();
const size: number = response.content.length + response.statusCode;
const data: {x: number} = response.json();
fs.writeJson("/a", {x: 1}, 2);
fs.mkdir("/a/b", {recursive: true});
const names: string[] = fs.listdir("/a").filter((entry) => entry.isDir && entry.is_dir && entry.size > 0).map((entry) => entry.name);
const changed: number = fs.stat("/a").modTime + fs.stat("/a").mod_time;
for (const [path, folders, files] of fs.walk("/")) folders.push(path, ...files);
for await (const [path] of fs.asyncWalk("/")) print(path);
kv.set("a", {b: [1, null, 10n ** 30n]});
const value: string | null = kv.get<string>("a");
const other: number = kv.get<number>("a", 3);
const [first, second] = await runAsync(http.asyncGet("u"), kv.asyncGet<number>("key"));
const ok: boolean = first.ok && second !== null && kv.delete("a");
for (const { name, description, parameters } of call.functions()) {
  for (const parameter of parameters ?? []) print(name + description + parameter.name, parameter.type === "bytes", parameter.required, parameter.default);
}
call.help();
try { fs.remove("/a") } catch (error) {
  if (error instanceof HostError && error.code === "ENOENT") print(error.path, error.name, text, size, data, names, changed, value, other, ok);
}
export {};
"""

WRONG = [
    "kv.get(1);",
    "fs.readText(new Uint8Array(1));",
    'fs.writeText("/a", new Uint8Array(1));',
    'http.get("u", {bdy: "x"});',
    'http.get("u", {headers: {a: 1}});',
    'http.get("u", {redirect: "no"});',
    'http.get("u").texts;',
    'http.asyncGet("u").text;',
    'fs.listdir("/a")[0].modTime;',
    'fetch(1);',
    "call.functions()[0].nam;",
]


def tsc(typescript, directory, source):
    node, compiler = typescript
    (directory / "checked.ts").write_text(source)
    (directory / "goru.d.ts").write_text(JAVASCRIPT_STUB.read_text())
    options = {"strict": True, "noEmit": True, "target": "es2023", "lib": ["es2023"], "module": "esnext", "types": []}
    (directory / "tsconfig.json").write_text(json.dumps({"compilerOptions": options, "files": ["checked.ts", "goru.d.ts"]}))
    command = [node, compiler / "bin" / "tsc", "--pretty", "false"]
    return subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)


def test_a_type_checker_accepts_what_is_right(typescript, tmp_path):
    done = tsc(typescript, tmp_path, CORRECT)
    assert done.returncode == 0, done.stdout


def test_a_type_checker_refuses_what_is_wrong(typescript, tmp_path):
    done = tsc(typescript, tmp_path, "\n".join(WRONG) + "\nexport {};\n")
    for line, code in enumerate(WRONG, 1):
        assert f"checked.ts({line}," in done.stdout, code
