#!/usr/bin/env python3
"""Random programs on both engines, which have to come to the same.

usage: fuzz.py modules --runner PROGRAM --seal PROGRAM [--seed N] [--count N | --seconds N] [--jobs N] [--keep DIR]
       fuzz.py programs --goru PROGRAM [--seed N] [--count N | --seconds N] [--jobs N] [--keep DIR]

`modules` are WebAssembly modules, made by wasm-smith (smith/, built with cargo into the cache), of the form that guests
have. Each exported function is called with values at the edges and at random; results, globals and memory are compared.
Where one traps the other has to, and nothing more of that module is looked at: what a C compiler does in front of a trap
may come in another order. A load outside of memory whose value nobody uses may return (docs/SECURITY.md).

`programs` are written by programs.py in Python and JavaScript and run by `goru`: output and exit code are compared.

A seed repeats what it found. What differs is kept in --keep, and the exit code is 1.
"""

import argparse
import concurrent.futures
import fcntl
import hashlib
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import adapt  # noqa: E402
import modules  # noqa: E402
import programs  # noqa: E402
import wabt  # noqa: E402

FILES = ("Cargo.toml", "src/main.rs", "lock.txt")

CALLS = 3
BATCH = 20

EDGES = {
    adapt.I32: (0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 65535, 65536),
    adapt.I64: (0, 1, 0x7FFFFFFFFFFFFFFF, 0x8000000000000000, 0xFFFFFFFFFFFFFFFF, 1 << 32),
    adapt.F32: (0, 0x80000000, 0x3F800000, 0x7F800000, 0xFF800000, 0x7FC00000, 1, 0x4F000000, 0xCF000000),
    adapt.F64: (0, 1 << 63, 0x3FF0000000000000, 0x7FF0000000000000, 0xFFF0000000000000, 0x7FF8000000000000, 1,
                0x41E0000000000000, 0xC1E0000000000000, 0x43E0000000000000),
}  # fmt: skip
LETTERS = {adapt.I32: "i", adapt.I64: "I", adapt.F32: "f", adapt.F64: "F"}

TRAPS = (
    ("memory", ("out of bounds memory",)),
    ("unreachable", ("unreachable",)),
    ("zero", ("divide by zero",)),
    ("overflow", ("integer overflow",)),
    ("conversion", ("invalid conversion",)),
    ("table", ("indirect call", "undefined element", "uninitialized element")),
    ("stack", ("call stack exhausted",)),
)


class Different(Exception):
    pass


# --- Modules ------------------------------------------------------------------------------------------------------------


def build_smith():
    """The program smith, built once for each version of its source. lock.txt has the crates and their hashes."""
    source = HERE / "smith"
    key = hashlib.sha256(b"".join((source / name).read_bytes() for name in FILES)).hexdigest()[:16]
    target = wabt.fetch.cache_dir() / "fuzz" / f"smith-{key}"
    target.mkdir(parents=True, exist_ok=True)
    program = target / "smith"
    with open(target / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not program.exists():
            work = target / "source"
            shutil.copytree(source, work, dirs_exist_ok=True)
            subprocess.run(["cargo", "generate-lockfile", "--quiet"], cwd=work, check=True)
            pinned = dict(line.rsplit(" ", 1) for line in (source / "lock.txt").read_text().splitlines())
            text = (work / "Cargo.lock").read_text()
            for name, version in set(re.findall(r'name = "(.*?)"\nversion = "(.*?)"', text)) - {("smith", "0.0.0")}:
                known = [one.split(" ")[1] for one in pinned if one.split(" ")[0] == name]
                if len(known) == 1 and known[0] != version:
                    subprocess.run(["cargo", "update", "--quiet", name, "--precise", known[0]], cwd=work, check=True)
            text = (work / "Cargo.lock").read_text()
            found = {f"{n} {v}": c for n, v, c in re.findall(
                r'name = "(.*?)"\nversion = "(.*?)"\nsource = .*\nchecksum = "(.*?)"', text)}
            if found != pinned:
                sys.exit("fuzz: cargo chose other crates than smith/lock.txt has: "
                         + ", ".join(sorted(set(found.items()) ^ set(pinned.items()))[0]))
            subprocess.run(["cargo", "build", "--release", "--quiet", "--locked"], cwd=work, check=True)
            shutil.move(work / "target/release/smith", program)
            shutil.rmtree(work)
    return program


def arguments_of(export, choose):
    line = ""
    for kind in export.parameters:
        for one in [adapt.I64, adapt.I64] if kind == adapt.V128 else [kind]:
            width = 32 if one in (adapt.I32, adapt.F32) else 64
            # A NaN of another kind is not made canonical on its way in.
            bits = choose.choice(EDGES[one]) if choose.random() < 0.6 or one in (adapt.F32, adapt.F64) else choose.getrandbits(width)
            line += f" {LETTERS[one]}:{bits:x}"
    return line


def kind_of(answer):
    if answer.startswith("trapped"):
        return next((name for name, words in TRAPS if any(word in answer for word in words)), answer)
    return answer.split(" ")[0]


def compare_module(tools, seed, path, work):
    """What the module came to: a word for the statistics. Raises Different."""
    directory = pathlib.Path(tempfile.mkdtemp(dir=work))
    module = directory / "module.wasm"
    adapted = adapt.adapt(path.read_bytes(), least_pages=1)
    module.write_bytes(adapted.module)
    refused = tools.compile(module, directory)
    if refused:
        if "elements that lie outside" in refused:
            return "refused: elements outside of the table"
        raise Different(f"refused: {refused}")
    native, other = tools.open("native", module), tools.open("wasmtime", module)
    choose = random.Random(seed)
    try:
        first = [instance.ask("memory") for instance in (native, other)]
        if first[0].startswith("refused") and first[1].startswith("refused"):
            return "data outside of memory"
        if first[0] != first[1]:
            raise Different(f"at the start: native {first[0]}, wasmtime {first[1]}")
        for export in [*adapted.exports.values()] * CALLS:
            line = f"call {export.name}{arguments_of(export, choose)}"
            answers = [instance.ask(line) for instance in (native, other)]
            kinds = [kind_of(answer) for answer in answers]
            if kinds == ["returned", "memory"]:
                return "a dead load outside of memory"
            if kinds[0] != kinds[1] or not answers[1].startswith(("returned", "trapped")):
                raise Different(f"{line}: native {answers[0]}, wasmtime {answers[1]}")
            if kinds[0] != "returned":
                return f"trapped: {kinds[0]}"
            results = [instance.results(export, answer, adapt.V128) for instance, answer in zip((native, other), answers)]
            widths = [(1 << 32) - 1 if kind in (adapt.I32, adapt.F32) else (1 << 64) - 1 for kind in export.results]
            results = [[[word & width for word in words] for words, width in zip(one, widths)] for one in results]
            if results[0] != results[1]:
                raise Different(f"{line}: native {results[0]}, wasmtime {results[1]}")
            for name in adapted.globals.values():
                values = []
                for instance in (native, other):
                    answer = instance.ask(f"call {name.name}")
                    values.append(instance.results(name, answer, adapt.V128))
                if values[0] != values[1]:
                    raise Different(f"after {line}: a global is native {values[0]}, wasmtime {values[1]}")
            memories = [instance.ask("memory") for instance in (native, other)]
            if memories[0] != memories[1]:
                raise Different(f"after {line}: memory is native {memories[0]}, wasmtime {memories[1]}")
        return "the same"
    finally:
        native.close()
        other.close()
        shutil.rmtree(directory, ignore_errors=True)


def run_modules(options, work, more):
    tools = modules.Tools(options, work)
    smith = build_smith()
    made = pathlib.Path(work) / "made"
    made.mkdir()
    seed = options.seed
    while more(seed - options.seed):
        count = min(BATCH, options.count - (seed - options.seed)) if options.count else BATCH
        subprocess.run([smith, str(seed), str(count), made], check=True)
        files = sorted(made.glob("*.wasm"), key=lambda path: int(path.stem))
        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            yield from pool.map(lambda path: one(options, int(path.stem), path, lambda: compare_module(tools, int(path.stem), path, work)), files)
        for path in files:
            path.unlink()
        seed += count


# --- Programs -----------------------------------------------------------------------------------------------------------


def compare_program(options, path):
    ends = []
    for engine in ("native", "wasmtime"):
        command = [options.goru, "--engine", engine, "--json", "--timeout", "60s", path]
        done = subprocess.run(command, capture_output=True, text=True)
        try:
            result = json.loads(done.stdout)
        except ValueError:
            raise Different(f"{engine}: {done.stderr[-1000:]}") from None
        ends.append((done.returncode, result.get("status"), result.get("stdout"), result.get("stderr"), str(result.get("error"))))
    if ends[0] != ends[1]:
        raise Different("\n".join(f"{engine}: {end}" for engine, end in zip(("native", "wasmtime"), ends)))
    return f"{path.suffix[1:]}: {ends[0][1]}"


def run_programs(options, work, more):
    seed = options.seed
    while more(seed - options.seed):
        paths = []
        for at in range(seed, seed + BATCH):
            if not more(at - options.seed):
                break
            suffix, text = programs.make(at)
            path = pathlib.Path(work) / f"{at}.{suffix}"
            path.write_text(text)
            paths.append((at, path))
        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            yield from pool.map(lambda item: one(options, item[0], item[1], lambda: compare_program(options, item[1])), paths)
        for _, path in paths:
            path.unlink()
        seed += BATCH


def one(options, seed, path, compare):
    try:
        return seed, compare(), None
    except Different as different:
        if options.keep:
            os.makedirs(options.keep, exist_ok=True)
            shutil.copy(path, options.keep)
        return seed, "different", str(different)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    kinds = parser.add_subparsers(dest="kind", required=True)
    for kind in ("modules", "programs"):
        sub = kinds.add_parser(kind)
        sub.add_argument("--seed", type=int, default=None, help="the first; at random where none is given")
        sub.add_argument("--count", type=int, default=0)
        sub.add_argument("--seconds", type=float, default=60, help="where no count is given")
        sub.add_argument("--jobs", type=int, default=os.cpu_count())
        sub.add_argument("--keep", help="a directory for what differs")
        if kind == "modules":
            modules.add_options(sub)
        else:
            sub.add_argument("--goru", required=True, help="the program of this build")
    options = parser.parse_args()
    if options.seed is None:
        options.seed = random.randrange(1 << 40)
    until = time.monotonic() + options.seconds

    def more(done):
        return done < options.count if options.count else time.monotonic() < until

    counts, different = {}, []
    with tempfile.TemporaryDirectory(prefix="goru-fuzz-") as work:
        run = run_modules if options.kind == "modules" else run_programs
        for seed, came_to, how in run(options, work, more):
            counts[came_to] = counts.get(came_to, 0) + 1
            if how:
                different.append((seed, how))
                print(f"seed {seed}: {how}", flush=True)
    print(f"{sum(counts.values())} {options.kind} from seed {options.seed}")
    for came_to, count in sorted(counts.items(), key=lambda item: -item[1]):
        print(f"{count:7} {came_to}")
    sys.exit(1 if different or not counts else 0)


if __name__ == "__main__":
    main()
