#!/usr/bin/env python3
"""Compiles the standard library to byte code for the shim (stdlib.c), and keeps its sources for tracebacks.

usage: freeze.py OUTPUT_DIR LIB_DIR [PACKAGE_DIR...]

Runs in the Python that the byte code is for. Writes stdlib.code, stdlib.sources and stdlib.inc. PACKAGE_DIRs hold modules that
were part of the standard library once. The same inputs give the same bytes.
"""

import marshal
import pathlib
import sys
import zlib

# Where the sandbox says that its standard library is.
PLACE = "/usr/local/lib/python3.13/"

# No use without a screen, a network, processes or files, or only for tests of Python itself.
LEFT_OUT = {
    "__phello__", "antigravity", "ctypes", "curses", "ensurepip", "idlelib", "multiprocessing", "pydoc_data", "site-packages", "test",
    "setup", "tests", "tkinter", "turtle", "turtledemo", "venv", "webbrowser",
}

# These belong to the interpreter, which has its own copy.
BUILT_IN = {"importlib._bootstrap", "importlib._bootstrap_external"}

# What configure found out, as far as programs ask for it.
SYSCONFIG = "_sysconfigdata__wasi_wasm32-wasi"
SYSCONFIG_SOURCE = """\
# What the sandbox's Python was built with, as far as programs ask for it.
build_time_vars = {
    "ABIFLAGS": "",
    "EXT_SUFFIX": ".cpython-313-wasm32-wasi.so",
    "HOST_GNU_TYPE": "wasm32-unknown-wasip1",
    "MULTIARCH": "wasm32-wasi",
    "Py_DEBUG": 0,
    "Py_ENABLE_SHARED": 0,
    "Py_GIL_DISABLED": 0,
    "SIZEOF_VOID_P": 4,
    "SOABI": "cpython-313-wasm32-wasi",
    "TZPATH": "",
    "WITH_DOC_STRINGS": 1,
    "WITH_PYMALLOC": 1,
    "prefix": "/usr/local",
    "exec_prefix": "/usr/local",
    "userbase": "/usr/local",
}
"""


def modules_of(directory):
    """(name, path below `directory`, whether it is a package) of every module."""
    for path in sorted(directory.rglob("*.py")):
        relative = path.relative_to(directory)
        if relative.parts[0].removesuffix(".py") in LEFT_OUT or not all(
            part.isidentifier() for part in relative.with_suffix("").parts
        ):
            continue
        parts = relative.with_suffix("").parts
        package = parts[-1] == "__init__"
        yield ".".join(parts[:-1] if package else parts), relative, package


def main():
    output = pathlib.Path(sys.argv[1])
    output.mkdir(parents=True, exist_ok=True)
    modules = {}
    for directory in map(pathlib.Path, sys.argv[2:]):
        for name, relative, package in modules_of(directory):
            if name not in BUILT_IN:
                modules.setdefault(name, (str(relative), (directory / relative).read_bytes(), package))
    modules[SYSCONFIG] = (SYSCONFIG + ".py", SYSCONFIG_SOURCE.encode(), False)

    rows = []
    code = bytearray()
    sources = bytearray()
    # The order of the names' bytes, in which the shim searches.
    for name in sorted(modules, key=str.encode):
        relative, source, package = modules[name]
        try:
            data = marshal.dumps(compile(source, PLACE + relative, "exec", dont_inherit=True, optimize=0))
        except SyntaxError as error:
            # Test data of lib2to3 and the like.
            sys.exit(f"freeze.py: {relative}: {error}")
        packed = zlib.compress(source, 9)
        rows.append(
            f'MODULE("{name}", {len(code)}, {len(data)}, {int(package)}, {len(sources)}, {len(packed)})\n'
        )
        code += data
        sources += packed
    (output / "stdlib.code").write_bytes(code)
    (output / "stdlib.sources").write_bytes(sources)
    (output / "stdlib.inc").write_text("".join(rows))
    print(f"{len(rows)} modules, {len(code)} bytes of code, {len(sources)} bytes of sources")


main()
