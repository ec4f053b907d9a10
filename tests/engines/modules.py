"""Small modules on either engine: compiling them ahead of time, and processes that run them (module_runner.cpp)."""

import pathlib
import subprocess
import sys

import wabt

ROOT = pathlib.Path(__file__).resolve().parents[2]


def add_options(parser):
    parser.add_argument("--runner", required=True, help="module_runner of this build")
    parser.add_argument("--seal", required=True, help="goru-image of this build")


class Tools:
    """What it takes; `work` is a directory that outlives it."""

    def __init__(self, options, work):
        self.runner, self.seal = options.runner, options.seal
        self.wabt = wabt.prepare(pathlib.Path(work) / "wabt")
        self.simde = wabt.fetched("simde") / "usr/include"

    def compile(self, module, directory):
        """Compiles `module` into `directory`. What the script said, where it refused; else None."""
        command = [sys.executable, ROOT / "scripts/compile_guest.py", "--wabt", self.wabt, "--simde", self.simde,
                   "--seal", self.seal, "--runtime", ROOT / "src/wasm/native/guest", "--jobs", "1", module,
                   pathlib.Path(directory) / "module.so"]  # fmt: skip
        done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
        return done.stderr.strip() if done.returncode != 0 else None

    def open(self, engine, module):
        """An instance in a process of its own. The code for `native` lies beside the module."""
        return Instance([self.runner, engine, module, *([pathlib.Path(module).parent] if engine == "native" else [])])


class Instance:
    def __init__(self, command):
        command = [str(part) for part in command]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.refused = None

    def ask(self, line):
        """The runner's answer: module_runner.cpp has the forms."""
        if self.refused:
            return self.refused
        try:
            self.process.stdin.write(line + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass
        answer = self.process.stdout.readline().rstrip("\n")
        if not answer:
            self.refused = f"the runner ended with {self.process.wait()}"
            return self.refused
        if answer.startswith("refused"):
            self.refused = answer
        return answer

    def results(self, export, answer, vector):
        """The words of each result of a call of `export` (adapt.Export) that returned."""
        if not export.in_globals:
            return [[int(answer.split()[1], 16)]] if export.results else []
        out, at = [], 0
        for kind in export.results:
            count = 2 if kind == vector else 1
            out.append([int(self.ask(f"global r{at + i}").split()[1], 16) for i in range(count)])
            at += count
        return out

    def close(self):
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass
        self.process.stdout.close()
        self.process.wait()
