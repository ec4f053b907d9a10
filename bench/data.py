#!/usr/bin/env python3
"""Times numpy in the image data against a native numpy with one thread, and fresh sandboxes of it against plain ones.

usage: data.py GORU [PYTHON]

PYTHON is one that has numpy 2.3.5 (default: this one); without numpy only the sandbox is timed. Each figure is the median of five runs
of both in turn, of which each has the best of several repetitions.
"""

import json
import os
import statistics
import subprocess
import sys
import time

# {name: (set-up, statement, repetitions)}
KERNELS = {
    "add 10^6": ("a = r.random(10**6); b = r.random(10**6)", "a + b", 30),
    "sum 10^6": ("a = r.random(10**6)", "a.sum()", 50),
    "max 10^6": ("a = r.random(10**6)", "a.max()", 50),
    "compare 10^6": ("a = r.random(10**6); b = r.random(10**6)", "a > b", 30),
    "exp 10^6": ("a = r.random(10**6)", "np.exp(a)", 20),
    "sin 10^6": ("a = r.random(10**6)", "np.sin(a)", 10),
    "sort 10^6": ("a = r.random(10**6)", "np.sort(a)", 5),
    "matmul 300x300": ("a = r.random((300, 300)); b = r.random((300, 300))", "a @ b", 10),
    "dot 300x300, transposed": ("a = r.random((300, 300)); b = r.random((300, 300)).T", "np.dot(a, b)", 10),
    "solve 200x200": ("a = r.random((200, 200)); b = r.random(200)", "np.linalg.solve(a, b)", 10),
    "svd 200x200": ("a = r.random((200, 200))", "np.linalg.svd(a)", 5),
    "fft 65536": ("a = r.random(65536)", "np.fft.fft(a)", 20),
    "normal 10^6": ("g = np.random.default_rng(1)", "g.normal(size=10**6)", 5),
    "fancy index 10^6": ("a = r.random(10**6); i = r.integers(0, 10**6, 10**6)", "a[i]", 10),
}
PROGRAM = """
import json, time
import numpy as np
kernels = json.loads({kernels!r})
out = {{}}
for name, (setup, statement, count) in kernels.items():
    names = {{"np": np, "r": np.random.default_rng(7)}}
    exec(setup, names)
    code = compile(statement, "kernel", "eval")
    best = None
    for _ in range(count):
        start = time.perf_counter()
        eval(code, names)
        took = time.perf_counter() - start
        best = took if best is None or took < best else best
    out[name] = best * 1000
print(json.dumps(out))
"""


def run(command):
    one = {**os.environ, **{f"{name}_NUM_THREADS": "1" for name in ("OPENBLAS", "OMP", "MKL")}}
    return subprocess.run(command, capture_output=True, text=True, env=one, check=False)


def whole(command):
    start = time.perf_counter()
    done = run(command)
    if done.returncode != 0:
        sys.exit(done.stderr)
    return (time.perf_counter() - start) * 1000


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    goru, python = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else sys.executable
    program = PROGRAM.format(kernels=json.dumps(KERNELS))
    native_has_numpy = run([python, "-c", "import numpy"]).returncode == 0
    guest, native = [], []
    for _ in range(5):
        done = run([goru, "--image", "data", "--timeout", "5m", "-c", program])
        if done.returncode != 0:
            sys.exit(done.stderr)
        guest.append(json.loads(done.stdout))
        if native_has_numpy:
            native.append(json.loads(run([python, "-c", program]).stdout))
    print("| milliseconds | sandbox | native | times |\n|---|---|---|---|")
    for name in KERNELS:
        ours = statistics.median(one[name] for one in guest)
        theirs = statistics.median(one[name] for one in native) if native else None
        print(f"| {name} | {ours:.3g} | " + (f"{theirs:.3g} | {ours / theirs:.1f} |" if theirs else "| |"))
    starts = {"plain, print": [goru, "-c", "print(1)"], "data, print": [goru, "--image", "data", "-c", "print(1)"],
              "data, import numpy and sum": [goru, "--image", "data", "-c", "import numpy as np; print(np.arange(10).sum())"]}
    taken = {name: [] for name in starts}
    for _ in range(21):
        for name, command in starts.items():
            taken[name].append(whole(command))
    print("\n| whole process, milliseconds | p50 |\n|---|---|")
    for name, times in taken.items():
        print(f"| {name} | {statistics.median(times):.3g} |")


main()
