"""Workers of the peers that are Python packages, and of native Python.

usage: worker.py PEER      (protocol: see run.py)
"""

import contextlib
import io
import json
import subprocess
import sys
import time


def timed(function):
    start = time.perf_counter()
    function()
    return (time.perf_counter() - start) * 1e6


def lookup(key):
    return {"key": key, "name": "Ada", "visits": 3}


class Unsupported(Exception):
    pass


class Peer:
    """Each job returns one time in microseconds."""

    language = "python"

    def session(self, code):
        raise Unsupported("no sessions")

    def fresh(self, code):
        raise Unsupported("no sandboxes")

    def compute(self, code):
        raise Unsupported("cannot run this")

    def call(self, calls):
        raise Unsupported("no host calls")


class Eryx(Peer):
    def __init__(self):
        import eryx

        self.eryx = eryx
        self.version = eryx.__version__
        # A Sandbox runs each piece of code apart from the others: making one is not part of the job.
        self.sandbox = eryx.Sandbox()
        self.kept = eryx.Session()
        registry = eryx.CallbackRegistry()
        registry.add(lookup)
        self.calling = eryx.Session(callbacks=registry)

    def fresh(self, code):
        return timed(lambda: self.sandbox.execute(code))

    def session(self, code):
        return timed(lambda: self.kept.execute(code))

    def compute(self, code):
        fresh = self.eryx.Session()
        return timed(lambda: fresh.execute(code))

    def call(self, calls):
        base = timed(lambda: self.calling.execute(f"for i in range({calls}): pass"))
        full = timed(lambda: self.calling.execute(f"for i in range({calls}): await lookup(key='user:1')"))
        return (full - base) / calls


class Monty(Peer):
    """Not CPython but an interpreter of a subset of Python, in a worker process."""

    def __init__(self):
        import pydantic_monty

        self.version = pydantic_monty.__version__
        self.pool = pydantic_monty.Monty().__enter__()
        self.kept = self.pool.checkout(limits={"max_suspensions": 1_000_000_000}).__enter__()

    def fresh(self, code):
        def job():
            with self.pool.checkout() as session:
                session.feed_run(code, print_callback=lambda stream, text: None)

        return timed(job)

    def session(self, code):
        return timed(lambda: self.kept.feed_run(code))

    def compute(self, code):
        with self.pool.checkout() as session:
            return timed(lambda: session.feed_run(code, print_callback=lambda stream, text: None))

    def call(self, calls):
        base = timed(lambda: self.kept.feed_run(f"for i in range({calls}): pass"))
        text = f"for i in range({calls}): lookup(key='user:1')"
        full = timed(lambda: self.kept.feed_run(text, external_lookup={"lookup": lookup}))
        return (full - base) / calls


class QuickJsRs(Peer):
    language = "javascript"
    console = "globalThis.console = {log: (...words) => emit(words.join(' '))};"

    def __init__(self):
        import importlib.metadata

        import quickjs_rs

        self.quickjs = quickjs_rs
        self.version = importlib.metadata.version("quickjs-rs")
        self.kept_runtime = quickjs_rs.Runtime()
        self.kept = self.prepare(self.kept_runtime.new_context())

    def prepare(self, context):
        context.register("emit", lambda text: None)
        context.register("lookup_text", lambda text: json.dumps(lookup(**json.loads(text))))
        context.eval(self.console + "globalThis.lookup = args => JSON.parse(lookup_text(JSON.stringify(args))); 0")
        return context

    def fresh(self, code):
        def job():
            with self.quickjs.Runtime() as runtime, runtime.new_context() as context:
                context.register("emit", lambda text: None)
                context.eval(self.console + code)

        return timed(job)

    def session(self, code):
        # Its code is always strict.
        return timed(lambda: self.kept.eval("var " + code))

    def compute(self, code):
        with self.quickjs.Runtime() as runtime, runtime.new_context() as context:
            self.prepare(context)
            return timed(lambda: context.eval(code))

    def call(self, calls):
        base = timed(lambda: self.kept.eval(f"for (let i = 0; i < {calls}; i++);"))
        full = timed(lambda: self.kept.eval(f"for (let i = 0; i < {calls}; i++) lookup({{key: 'user:1'}});"))
        return (full - base) / calls


class Native(Peer):
    """No sandbox: a fresh one is a new process."""

    def __init__(self):
        self.version = sys.version.split()[0]
        self.globals = {"__name__": "__main__"}

    def fresh(self, code):
        return timed(lambda: subprocess.run([sys.executable, "-c", code], stdout=subprocess.DEVNULL, check=True))

    def session(self, code):
        return timed(lambda: exec(compile(code, "<run>", "exec"), self.globals))

    def compute(self, code):
        with contextlib.redirect_stdout(io.StringIO()):
            return timed(lambda: exec(compile(code, "<run>", "exec"), {"__name__": "__main__"}))


PEERS = {"pyeryx": Eryx, "pydantic-monty": Monty, "quickjs-rs": QuickJsRs, "python": Native}


def do(peer, job):
    if job["language"] != peer.language:
        raise Unsupported(f"no {job['language']}")
    argument = job["calls"] if job["job"] == "call" else job["code"]
    stop = time.perf_counter() + job["milliseconds"] / 1000
    times = []
    while len(times) < job["samples"] and (not times or time.perf_counter() < stop):
        times.append(getattr(peer, job["job"])(argument))
    return {"us": times}


def main():
    # What guests print must not end up between the answers.
    answers = sys.stdout
    sys.stdout = sys.stderr
    peer = PEERS[sys.argv[1]]()
    print(json.dumps({"ready": peer.version}), file=answers, flush=True)
    for line in sys.stdin:
        try:
            answer = do(peer, json.loads(line))
        except Exception as error:
            answer = {"error": str(error).strip().splitlines()[-1][:100] if str(error) else type(error).__name__}
        print(json.dumps(answer), file=answers, flush=True)


main()
