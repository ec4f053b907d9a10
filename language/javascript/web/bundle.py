#!/usr/bin/env python3
"""Joins the web's names for the sandbox, npm's packages and our own files, to one script.

usage: bundle.py ESBUILD ENTRY.js OUTPUT.js PACKAGE=DIR...

The script is a function of (native, shared), as those of the prelude are. The same inputs give the same bytes.
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
# What packages are called where they are imported.
NAMES = {"noble-hashes": "@noble/hashes"}


def change(name, package):
    """fetch-blob looks for streams among Node's modules where they are no global; here they are always there."""
    if name != "fetch-blob":
        return
    path = package / "index.js"
    source = path.read_text(encoding="utf-8")
    loads = "import './streams.cjs'"
    if source.count(loads) != 1 or "globalThis.ReadableStream" not in source:
        sys.exit(f"bundle.py: {path} does not look for ReadableStream as it did")
    source = source.replace(loads, "import { ReadableStream } from 'web-streams-polyfill'")
    path.write_text(source.replace("globalThis.ReadableStream", "ReadableStream"), encoding="utf-8")


def main():
    esbuild, entry, output = sys.argv[1:4]
    with tempfile.TemporaryDirectory() as work:
        modules = pathlib.Path(work, "node_modules")
        for argument in sys.argv[4:]:
            name, _, directory = argument.partition("=")
            target = modules / NAMES.get(name, name)
            shutil.copytree(directory, target)
            change(name, target)
        own = modules / "goru-web"
        shutil.copytree(HERE, own, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
        subprocess.run(
            [
                os.path.abspath(esbuild),
                str(own / entry),
                "--bundle",
                "--format=iife",
                "--target=es2022",
                "--charset=utf8",
                "--minify-whitespace",
                "--minify-syntax",
                "--keep-names",
                "--legal-comments=none",
                "--log-level=warning",
                "--tsconfig-raw={}",
                "--define:process.env.NODE_ENV=\"production\"",
                "--banner:js=(function (goru, shared) { 'use strict';",
                "--footer:js=})",
                f"--outfile={os.path.abspath(output)}",
            ],
            cwd=work,
            check=True,
        )


if __name__ == "__main__":
    main()
