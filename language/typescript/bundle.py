#!/usr/bin/env python3
"""Joins sucrase and translator.js into the one script that the TypeScript image starts with.

usage: bundle.py SUCRASE_DIR TRANSLATOR.js OUTPUT.js

Only the modules that the translator loads, and what these load, become part of it. Nothing is run.
"""

import json
import pathlib
import posixpath
import re
import sys

LOAD = re.compile(r"\bload\('([^']+)'\)")
REQUIRE = re.compile(r"\brequire\('(\.[^']*)'\)")


def find(dist, name):
    for candidate in (name, f"{name}/index"):
        path = dist / f"{candidate}.js"
        if path.is_file():
            return candidate, path.read_text(encoding="utf-8")
    sys.exit(f"bundle: sucrase has no {name}")


def main():
    dist = pathlib.Path(sys.argv[1]) / "dist"
    translator = pathlib.Path(sys.argv[2]).read_text(encoding="utf-8")
    modules = {}
    wanted = LOAD.findall(translator)
    while wanted:
        name, text = find(dist, wanted.pop())
        if name in modules:
            continue
        # Where a module asks for another, the other's full name.
        def absolute(match, folder=posixpath.dirname(name)):
            other, _ = find(dist, posixpath.normpath(posixpath.join(folder, match.group(1))))
            wanted.append(other)
            return f"require({json.dumps(other)})"

        modules[name] = REQUIRE.sub(absolute, text)
    parts = ["(() => {\nconst modules = {\n"]
    for name, text in sorted(modules.items()):
        parts.append(f"{json.dumps(name)}(require, exports) {{{text}\n}},\n")
    parts.append(
        "};\nconst loaded = {};\n"
        "const load = (name) => {\n"
        "  if (loaded[name] === undefined) modules[name](load, loaded[name] = {});\n"
        "  return loaded[name];\n"
        "};\n"
        "return ((load) => {\n" + translator + "})(load);\n})()\n"
    )
    pathlib.Path(sys.argv[3]).write_text("".join(parts), encoding="utf-8")


if __name__ == "__main__":
    main()
