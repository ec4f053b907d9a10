#!/usr/bin/env python3
"""Makes what the JavaScript image has for Intl: the code in one file, and the data.

usage: bundle.py ESBUILD OUTPUT.js OUTPUT.bin NAME=DIRECTORY...

ESBUILD is the program. NAME is `tzdata`, `icu` or a package of FormatJS without its prefix (numberformat for
@formatjs/intl-numberformat), DIRECTORY where it was unpacked. The packages are not changed: what patches.py changes, it
changes in a copy. OUTPUT.js is a function of (native, shared) that puts Intl and its like into `shared.intl` (main.js).
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import locales
import patches

HERE = pathlib.Path(__file__).resolve().parent
# Packages whose names do not begin with intl-.
PLAIN = {"bigdecimal", "ecma402-abstract", "fast-memoize"}


def package_name(name):
    return f"@formatjs/{name}" if name in PLAIN else f"@formatjs/intl-{name}"


def main():
    esbuild, code, data = sys.argv[1:4]
    directories = dict(argument.split("=", 1) for argument in sys.argv[4:])
    tzdata, icu = directories.pop("tzdata"), directories.pop("icu")
    with tempfile.TemporaryDirectory() as work:
        modules = pathlib.Path(work, "node_modules")
        for name, directory in directories.items():
            target = modules / package_name(name)
            target.mkdir(parents=True)
            for path in pathlib.Path(directory).glob("*"):
                if path.name not in ("index.js", "node_modules"):
                    (target / path.name).symlink_to(path.resolve())
            source = (pathlib.Path(directory) / "index.js").read_text(encoding="utf-8")
            (target / "index.js").write_text(patches.change(name, source), encoding="utf-8")
        own = modules / "goru-intl"
        shutil.copytree(HERE, own, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
        subprocess.run(
            [
                os.path.abspath(esbuild),
                str(own / "main.js"),
                "--bundle",
                "--format=iife",
                "--target=es2022",
                "--charset=utf8",
                "--minify-whitespace",
                "--minify-syntax",
                "--keep-names",
                "--legal-comments=none",
                "--log-level=warning",
                "--preserve-symlinks",
                "--tsconfig-raw={}",
                "--banner:js=(function (native, shared) { 'use strict'; const Intl = {};",
                "--footer:js=})",
                f"--outfile={os.path.abspath(code)}",
            ],
            cwd=work,
            check=True,
        )
    locales.write(data, directories, tzdata, icu)


if __name__ == "__main__":
    main()
