#!/usr/bin/env python3
"""A guest that is compiled with a profile: the tests' own language, trained on a program.

usage: profile.py --seal PROGRAM --image PARROT.img
"""

import argparse
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import modules  # noqa: E402
import wabt  # noqa: E402

ROOT = modules.ROOT


def run(*command):
    return subprocess.run([str(part) for part in command], capture_output=True, text=True)


def check(condition, what):
    if not condition:
        sys.exit(f"profile: {what}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seal", required=True, help="goru-image of this build")
    parser.add_argument("--image", required=True, help="of tests/guests/parrot")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="goru-profile-") as directory:
        work = pathlib.Path(directory)
        # Under the name that sandboxes look for.
        image, module, program, keep = work / "parrot-2.img", work / "module.wasm", work / "program.txt", work / "keep"
        shutil.copy(options.image, image)
        program.write_text("hello")
        check(run(options.seal, "module", image, module).returncode == 0, "no module in the image")
        compile_guest = [
            sys.executable, ROOT / "scripts/compile_guest.py", "--wabt", wabt.prepare(work / "wabt"),
            "--simde", wabt.fetched("simde") / "usr/include", "--seal", options.seal, "--runtime", ROOT / "src/wasm/native/guest",
            "--image", image, "--keep", keep,
        ]  # fmt: skip
        made = []
        for name in ("first.so", "second.so"):
            done = run(*compile_guest, "--train", program, "--train", program, module, work / name)
            check(done.returncode == 0, done.stderr)
            made.append((work / name).read_bytes())
        check(made[0] == made[1], "two trainings on the same do not give the same bytes")
        shown = run("llvm-profdata-22", "show", keep / "guest.profdata").stdout
        counted = re.search(r"Maximum function count: (\d+)", shown)
        check(counted and int(counted[1]) > 0, f"nothing was counted: {shown}")
        (work / "second.so").unlink()
        done = run(options.seal, "run", image, program)
        check((done.returncode, done.stdout.startswith("hello")) == (0, True), f"the program came to {done}")

        done = run(*compile_guest, "--train", work / "none.txt", module, work / "third.so")
        check(done.returncode != 0 and "none.txt" in done.stderr, "training on what is not there goes unnoticed")
        check(not (work / "third.so").exists(), "an object without its profile is left")


if __name__ == "__main__":
    main()
