#!/usr/bin/env python3
"""The compiler that a native package's own build calls: clang for the sandbox, with what this sandbox asks for.

usage: cross_compiler.py SETTINGS.json cc|c++ ARGUMENT...

- What is compiled for an extension module gets an entry point that is named after the whole module, since all of them end in
  one program: PyInit_numpy_random__common. The module is told by the place of the object, `numpy/random/_common.SUFFIX.p/`.
- Names that two modules define for themselves are given the module's own prefix (`private_names` of the recipe).
- A module is linked to nothing here: its objects are noted in SETTINGS' `links` (build_extension.py collects them).
"""

import json
import os
import pathlib
import sys


def module_of(path, settings):
    """(dotted name, last part) of the module whose object or library this is; None for others."""
    parts = pathlib.Path(path).parts
    for i, part in enumerate(parts):
        name = part.removesuffix(".p")
        if name.endswith(settings["suffix"]):
            leaf = name.removesuffix(settings["suffix"])
            return ".".join([*(p for p in parts[:i] if p not in (".", "..")), leaf]), leaf
    return None


def main():
    settings = json.loads(pathlib.Path(sys.argv[1]).read_text())
    kind = sys.argv[2]
    arguments = [a for a in sys.argv[3:] if a not in settings["dropped"]]
    output = arguments[arguments.index("-o") + 1] if "-o" in arguments else ""
    if "-shared" in arguments:
        module, _ = module_of(output, settings)
        inputs = [os.path.abspath(a) for a in arguments if a.endswith((".o", ".a")) and not a.startswith("-")]
        place = pathlib.Path(settings["links"], module + ".json")
        place.write_text(json.dumps(sorted(set(inputs) - {os.path.abspath(output)})))
        pathlib.Path(output).write_bytes(b"")
        return
    command = [*settings[kind]]
    module = module_of(output, settings)
    if module:
        name, leaf = module
        own = name.replace(".", "_")
        command.append(f"-DPyInit_{leaf}=PyInit_{own}")
        for private in settings["private_names"].get(name, []):
            command.append(f"-D{private}={own}_{private}")
    if "-c" not in arguments and "-E" not in arguments and "-S" not in arguments:
        arguments += settings["libraries"]
    os.execvp(command[0], [*command, *arguments])


main()
