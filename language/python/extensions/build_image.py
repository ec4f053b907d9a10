#!/usr/bin/env python3
"""Makes the image of a guest with native packages: their Python files go into it, compiled, and what is named is imported.

usage: build_image.py GORU BASE.img OUTPUT.img MODULE[,MODULE...] EXTENSION.tar...

BASE.img is the guest with the packages' modules built in, EXTENSIONs are what build_extension.py made.
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile

# Runs in the sandbox, and writes what `goru deps` would: bytecode that nobody checks against its source, which never changes.
COMPILE = """
import _imp
import importlib._bootstrap_external as external
import os

for directory, names, files in os.walk("/in"):
    for name in files:
        if not name.endswith(".py"):
            continue
        place = directory.removeprefix("/in") + "/"
        with open(directory + "/" + name, "rb") as file:
            source = file.read()
        code = compile(source, "/packages" + place + name, "exec", dont_inherit=True)
        hashed = _imp.source_hash(external._RAW_MAGIC_NUMBER, source)
        os.makedirs("/out" + place + "__pycache__", exist_ok=True)
        with open("/out" + place + "__pycache__/" + name.removesuffix(".py") + ".cpython-313.pyc", "wb") as file:
            file.write(external._code_to_hash_pyc(code, hashed, False))
"""


def main():
    if len(sys.argv) < 6:
        sys.exit(__doc__)
    goru, base, output = (pathlib.Path(a).absolute() for a in sys.argv[1:4])
    with tempfile.TemporaryDirectory(prefix="goru-data-") as work:
        site = pathlib.Path(work, "site")
        for extension in sys.argv[5:]:
            with tarfile.open(extension) as archive:
                members = [m for m in archive.getmembers() if m.name.startswith("site/")]
                archive.extractall(work, members)
        compiled = pathlib.Path(work, "compiled")
        compiled.mkdir()
        # In a Python without packages, so that nothing of them runs here.
        subprocess.run([goru, "--image", base, "--mount", f"/in:{site}:ro", "--mount", f"/out:{compiled}:rwc",
                        "--timeout", "10m", "--memory", "1gb", "--max-host-calls", "1000000", "-c", COMPILE], check=True, stdin=subprocess.DEVNULL)
        shutil.copytree(compiled, site, dirs_exist_ok=True)
        partial = output.with_name(f"{output.name}.{os.getpid()}.partial.img")
        try:
            subprocess.run([goru, "image", "build", "--lang", "python3.13", "--image", base, "--packages", site,
                            "--import", sys.argv[4], "-o", partial], check=True, stdin=subprocess.DEVNULL)
            partial.rename(output)
        finally:
            partial.unlink(missing_ok=True)


main()
