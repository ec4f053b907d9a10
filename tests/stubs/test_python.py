"""goru.pyi says what the guest really has: the same names, signatures, classes and members."""

import ast
import json
import subprocess

from conftest import PYTHON_STUB, run_guest

# Prints {name: what it is} for module goru, in the form of `stub_module` below.
DESCRIBE = '''
import builtins, inspect, json, goru

def function(f, bound=False):
    parameters = list(inspect.signature(f).parameters.values())
    if bound:
        parameters = parameters[1:]
    described = {
        "async": inspect.iscoroutinefunction(f),
        "parameters": [
            [p.name, p.kind.name, None if p.default is p.empty else repr(p.default)] for p in parameters
        ],
    }
    if members := {name: function(value) for name, value in vars(f).items() if inspect.isfunction(value)}:
        described["members"] = members
    return described

def of_class(c):
    members = {}
    for name, value in vars(c).items():
        if isinstance(value, property):
            members[name] = "property"
        elif not inspect.isfunction(value) or name != "__init__" and (name.startswith("_") or hasattr(c.__base__, name)):
            continue  # what a base class has is described there
        else:
            members[name] = function(value, bound=True)
    return {"bases": [base.__name__ for base in c.__bases__ if base is not object], "members": members}

def of_module(m):
    # The standard library's own part of http is not ours to describe.
    ours = lambda v: inspect.isclass(v) and v.__module__ == "goru" or inspect.isfunction(v) and v.__code__.co_filename == "<goru>"
    return {
        name: "class" if inspect.isclass(value) else function(value)
        for name, value in vars(m).items() if not name.startswith("_") and ours(value)
    }

result = {}
for name in goru.__all__:
    value = getattr(goru, name)
    if inspect.isclass(value):
        result[name] = of_class(value)
    elif inspect.ismodule(value):
        result[name] = {"module": of_module(value)}
    else:
        result[name] = function(value)
everywhere = [name for name in goru.__all__ if getattr(builtins, name, None) is getattr(goru, name)]
print(json.dumps({"names": result, "everywhere": everywhere, "hidden": sorted(
    n for n in vars(goru) if not n.startswith("_") and n not in goru.__all__)}))
'''


def stub_function(node, bound=False):
    arguments = node.args
    positional = arguments.posonlyargs + arguments.args
    defaults = [None] * (len(positional) - len(arguments.defaults)) + arguments.defaults
    text = lambda default: None if default is None else ast.unparse(default)
    parameters = [
        [a.arg, "POSITIONAL_ONLY" if a in arguments.posonlyargs else "POSITIONAL_OR_KEYWORD", text(d)]
        for a, d in zip(positional, defaults)
    ]
    parameters += [[a.arg, "KEYWORD_ONLY", text(d)] for a, d in zip(arguments.kwonlyargs, arguments.kw_defaults)]
    if arguments.kwarg:
        parameters.append([arguments.kwarg.arg, "VAR_KEYWORD", None])
    return {"async": isinstance(node, ast.AsyncFunctionDef), "parameters": parameters[1:] if bound else parameters}


def is_property(node):
    return any(isinstance(d, ast.Name) and d.id == "property" for d in node.decorator_list)


FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def stub_class(node):
    members = {
        item.name: "property" if is_property(item) else stub_function(item, bound=True)
        for item in node.body
        if isinstance(item, FUNCTIONS)
    }
    return {"bases": [ast.unparse(base).partition("[")[0] for base in node.bases], "members": members}


def stub_namespace(node):
    """The members of a class that stands for a module."""
    result = {item.name: stub_function(item, bound=True) for item in node.body if isinstance(item, FUNCTIONS)}
    for item in node.body:
        if isinstance(item, ast.AnnAssign):
            result[item.target.id] = "class"
    return result


def stub_callable(node):
    """The function that an instance of a class stands for, with its attributes."""
    members = stub_namespace(node)
    return {**members.pop("__call__"), "members": members}


def stub_module():
    tree = ast.parse(PYTHON_STUB.read_text())
    classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    names = {name: stub_class(node) for name, node in classes.items() if not name.startswith("_")}
    exported = []
    for node in tree.body:
        if isinstance(node, FUNCTIONS):
            names[node.name] = stub_function(node)
        elif isinstance(node, ast.AnnAssign) and ast.unparse(node.annotation) != "TypeAlias":
            of = classes[node.annotation.id]
            callable_ = any(isinstance(item, FUNCTIONS) and item.name == "__call__" for item in of.body)
            names[node.target.id] = stub_callable(of) if callable_ else {"module": stub_namespace(of)}
        elif isinstance(node, ast.Assign):
            exported = ast.literal_eval(node.value)
    return names, exported


def annotations_of(class_name):
    tree = ast.parse(PYTHON_STUB.read_text())
    (node,) = [node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == class_name]
    return {item.target.id for item in node.body if isinstance(item, ast.AnnAssign)}


def test_stub_and_guest_have_the_same_names_and_signatures(tmp_path):
    guest = json.loads(run_guest(tmp_path, "describe.py", DESCRIBE))
    names, exported = stub_module()
    assert sorted(exported) == sorted(guest["names"])
    assert guest["hidden"] == []
    assert sorted(names) == sorted(guest["names"])
    # Only the guest itself makes responses.
    del guest["names"]["Response"]["members"]["__init__"]
    for name, described in names.items():
        assert described == guest["names"][name], name
    assert set(guest["everywhere"]) == set(exported) - {"Headers", "HTTPError", "Response"}


def test_attributes_of_values(tmp_path):
    program = """
import goru, json
answer = {"status": 200, "url": "", "headers": [], "body": ""}
plain = lambda value: sorted(n for n in vars(value) if not n.startswith("_"))
error = goru.HTTPError("text", goru.Response(answer))
print(json.dumps([plain(goru.Response(answer)), plain(error), sorted(fs.listdir("/d")[0]), sorted(fs.stat("/d/file"))]))
"""
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "file").write_text("x")
    response, error, entry, stat = json.loads(run_guest(tmp_path, "main.py", program, "--mount", f"/d:{tmp_path / 'd'}:ro"))
    assert set(response) == annotations_of("Response")
    assert set(error) == annotations_of("HTTPError")
    assert set(entry) == annotations_of("_Entry")
    assert set(stat) == annotations_of("_Stat")


CORRECT = """
import asyncio
from pathlib import PurePosixPath
from goru import HTTPError, Headers, HostError, Response, async_call, call, fs, http, kv

def use() -> None:
    response: Response = http.post("u", body=b"x", headers={"A": "b"}, params=[("a", 1)], timeout=1.5)
    headers: Headers = response.headers
    texts: list[str] = headers.get_all("a") + [response.text, headers["a"], str(response.ok), response.reason]
    number: int = response.status_code + len(response.content) + len(texts)
    try:
        response.raise_for_status()
    except HTTPError as error:
        print(error.response, number)
    except http.HTTPError as error:
        print(error)
    fs.write_text(PurePosixPath("/a"), "x")
    names: list[str] = [entry["name"] for entry in fs.listdir("/a") if entry["is_dir"] and entry["size"]]
    changed: float = fs.stat("/a")["mod_time"]
    for path, folders, files in fs.walk("/"):
        folders.remove(path)
        print(files, names, changed)
    kv.set("a", {"b": [1, None]})
    keys: list[str] = kv.keys()
    done: bool = kv.delete("a")
    print(keys, done, kv.get("b", default=3), call("f", a=1))
    described: list[str] = [function["name"] + function["description"] for function in call.functions()]
    for function in call.functions():
        for parameter in function["parameters"] or ():
            print(described, parameter["name"] + parameter["type"], parameter["required"], parameter.get("default"))

async def wait() -> None:
    response, value = await asyncio.gather(http.async_get("u"), kv.async_get("key"))
    print(response.json(), value, await async_call("f"))
    async for path, folders, files in fs.async_walk("/"):
        print(path, folders, files)
"""

WRONG = [
    'kv.get(1)',
    'fs.read_text(b"x")',
    'fs.write_text("/a", b"x")',
    'fs.listdir("/a")[0]["mod_time"]',
    'http.get("u", bdy="x")',
    'http.get("u", headers={"a": 1})',
    'http.get("u").texts',
    'kv.keys().get("a")',
    'http.async_get("u").text',
    'call.functions()[0]["nam"]',
    'call(1)',
]


def mypy(directory, source):
    (directory / "checked.py").write_text(source)
    stubs = directory / "stubs"
    stubs.mkdir(exist_ok=True)
    (stubs / "goru.pyi").write_text(PYTHON_STUB.read_text())
    return subprocess.run(
        ["mypy", "--strict", "--no-incremental", "--cache-dir", directory / "cache", "checked.py", "stubs/goru.pyi"],
        cwd=directory,
        env={"MYPYPATH": str(stubs), "PATH": "/usr/local/bin:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_type_checker_accepts_what_is_right(tmp_path):
    done = mypy(tmp_path, CORRECT)
    assert done.returncode == 0, done.stdout


def test_a_type_checker_refuses_what_is_wrong(tmp_path):
    done = mypy(tmp_path, "from goru import call, fs, http, kv\n" + "\n".join(WRONG) + "\n")
    for line, code in enumerate(WRONG, 2):
        assert f"checked.py:{line}: error" in done.stdout, code
