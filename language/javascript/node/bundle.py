#!/usr/bin/env python3
"""Joins Node's modules for the sandbox to one file of the prelude: those of npm's browser ports, and our own.

usage: bundle.py OUTPUT.js PACKAGE=DIR...

Every module becomes a function of (module, exports, require) that runs when it is first required. The same inputs give the same
bytes.
"""

import json
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).parent
# What each name is, as a path in a package.
PORTS = {
    "base64-js": "base64-js/index.js",
    "buffer": "buffer/index.js",
    "events": "events/events.js",
    "ieee754": "ieee754/index.js",
    "path": "path-browserify/index.js",
    "querystring": "querystring-es3/index.js",
    "safe-buffer": "safe-buffer/index.js",
    "string_decoder": "string_decoder/lib/string_decoder.js",
}
# Of these only other modules ask.
INTERNAL = {"base64-js", "ieee754", "safe-buffer"}
REQUIRE = re.compile(r"\brequire\(\s*'([^']+)'\s*\)|\brequire\(\s*\"([^\"]+)\"\s*\)")


def main():
    output, packages = pathlib.Path(sys.argv[1]), dict(item.split("=", 1) for item in sys.argv[2:])
    modules = {}

    def add(key, path):
        text = path.read_text()
        needs = {}
        modules[key] = (text, needs)
        for match in REQUIRE.finditer(text):
            wanted = match[1] or match[2]
            if wanted.startswith("."):
                target = path.parent / wanted
                target = target if target.suffix == ".js" else target.with_suffix(".js")
                needs[wanted] = f"{key}/{target.stem}"
                if needs[wanted] not in modules:
                    add(needs[wanted], target)
            else:
                needs[wanted] = wanted.rstrip("/").removeprefix("node:")

    for name, place in PORTS.items():
        package, _, file = place.partition("/")
        add(name, pathlib.Path(packages[package]) / file)
    for path in sorted((HERE / "modules").glob("*.js")):
        add(path.stem.replace("__", "/"), path)
    for key, (_, needs) in modules.items():
        for wanted in needs.values():
            if wanted not in modules:
                sys.exit(f"bundle.py: {key} needs {wanted}, which is not there")
    lines = ["// Made by bundle.py.", "const modules = {", "  __proto__: null,"]
    for key in sorted(modules):
        text, needs = modules[key]
        public = "/" not in key.replace("/promises", "") and key not in INTERNAL
        lines.append(f"{json.dumps(key)}: [{'true' if public else 'false'}, {json.dumps(needs)}, function (module, exports, require) {{")
        lines.append(text)
        lines.append("}],")
    lines.append("};")
    lines.append((HERE / "main.js").read_text())
    output.write_text("\n".join(lines))


main()
