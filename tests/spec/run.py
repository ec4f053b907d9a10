#!/usr/bin/env python3
"""WebAssembly's specification tests on the engine `native`: each module goes through scripts/compile_guest.py.

usage: run.py --runner PROGRAM --seal PROGRAM [--sample] [--jobs N] [--engine native|wasmtime] [FILE.wast...]

The files are those of WebAssembly 1.0 and of the extensions that goru's guests use (FOLDERS). What must come out is in
them; where the engine gives something else on purpose, DIFFERENCES says so and why. Modules that the engine does not
take, because no guest is of that form, are counted by reason, and each reason has to be one of REFUSALS.
"""

import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "engines"))

import adapt  # noqa: E402
import modules  # noqa: E402
import wabt  # noqa: E402

FOLDERS = (
    "wasm-v1",
    "proposals/sign-extension-ops",
    "proposals/nontrapping-float-to-int-conversions",
    "proposals/mutable-global",
    "proposals/multi-value",
    "proposals/simd",
)

SAMPLE = (
    "wasm-v1/address", "wasm-v1/br_table", "wasm-v1/call_indirect", "wasm-v1/conversions", "wasm-v1/endianness",
    "wasm-v1/f64", "wasm-v1/fac", "wasm-v1/float_misc", "wasm-v1/i32", "wasm-v1/i64", "wasm-v1/memory_trap",
    "wasm-v1/traps", "wasm-v1/unwind", "proposals/sign-extension-ops/i32",
    "proposals/nontrapping-float-to-int-conversions/conversions", "proposals/simd/simd_f32x4_arith",
    "proposals/simd/simd_i8x16_arith2", "proposals/simd/simd_conversions", "proposals/simd/simd_load_extend",
    "proposals/simd/simd_lane",
)  # fmt: skip

# What the engine refuses: forms that no guest has. Each is a line of docs/SECURITY.md ("What is not known is refused").
REFUSALS = {
    "imports of other modules": r"imports of other modules|which the host does not offer|a type that is no cast: \w+ ret = w2c_\w+\(instance->",
    "several values returned": r"a function of another form|wasm_multi|not known to write: \{$",
    "a call that takes several lines": r"not known to write: w2c_guest_\w+\(instance(, var_p\d+)+,$",
    "no memory at the start": r"without memory at its start",
    "table entries that are imported, or null": r"a table entry of another form",
    "elements outside of the table": r"elements that lie outside of their table",
    "passive data or elements, references": r"passive|references|several memories or tables",
    "data that takes a library's memcpy": r"undefined symbol: memcpy",
    "a constant that is computed": r"a constant that is computed|a constant of another kind",
    "the frame is too large": r"stack frame size",
    "data outside of the memory": r"does not fit into its memory",
}

# (file, function, what the specification has, what comes out here), all regular expressions, and why.
DIFFERENCES = (
    # A load whose value nobody uses is left out (docs/SECURITY.md, "What differs").
    (r"address", r"(8|16|32|64)[us]?_bad", r"out of bounds memory access", r"returned.*"),
    (r"traps", r"no_dce\.(i32|i64|f32|f64)\.load.*", r"out of bounds memory access", r"returned.*"),
    (r"simd_address", r"v128\.load_offset_65521", r"out of bounds memory access", r"returned.*"),
    # Arithmetic that changes no number is left out, and with it a signalling NaN stays one.
    (r"float_exprs", r"f(32|64)\.no_fold_(sub_zero|mul_one|div_one|div_neg1|neg0_sub|neg1_mul)",
     r"returned \['(nan:arithmetic|2143289344|9221120237041090560)'\]",
     r"returned \['([7f]fa00000|[7f]ff4000000000000|7f800000|7ff0000000000000)'\]"),
)  # fmt: skip

TRAPS = {
    "out of bounds memory access": ("out of bounds memory access",),
    "integer divide by zero": ("integer divide by zero",),
    "integer overflow": ("integer overflow",),
    "invalid conversion to integer": ("invalid conversion to integer",),
    "unreachable": ("`unreachable` instruction executed",),
    "undefined element": ("indirect call", "undefined element", "uninitialized element"),
    "uninitialized": ("indirect call", "undefined element", "uninitialized element"),
    "uninitialized element": ("indirect call", "undefined element", "uninitialized element"),
    "indirect call type mismatch": ("indirect call",),
    "indirect call": ("indirect call",),
    "call stack exhausted": ("call stack exhausted",),
}

LETTERS = {"i32": "i", "i64": "I", "f32": "f", "f64": "F"}
WIDTHS = {"i8": 8, "i16": 16, "i32": 32, "i64": 64, "f32": 32, "f64": 64}


def lanes(value):
    """A value of the suite as (width, text) for each lane; a number has one."""
    if value["type"] == "v128":
        return [(value["lane_type"], text) for text in value["value"]]
    return [(value["type"], value["value"])]


def bits_of(value):
    """The same as words of 64 bits."""
    total = at = 0
    for kind, text in lanes(value):
        total |= (int(text) & ((1 << WIDTHS[kind]) - 1)) << at
        at += WIDTHS[kind]
    return [total & (1 << 64) - 1, total >> 64] if value["type"] == "v128" else [total]


def is_nan(kind, bits, canonical):
    fraction = 23 if kind == "f32" else 52
    exponent = (bits >> fraction) & (0xFF if kind == "f32" else 0x7FF)
    payload = bits & ((1 << fraction) - 1)
    quiet = 1 << (fraction - 1)
    full = exponent == (0xFF if kind == "f32" else 0x7FF)
    return full and (payload == quiet if canonical else payload & quiet != 0)


def matches(expected, words):
    total = words[0] | (words[1] << 64 if len(words) > 1 else 0)
    at = 0
    for kind, text in lanes(expected):
        got = (total >> at) & ((1 << WIDTHS[kind]) - 1)
        at += WIDTHS[kind]
        if text.startswith("nan:"):
            if not is_nan(kind, got, text == "nan:canonical"):
                return False
        elif got != int(text) & ((1 << WIDTHS[kind]) - 1):
            return False
    return True


def call_of(export, arguments):
    line = f"call {export.name}"
    for value in arguments:
        for word in bits_of(value):
            line += f" {'I' if value['type'] == 'v128' else LETTERS[value['type']]}:{word:x}"
    return line


class File:
    """One file of the suite: what was right, refused, different and wrong."""

    def __init__(self, suite, name):
        self.suite, self.name = suite, name
        self.counts = collections.Counter()
        self.wrong = []
        self.work = pathlib.Path(tempfile.mkdtemp(dir=suite.work))

    def run(self):
        json_file = self.work / "suite.json"
        source = self.suite.data / f"{self.name}.wast"
        done = subprocess.run([self.suite.tools.wabt / "usr/bin/wast2json", source, "-o", json_file], capture_output=True, text=True)
        if done.returncode != 0:
            self.counts["files that wabt does not read"] += 1
            self.suite.unread.append(self.name)
            return self
        self.commands = json.loads(json_file.read_text())["commands"]
        instances, current, refused = {}, None, None
        opened, registered = [], []
        for command in self.commands:
            kind = command["type"]
            if kind == "module":
                current, refused = self.make(command)
                opened += [current] if current else []
                instances[command.get("name")] = (current, refused)
                if refused == "imports of other modules":
                    self.forget(instances, registered)
            elif kind == "register":
                registered.append(instances.get(command["name"], (None, None))[0] if "name" in command else current)
            elif kind in ("assert_return", "assert_trap", "assert_exhaustion", "action"):
                action = command["action"]
                instance, why = instances.get(action["module"], (None, "imports of other modules")) if "module" in action else (current, refused)
                if instance is None:
                    self.counts[f"not run: {why}"] += 1
                else:
                    self.one(instance, kind, command, action)
            elif kind in ("assert_uninstantiable", "assert_invalid") and command.get("module_type", "binary") == "binary":
                if self.must_be_refused(kind, command) == "imports of other modules":
                    self.forget(instances, registered)
                    current, refused = (None, refused) if current in registered else (current, refused)
        for instance in opened:
            instance.close()
        shutil.rmtree(self.work, ignore_errors=True)
        return self

    def forget(self, instances, registered):
        """A module that was not run would have changed tables and memories of those that it imports from."""
        for name, (instance, _) in list(instances.items()):
            if instance in registered:
                instances[name] = (None, "imports of other modules")

    def known_refusal(self, text, line):
        for reason, pattern in REFUSALS.items():
            if re.search(pattern, text):
                return reason
        self.wrong.append(f"{self.name}:{line}: refused for a reason that is not listed: {text[-500:]}")
        return "an unknown reason"

    def make(self, command):
        directory = pathlib.Path(tempfile.mkdtemp(dir=self.work))
        module = directory / "module.wasm"
        try:
            adapted = adapt.adapt((self.work / command["filename"]).read_bytes())
        except adapt.Unsuitable as unsuitable:
            return None, self.known_refusal(str(unsuitable), command["line"])
        module.write_bytes(adapted.module)
        if self.suite.native:
            refused = self.suite.tools.compile(module, directory)
            if refused:
                return None, self.known_refusal(refused, command["line"])
        instance = self.suite.open(module, adapted)
        self.counts["modules"] += 1
        answer = instance.ask(f"call {adapted.start}" if adapted.start else "memory")
        if answer.startswith("refused"):
            instance.close()
            return None, self.known_refusal(answer, command["line"])
        if not answer.startswith("returned" if adapted.start else "size"):
            self.wrong.append(f"{self.name}:{command['line']}: the module does not start: {answer}")
        return instance, None

    def must_be_refused(self, kind, command):
        """A module that may not be made an instance of, or is not valid at all: wasm2c has to say so, or the engine."""
        data = (self.work / command["filename"]).read_bytes()
        directory = pathlib.Path(tempfile.mkdtemp(dir=self.work))
        module = directory / "module.wasm"
        if kind == "assert_invalid":
            if not self.suite.native:
                return None
            wasm2c = [self.suite.tools.wabt / "usr/bin/wasm2c", "--module-name=guest", self.work / command["filename"], "-o", directory / "guest.c"]
            if subprocess.run(wasm2c, capture_output=True).returncode == 0:
                self.wrong.append(f"{self.name}:{command['line']}: wasm2c takes a module that is not valid ({command['text']})")
            self.counts["invalid modules refused"] += 1
            return None
        try:
            adapted = adapt.adapt(data)
        except adapt.Unsuitable as unsuitable:
            reason = self.known_refusal(str(unsuitable), command["line"])
            self.counts[f"not run: {reason}"] += 1
            return reason
        module.write_bytes(adapted.module)
        refused = self.suite.tools.compile(module, directory) if self.suite.native else None
        if refused:
            self.counts["right"] += self.known_refusal(refused, command["line"]) != "an unknown reason"
            return None
        instance = self.suite.open(module, adapted)
        answer = instance.ask(f"call {adapted.start}" if adapted.start else "memory")
        instance.close()
        if not answer.startswith(("refused", "trapped")):
            self.wrong.append(f"{self.name}:{command['line']}: an instance of what none can be made of: {answer}")
        else:
            self.counts["right"] += 1
        return None

    def one(self, instance, kind, command, action):
        exports = instance.adapted.exports if action["type"] == "invoke" else instance.adapted.globals
        export = exports.get(action["field"])
        if export is None:
            self.counts["not run: references"] += 1
            return
        arguments = action.get("args", [])
        answer = instance.ask(call_of(export, arguments))
        expected = command.get("text", "") if kind in ("assert_trap", "assert_exhaustion") else "returned"
        if kind in ("assert_trap", "assert_exhaustion"):
            words = TRAPS.get(expected) or TRAPS.get(re.sub(r" \d+$", "", expected)) or (expected,)
            right = answer.startswith("trapped") and any(word in answer for word in words)
        else:
            right = answer.startswith("returned")
            if right:
                results = instance.results(export, answer, adapt.V128)
                answer = f"returned {[f'{word:x}' for words in results for word in words]}"
                if kind == "assert_return":
                    wanted = command["expected"]
                    right = len(wanted) == len(results) and all(map(matches, wanted, results))
                    expected = f"returned {[value['value'] for value in wanted]}"
        if right:
            self.counts["right"] += 1
            return
        for file, field, has, comes in DIFFERENCES:
            if (re.fullmatch(file, self.name.split("/")[-1]) and re.fullmatch(field, action["field"])
                    and re.fullmatch(has, expected) and re.fullmatch(comes, answer) and self.suite.native):  # fmt: skip
                self.counts["known differences"] += 1
                return
        self.wrong.append(f"{self.name}:{command['line']}: {action['field']}: {expected} expected, but it {answer}")


class Suite:
    def __init__(self, options, work):
        self.options = options
        self.native = options.engine == "native"
        self.work = work
        self.unread = []
        self.data = wabt.fetched("wasm-tests") / "data"
        self.tools = modules.Tools(options, work)

    def open(self, module, adapted):
        instance = self.tools.open(self.options.engine, module)
        instance.adapted = adapted
        return instance

    def names(self):
        if self.options.files:
            return self.options.files
        if self.options.sample:
            return list(SAMPLE)
        return [f"{folder}/{path.stem}" for folder in FOLDERS for path in sorted((self.data / folder).glob("*.wast"))]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    modules.add_options(parser)
    parser.add_argument("--engine", default="native", choices=("native", "wasmtime"))
    parser.add_argument("--sample", action="store_true", help="some of the files, in a fraction of a minute")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("files", nargs="*", help="names beneath the suite's folder, such as wasm-v1/i32")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="goru-spec-") as work:
        suite = Suite(options, work)
        counts, wrong = collections.Counter(), []
        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            for file in pool.map(lambda name: File(suite, name).run(), suite.names()):
                counts.update(file.counts)
                wrong += file.wrong
                print(f"{file.name}: {file.counts['right']} right, {len(file.wrong)} wrong", flush=True)
    for line in wrong:
        print(line)
    for what, count in sorted(counts.items(), key=lambda item: -item[1]):
        print(f"{count:7} {what}")
    if suite.unread:
        print("not read by wabt:", ", ".join(suite.unread))
    sys.exit(1 if wrong or counts["right"] == 0 else 0)


if __name__ == "__main__":
    main()
