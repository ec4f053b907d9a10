"""Who may include whom: each layer uses only those above it in docs/ARCHITECTURE.md's list, and what is between goru and its
engine stays below src/guest. And who may name a language: what one is stands in its recipe."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# The engine, and the types around it. Nothing above src/guest may see them, not even through another header.
ENGINE = "wasm"
ABOVE_THE_ENGINE = ("packages", "host", "executor", "service", "mcp", "cli", "server")

# Stricter than the order of the list.
ONLY = {
    "packages": {"packages", "support"},
    "service": {"service"},
    "mcp": {"service", "mcp"},
    "cli": {"service", "mcp", "cli"},
    "server": {"service", "mcp", "cli", "server"},
}

# Folders whose code, comments aside, names no language, no runtime and no exception of one.
NAME_NO_LANGUAGE = ("support", "wasm", "wasi", "guest", "host", "config", "executor")
LANGUAGE = re.compile(
    r"python|javascript|typescript|quickjs|sucrase|\b(?:Memory|Internal|Recursion)Error\b|(?-i:\"Interrupted\")|\"3\.\d", re.IGNORECASE
)
# And why these may.
NAMES_A_LANGUAGE = {
    "config/tables.hpp": "help texts: packages are Python's",
    "executor/language.cpp": "the public names of what goru comes with",
    "executor/packages": "packages are Python's",
}

INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.MULTILINE)


COMMENT = re.compile(r"//[^\n]*")


def layers(root):
    """The folders of src, in the order of the list."""
    text = (root / "docs/ARCHITECTURE.md").read_text()
    table = text[text.index("## Layers") :]
    return re.findall(r"^\| `src/(\w+)/` \|", table[: table.index("\n## ")], re.MULTILINE)


def sources(root):
    for path in sorted((root / "src").rglob("*.[ch]pp")):
        relative = path.relative_to(root / "src")
        yield relative.parts[0], path


def includes(root, path):
    """(as written, the file) of each quoted include that is a file of src."""
    for name in INCLUDE.findall(path.read_text()):
        for directory in (root / "src", path.parent):
            if (directory / name).is_file():
                yield name, (directory / name).resolve()
                break


def reached(root, path, seen):
    """The files that this one includes, through whatever others."""
    for _, file in includes(root, path):
        if file not in seen:
            seen[file] = path
            reached(root, file, seen)
    return seen


def violations(root):
    order = layers(root)
    found = []
    for layer, path in sources(root):
        where = path.relative_to(root)
        if layer not in order:
            found.append(f"{where}: src/{layer}/ is not in the list of layers")
            continue
        allowed = ONLY.get(layer, set(order[: order.index(layer) + 1]))
        for name, file in includes(root, path):
            other = file.relative_to((root / "src").resolve()).parts[0]
            if other not in allowed:
                found.append(f"{where}: includes {name}, and {layer} may not use {other}")
        may_name = any(path.is_relative_to(root / "src" / name) for name in NAMES_A_LANGUAGE)
        if layer in NAME_NO_LANGUAGE and not may_name:
            for word in sorted(set(LANGUAGE.findall(COMMENT.sub("", path.read_text())))):
                found.append(f"{where}: names {word}; what a language is stands in its recipe")
        if layer not in ABOVE_THE_ENGINE:
            continue
        if re.search(rf"\b{ENGINE}::", path.read_text()):
            found.append(f"{where}: names something of {ENGINE}::")
        for file, through in reached(root, path.resolve(), {}).items():
            if file.is_relative_to((root / "src" / ENGINE).resolve()):
                found.append(f"{where}: reaches {file.name} of src/{ENGINE} through {through.name}")
    for path in sorted((root / "include").rglob("*.hpp")):
        for name in INCLUDE.findall(path.read_text()):
            if not name.startswith("goru/"):
                found.append(f"{path.relative_to(root)}: a public header includes {name}")
    return found


def test_each_layer_uses_only_those_above_it():
    assert layers(ROOT)[:4] == ["support", "wasm", "wasi", "guest"]
    assert {layer for layer, _ in sources(ROOT)} == set(layers(ROOT))
    assert violations(ROOT) == []


@pytest.mark.parametrize(
    ("where", "text", "what"),
    [
        ("src/support/a.cpp", '#include "wasm/engine.hpp"', "may not use wasm"),
        ("src/wasi/a.hpp", '#include "guest/sandbox.hpp"', "may not use guest"),
        ("src/host/fs/a.cpp", '#include "executor/core.hpp"', "may not use executor"),
        ("src/executor/a.cpp", '#include "wasm/engine.hpp"', "reaches engine.hpp"),
        ("src/executor/a.cpp", '#include "guest/runtime.hpp"', "reaches engine.hpp of src/wasm through runtime.hpp"),
        ("src/executor/a.cpp", "using wasm::After;", "names something of wasm::"),
        ("src/packages/a.cpp", '#include "guest/sandbox.hpp"', "may not use guest"),
        ("src/cli/a.cpp", '#include "executor/core.hpp"', "may not use executor"),
        ("src/servers/a.cpp", "", "is not in the list"),
        ("src/executor/a.cpp", 'if (language.name() == "python") return;', "names python"),
        ("src/guest/a.cpp", 'if (error.type == "MemoryError") return;', "names MemoryError"),
        ("src/host/a.cpp", 'if (version == "3.12") return;', "names"),
        ("include/goru/a.hpp", '#include "guest/sandbox.hpp"', "a public header includes"),
    ],
)
def test_a_violation_is_found(tmp_path, where, text, what):
    for name, content in {
        "docs/ARCHITECTURE.md": (ROOT / "docs/ARCHITECTURE.md").read_text(),
        "src/wasm/engine.hpp": "",
        "src/guest/sandbox.hpp": "",
        "src/guest/runtime.hpp": '#include "wasm/engine.hpp"\n',
        "src/executor/core.hpp": '#include "guest/sandbox.hpp"\n',
        where: text + "\n",
    }.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
    found = violations(tmp_path)
    assert found and any(what in line for line in found), found


def test_comments_may_name_languages(tmp_path):
    for name, content in {
        "docs/ARCHITECTURE.md": (ROOT / "docs/ARCHITECTURE.md").read_text(),
        "src/host/a.cpp": "// As Python has it, and QuickJS.\nint x = 1;  // JavaScript\n",
    }.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
    assert violations(tmp_path) == []


def test_the_exceptions_are_needed():
    for name in NAMES_A_LANGUAGE:
        place = ROOT / "src" / name
        files = list(place.glob("*.[ch]pp")) if place.is_dir() else [place]
        assert any(LANGUAGE.search(COMMENT.sub("", file.read_text())) for file in files), f"{name} names no language any more"
