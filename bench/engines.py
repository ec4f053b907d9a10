#!/usr/bin/env python3
"""What computing costs on each engine, beside native interpreters: user CPU, in runs that alternate.

usage: engines.py GORU [--rounds N] [--only WORD] [--json FILE]

  pyperformance   programs of that suite, with Debian 13's CPython 3.13 (profile and link-time optimised) as 1
  programs        bench/programs/*.py, the same
  javascript      bench/programs/*.js, with QuickJS-NG of goru's version, built by clang -O3, as 1

Each figure is the least of the rounds, without what an empty program takes. Programs of the suite are run for at least 0.3 s
natively; the others are shorter, and what they lose or gain at the start and end shows.
Everything is fetched by scripts/fetch.py. All that run a program have to print the same.
"""

import argparse
import json
import math
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "scripts"))

import fetch  # noqa: E402

SUITE = ("chaos", "comprehensions", "deepcopy", "deltablue", "float", "generators", "go", "hexiom", "json_dumps", "nbody",
         "nqueens", "raytrace", "richards", "spectral_norm")  # fmt: skip

LEAST_SECONDS = 0.3

# In the place of pyperf: it runs what it is given so many times.
PYPERF = """\
import argparse as _argparse, sys as _sys, time as _time, types as _types
class _Runner:
    def __init__(self, *args, **more):
        self.metadata, self.argparser, self.args = {{}}, _argparse.ArgumentParser(), None
    def parse_args(self, *args):
        self.args = self.argparser.parse_args([])
        return self.args
    def bench_func(self, name, function, *args, inner_loops=None, **more):
        for _ in range({loops}): function(*args)
    def bench_time_func(self, name, function, *args, inner_loops=None, **more):
        function({loops}, *args)
_pyperf = _types.ModuleType("pyperf")
_pyperf.Runner, _pyperf.perf_counter, _pyperf.python_implementation = _Runner, _time.perf_counter, lambda: "cpython"
_sys.modules["pyperf"] = _pyperf
"""

QUICKJS_MAIN = """\
#include <stdio.h>
#include <stdlib.h>
#include "quickjs.h"
static JSValue print(JSContext* ctx, JSValueConst self, int count, JSValueConst* values) {
  for (int i = 0; i < count; i++) {
    const char* text = JS_ToCString(ctx, values[i]);
    printf(i ? " %s" : "%s", text ? text : "?");
    JS_FreeCString(ctx, text);
  }
  putchar('\\n');
  return JS_UNDEFINED;
}
int main(int argc, char** argv) {
  FILE* file = argc > 1 ? fopen(argv[1], "rb") : NULL;
  static char text[1 << 20];
  if (!file) return 2;
  size_t size = fread(text, 1, sizeof(text) - 1, file);
  JSRuntime* runtime = JS_NewRuntime();
  JSContext* ctx = JS_NewContext(runtime);
  JS_SetMaxStackSize(runtime, 4 << 20);
  JSValue global = JS_GetGlobalObject(ctx), console = JS_NewObject(ctx);
  JS_SetPropertyStr(ctx, console, "log", JS_NewCFunction(ctx, print, "log", 1));
  JS_SetPropertyStr(ctx, global, "console", console);
  JSValue result = JS_Eval(ctx, text, size, argv[1], JS_EVAL_TYPE_MODULE);
  JSContext* other;
  while (JS_ExecutePendingJob(runtime, &other) > 0) {}
  if (!JS_IsException(result) && JS_PromiseState(ctx, result) != JS_PROMISE_REJECTED) return fflush(stdout);
  JSValue error = JS_IsException(result) ? JS_GetException(ctx) : JS_PromiseResult(ctx, result);
  fprintf(stderr, "%s\\n", JS_ToCString(ctx, error));
  return 1;
}
"""


def fetched(name):
    return fetch.fetch(fetch.read_versions()[name], fetch.cache_dir() / "deps")


def cpython(work):
    """Debian 13's, on its own C library: a command."""
    home = work / "python"
    for name in ("bench-python", "bench-python-lib", "bench-python-std", "bench-libc"):
        shutil.copytree(fetched(name) / "usr", home, symlinks=True, dirs_exist_ok=True)
    libraries = home / "lib" / "x86_64-linux-gnu"
    loader = libraries / "ld-linux-x86-64.so.2"
    paths = f"{libraries}:/lib/x86_64-linux-gnu:/usr/lib/x86_64-linux-gnu"
    return ["env", f"PYTHONHOME={home}", "PYTHONHASHSEED=0", str(loader), "--library-path", paths, str(home / "bin/python3.13"), "-s"]


def quickjs(work):
    source = fetched("quickjs") / "upstream-quickjs"
    (work / "main.c").write_text(QUICKJS_MAIN)
    files = [source / name for name in ("quickjs.c", "libregexp.c", "libunicode.c", "dtoa.c", "cutils.c", "xsum.c") if (source / name).exists()]
    program = work / "qjs"
    subprocess.run(["clang-22", "-O3", "-w", "-D_GNU_SOURCE", f"-I{source}", work / "main.c", *files, "-lm", "-lpthread", "-o", program], check=True)
    return [str(program)]


def once(command, program):
    """User CPU in seconds, and what was printed."""
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen([*command, str(program)], stdout=output, stdin=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            sys.exit(f"engines: {' '.join(command[-4:])} {program} ended with {process.returncode}")
        output.seek(0)
        return usage.ru_utime, output.read()


class Group:
    def __init__(self, name, empty, native, engines, rounds):
        self.name, self.rounds = name, rounds
        self.commands = {"native": native, **engines}
        self.empty = {who: min(once(command, empty)[0] for _ in range(5)) for who, command in self.commands.items()}
        self.ratios = {}

    def measure(self, name, program):
        times = {who: [] for who in self.commands}
        printed = {}
        for _ in range(self.rounds):
            for who, command in self.commands.items():
                seconds, printed[who] = once(command, program)
                times[who].append(seconds)
        if len(set(printed.values())) != 1:
            sys.exit(f"engines: {name} does not print the same everywhere")
        least = {who: max(1e-4, min(all_of) - self.empty[who]) for who, all_of in times.items()}
        self.ratios[name] = {who: least[who] / least["native"] for who in self.commands if who != "native"}
        row = "  ".join(f"{who} {ratio:5.2f}" for who, ratio in self.ratios[name].items())
        print(f"{self.name:14} {name:20} native {least['native']:6.3f} s  {row}", flush=True)

    def summary(self):
        for who in self.commands:
            ratios = {name: row[who] for name, row in self.ratios.items() if who in row}
            if ratios:
                worst = max(ratios, key=ratios.get)
                mean = statistics.geometric_mean(ratios.values())
                print(f"{self.name:14} {who}: {mean:.2f} times native, the geometric mean of {len(ratios)}; most {worst} {ratios[worst]:.2f}")


def suite_program(name, loops):
    source = next(fetched("bench-programs").rglob(f"bm_{name}/run_benchmark.py")).read_text()
    # What has to come first in a file stays there.
    future = [line for line in source.splitlines() if line.startswith("from __future__")]
    rest = [line for line in source.splitlines() if not line.startswith("from __future__")]
    return "\n".join([*future, PYPERF.format(loops=loops), *rest]) + "\nprint('ran')\n"


def loops_of(name, python, path):
    """How often a program of the suite has to run to take LEAST_SECONDS natively."""
    path.write_text(suite_program(name, 0))
    start, loops = once(python, path)[0], 1
    while True:
        path.write_text(suite_program(name, loops))
        seconds = once(python, path)[0] - start
        if seconds >= LEAST_SECONDS:
            return loops
        loops = math.ceil(loops * min(20, max(1.2, 1.2 * LEAST_SECONDS / max(seconds, 0.01))))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("goru", help="the program of a release build, with `make native`")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="", help="groups and programs whose name, GROUP/PROGRAM, has this")
    parser.add_argument("--engines", default="native,wasmtime")
    parser.add_argument("--json", help="writes all ratios there")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="goru-engines-") as directory:
        work = pathlib.Path(directory)

        def engines(language):
            return {f"goru {name}": [options.goru, "--engine", name, "-l", language, "--timeout", "600s", "--memory", "1gb"]
                    for name in options.engines.split(",")}  # fmt: skip

        def wanted(group, names):
            return [name for name in names if options.only in f"{group}/{name}"]

        groups = []
        python = None
        for kind, names in (("pyperformance", SUITE), ("programs", sorted(path.stem for path in HERE.glob("programs/*.py")))):
            names = wanted(kind, names)
            if not names:
                continue
            python = python or cpython(work)
            empty = work / "empty.py"
            empty.write_text("pass\n")
            group = Group(kind, empty, python, engines("python"), options.rounds)
            for name in names:
                path = work / f"{name}.py"
                if kind == "pyperformance":
                    path.write_text(suite_program(name, loops_of(name, python, path)))
                else:
                    shutil.copy(HERE / "programs" / f"{name}.py", path)
                group.measure(name, path)
            groups.append(group)
        names = wanted("javascript", sorted(path.stem for path in HERE.glob("programs/*.js")))
        if names:
            empty = work / "empty.js"
            empty.write_text("0;\n")
            group = Group("javascript", empty, quickjs(work), engines("js"), options.rounds)
            for name in names:
                group.measure(name, HERE / "programs" / f"{name}.js")
            groups.append(group)
        for group in groups:
            group.summary()
        if options.json:
            pathlib.Path(options.json).write_text(json.dumps({group.name: group.ratios for group in groups}, indent=1))


if __name__ == "__main__":
    main()
