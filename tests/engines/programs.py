"""Programs made at random, in Python and JavaScript: make(seed) gives the file's suffix and the text.

They print what they compute, end by themselves, and do nothing whose outcome depends on the moment: no clocks, no random
numbers, no addresses. What fails raises an exception that the program prints, since both engines have to fail alike.
"""

import random


class Python:
    suffix = "py"

    HEAD = """\
import collections, copy, dataclasses, decimal, fractions, functools, hashlib, heapq, itertools, json, math, re, struct, zlib

def show(x):
    text = repr(x)
    print(text if len(text) < 300 else f"{text[:300]}... {len(text)} {zlib.crc32(text.encode('utf-8', 'replace'))}")

@dataclasses.dataclass(order=True)
class Point:
    x: object
    y: object
    def __add__(self, other): return Point(self.x + other.x, self.y + other.y)
    def __getitem__(self, i): return (self.x, self.y)[i]

class Base:
    count = 0
    def __init__(self, v): self.v = v; Base.count += 1
    def step(self, n): return self.v if n <= 0 else self.step(n - 1)
class Derived(Base):
    __slots__ = ("w",)
    def __init__(self, v): super().__init__(v); self.w = [v]
    def step(self, n): self.w.append(n); return super().step(n - 1)

def gen(n):
    for i in range(n):
        got = yield i * i
        if got: yield got

def tree(d): return [tree(d - 1), tree(d - 1)] if d > 0 else 0
"""

    INTEGERS = ("0", "1", "-1", "7", "255", "2**31", "-2**63", "2**64 - 1", "10**40", "-(3**77)", "True")
    FLOATS = ("0.0", "-0.0", "1.5", "-2.75", "1e308", "5e-324", "0.1", "math.inf", "-math.inf", "math.pi", "1e16")
    TEXTS = ("''", "'a'", "'abc' * 7", "'\\u00e4\\u20ac\\U0001f600'", "'1,2;3 4'", "'The quick brown fox'", "'\\x00\\n'", "'-12.5e3'")

    def __init__(self, choose):
        self.choose = choose
        self.names = []

    def one(self, *items):
        return self.choose.choice(items)

    def integer(self, depth):
        if depth <= 0 or self.choose.random() < 0.2:
            return f"({self.one(*self.INTEGERS)})"
        a, b = self.integer(depth - 1), self.integer(depth - 1)
        return self.one(
            f"({a} {self.one('+', '-', '*', '//', '%', '&', '|', '^')} {b})", f"({a} << ({b} & 63))", f"({a} >> ({b} & 63))",
            f"(-{a})", f"(~{a})", f"pow({a}, {b} & 31, 1000003)", f"math.gcd({a}, {b})", f"abs({a})", f"len({self.text(depth - 1)})",
            f"({a} if {a} < {b} else {b})", f"int({self.float(depth - 1)})", f"hash({self.text(depth - 1)}) % 1000003",
            f"math.isqrt(abs({a}))", f"sum({self.list(depth - 1)})", f"max({a}, {b})", f"zlib.crc32({self.text(depth - 1)}.encode('utf-8', 'replace'))",
            f"int.from_bytes(hashlib.sha256({self.text(depth - 1)}.encode('utf-8', 'replace')).digest()[:4], 'big')")  # fmt: skip

    def float(self, depth):
        if depth <= 0 or self.choose.random() < 0.25:
            return f"({self.one(*self.FLOATS)})"
        a, b = self.float(depth - 1), self.float(depth - 1)
        return self.one(
            f"({a} {self.one('+', '-', '*', '/', '%', '//')} {b})", f"math.{self.one('sin', 'cos', 'exp', 'atan', 'tanh', 'floor', 'sqrt', 'log1p', 'erf', 'gamma')}({a})",
            f"math.fmod({a}, {b})", f"round({a}, {self.choose.randrange(-3, 9)})", f"float(({self.integer(depth - 1)}) % 10**9)",
            f"math.ldexp({a}, {self.choose.randrange(-80, 80)})", f"struct.unpack('<d', struct.pack('<d', {a}))[0]", f"struct.unpack('<f', struct.pack('<f', {a}))[0]",
            f"float(decimal.Decimal({a}) / 3)", f"abs({a})", f"math.hypot({a}, {b})", f"({a}) ** 2", f"float(fractions.Fraction({self.integer(0)}, 7))")  # fmt: skip

    def text(self, depth):
        if depth <= 0 or self.choose.random() < 0.2:
            return f"({self.one(*self.TEXTS)})"
        a, b = self.text(depth - 1), self.text(depth - 1)
        return self.one(
            f"({a} + {b})", f"{a}.{self.one('upper', 'lower', 'title', 'swapcase', 'strip', 'casefold')}()", f"{a}.replace({b}, 'x')[:500]", f"{a}[::-1]",
            f"f'{{{self.integer(1)}:>{self.choose.randrange(1, 30)}}}|{{{self.float(1)}:.{self.choose.randrange(0, 15)}g}}'", f"str({self.integer(depth - 1)})", f"repr({self.float(depth - 1)})",
            f"json.dumps({self.any(depth - 1)}, default=repr)", f"re.sub(r'{self.one('[aeiou]', '(.)(.)', '[^a-z]+', 'b*', '(?i)the|fox')}', r'<\\g<0>>', {a})",
            f"'-'.join({a}.split({self.one('None', repr(','), repr('a'))}))", f"hashlib.md5({a}.encode('utf-8', 'replace')).hexdigest()", f"{a}[{self.choose.randrange(-9, 9)}:{self.choose.randrange(-9, 9)}]",
            f"{a}.encode('utf-8', 'replace').hex()", f"''.join(sorted({a}))", f"{a}.zfill({self.choose.randrange(40)})", f"'%r %s' % ({self.any(depth - 1)}, {b})")  # fmt: skip

    def list(self, depth):
        if depth <= 0:
            return f"list(range({self.choose.randrange(12)}))"
        a = self.list(depth - 1)
        return self.one(
            f"[{self.integer(depth - 1)}, {self.integer(depth - 1)}, {self.integer(depth - 1)}]", f"[x * x for x in {a} if x % 2 == {self.choose.randrange(2)}]", f"sorted({a}, key=lambda x: (x % 7, -x))",
            f"list(itertools.accumulate({a}))", f"({a} + {a})", f"{a}[::{self.one('-1', '2', '3')}]", f"[len(w) for w in {self.text(depth - 1)}.split()]", f"list(map(ord, {self.text(depth - 1)}))",
            f"list({{x % 5: x for x in {a}}}.values())", f"heapq.nsmallest(5, {a})", f"sorted(set({a}))", f"list(collections.Counter({a}).values())", f"[*gen({self.choose.randrange(9)})]",
            f"[functools.reduce(lambda p, q: (p * 31 + q) % 65521, {a}, 1)]", f"list(struct.pack('<3i', *[x % 1000 for x in ({a} + [0, 0, 0])[:3]]))")  # fmt: skip

    def any(self, depth):
        return self.one(self.integer, self.float, self.text, self.list, self.thing)(depth)

    def thing(self, depth):
        depth = max(0, depth - 1)
        return self.one(
            f"{{{self.text(depth)}: {self.integer(depth)}, 'k': {self.list(depth)}}}", f"({self.integer(depth)}, {self.text(depth)})", f"Point({self.integer(depth)}, {self.float(depth)})",
            f"(Point({self.integer(depth)}, 1) + Point(2, {self.integer(depth)}))[{self.choose.randrange(3)}]", f"Derived({self.integer(depth)}).step({self.choose.randrange(20)})",
            f"tree({self.choose.randrange(6)})", f"copy.deepcopy({{'a': {self.list(depth)}}})", f"json.loads(json.dumps({self.list(depth)}))", f"decimal.Decimal({self.integer(0)}) / 7",
            f"re.findall(r'{self.one('[a-z]+', '[0-9.]+', '(q)(.)', 'x?')}', {self.text(depth)})", f"bytes({self.list(depth)}[:0]) + b'z' * {self.choose.randrange(9)}", f"frozenset({self.list(depth)}) == set()",
            f"dict(zip({self.text(depth)}, {self.list(depth)}))", f"[None, Ellipsis, {self.float(depth)} == {self.float(depth)}]", f"collections.deque({self.list(depth)}, maxlen=3)")  # fmt: skip

    def block(self, number):
        body = self.one(self.plain, self.loop, self.function, self.exception, self.generator, self.strings)(number)
        lines = "\n".join("    " + line for line in body.split("\n"))
        return f"try:\n{lines}\nexcept Exception as e:\n    print({number}, type(e).__name__, e)\n"

    def plain(self, _):
        return f"show({self.any(4)})"

    def loop(self, _):
        return (f"a, b = {self.integer(2)}, {self.integer(1)}\nfor i in range({self.choose.randrange(1, 400)}):\n    a = (a * {self.choose.randrange(1, 99)} + b ^ i) % {self.one('2**61 - 1', '1000003', '2**31', '10**30')}\n"
                f"    if a % {self.choose.randrange(2, 9)} == 0: b = {self.one('a >> 3', 'b + i', '-b', 'i * i')}\n    elif i % 50 == 49: show((a, b))\nshow((a, b))")

    def function(self, _):
        return (f"def f(n, acc={self.integer(1)}, *rest, key={self.text(1)}, **more):\n    if n <= 0: return [acc, rest, key, sorted(more)]\n"
                f"    return f(n - 1, acc {self.one('+', '-', '^')} n, *rest[:3], n, key=key[:20] + str(n % 3), **{{'k' + str(n % 4): n}})\nshow(f({self.choose.randrange(120)}))")

    def exception(self, _):
        return (f"def g(n):\n    try:\n        if n % 3 == 0: raise {self.one('ValueError', 'KeyError', 'ZeroDivisionError')}(n)\n        return {self.any(2)}\n"
                f"    except (ValueError, ArithmeticError) as e: return (type(e).__name__, e.args)\n    finally: show(n)\nshow([g(i) for i in range({self.choose.randrange(1, 6)})])")

    def generator(self, _):
        return (f"it = gen({self.choose.randrange(3, 30)})\nout = [next(it)]\nfor i in range({self.choose.randrange(1, 9)}): out.append(it.send({self.one('None', 'i', 'str(i)')}))\n"
                f"show(out)\nshow(list(itertools.islice(itertools.chain(it, {self.list(2)}), {self.choose.randrange(40)})))")

    def strings(self, _):
        return f"s = {self.text(3)}\nfor i in range({self.choose.randrange(1, 30)}): s = (s + {self.text(1)})[-{self.choose.randrange(5, 400)}:]\nshow(s)\nshow(collections.Counter(s).most_common(3))"


class JavaScript(Python):
    suffix = "js"

    HEAD = """\
function show(x) {
  const text = typeof x === "bigint" ? `${x}n` : Object.is(x, -0) ? "-0" : typeof x === "string" ? JSON.stringify(x) : JSON.stringify(x, (k, v) => typeof v === "bigint" ? `${v}n` : typeof v === "number" && !Number.isFinite(v) ? String(v) : v) ?? String(x);
  console.log(text.length < 300 ? text : text.slice(0, 300) + "... " + text.length);
}
class Base { constructor(v) { this.v = v; } step(n) { return n <= 0 ? this.v : this.step(n - 1); } get twice() { return [this.v, this.v]; } }
class Derived extends Base { #w = []; step(n) { this.#w.push(n); return super.step(n - 1); } get seen() { return this.#w.length; } }
function* gen(n) { for (let i = 0; i < n; i++) { const got = yield i * i; if (got) yield got; } }
function tree(d) { return d > 0 ? [tree(d - 1), tree(d - 1)] : 0; }
"""

    INTEGERS = ("0", "1", "-1", "7", "255", "2147483648", "-2147483649", "4294967295", "9007199254740991", "1e21", "-0")
    FLOATS = ("0.5", "-0", "1.5", "-2.75", "1e308", "5e-324", "0.1", "Infinity", "-Infinity", "NaN", "Math.PI")
    TEXTS = ('""', '"a"', '"abc".repeat(7)', '"\\u00e4\\u20ac\\u{1f600}"', '"1,2;3 4"', '"The quick brown fox"', '"\\0\\n"', '"-12.5e3"')

    def integer(self, depth):
        if depth <= 0 or self.choose.random() < 0.2:
            return f"({self.one(*self.INTEGERS)})"
        a, b = self.integer(depth - 1), self.integer(depth - 1)
        return self.one(
            f"({a} {self.one('+', '-', '*', '%', '&', '|', '^', '<<', '>>', '>>>')} {b})", f"(-{a})", f"(~{a})", f"Math.abs({a})", f"{self.text(depth - 1)}.length", f"({a} < {b} ? {a} : {b})",
            f"Math.{self.one('trunc', 'floor', 'ceil', 'round', 'clz32', 'fround', 'sign')}({self.float(depth - 1)})", f"Math.imul({a}, {b})", f"{self.list(depth - 1)}.reduce((p, q) => p + q, 0)", f"parseInt({self.text(depth - 1)})",
            f"Number(BigInt.asIntN(64, BigInt(Math.trunc({a}) || 0) ** 3n) % 1000003n)", f"new Int16Array([{a}])[0]", f"new Uint8ClampedArray([{a}])[0]", f"{self.text(depth - 1)}.charCodeAt({self.choose.randrange(5)})")  # fmt: skip

    def float(self, depth):
        if depth <= 0 or self.choose.random() < 0.25:
            return f"({self.one(*self.FLOATS)})"
        a, b = self.float(depth - 1), self.float(depth - 1)
        return self.one(
            f"({a} {self.one('+', '-', '*', '/', '%')} {b})", f"Math.{self.one('sin', 'cos', 'exp', 'atan', 'tanh', 'sqrt', 'cbrt', 'log1p', 'expm1', 'fround')}({a})", f"Math.hypot({a}, {b})", f"Math.atan2({a}, {b})", f"({a}) ** 3",
            f"new Float32Array([{a}])[0]", f"new Float64Array(new Uint8Array([1,2,3,4,5,6,{self.choose.randrange(256)},{self.choose.randrange(120)}]).buffer)[0]", f"parseFloat({self.text(depth - 1)})", f"Math.max({a}, {b})")  # fmt: skip

    def text(self, depth):
        if depth <= 0 or self.choose.random() < 0.2:
            return f"({self.one(*self.TEXTS)})"
        a, b = self.text(depth - 1), self.text(depth - 1)
        return self.one(
            f"({a} + {b})", f"{a}.{self.one('toUpperCase', 'toLowerCase', 'trim', 'normalize')}()", f"{a}.replaceAll({b} || 'q', 'x').slice(0, 500)", f"[...{a}].reverse().join('')", f"`${{{self.integer(1)}}}|${{{self.float(1)}}}`",
            f"String({self.integer(depth - 1)})", f"({self.float(depth - 1)}).toFixed({self.choose.randrange(15)})", f"({self.float(depth - 1)}).toString({self.choose.randrange(2, 37)}).slice(0, 60)", f"({self.float(depth - 1)}).toPrecision({self.choose.randrange(1, 20)})",
            f"JSON.stringify({self.list(depth - 1)})", f"{a}.replace({self.one('/[aeiou]/g', '/(.)(.)/gu', '/[^a-z]+/gi', '/b*/g', '/the|fox/i')}, '<$&>')", f"{a}.split({self.one(repr(','), repr('a'), '/[ ;]/')}).join('-')", f"{a}.slice({self.choose.randrange(-9, 9)}, {self.choose.randrange(-9, 9)})",
            f"{a}.padStart({self.choose.randrange(40)}, {b})", f"encodeURIComponent({a})", f"[...{a}].sort().join('')", f"{a}.at({self.choose.randrange(-3, 3)}) + ''")  # fmt: skip

    def list(self, depth):
        if depth <= 0:
            return f"Array.from({{length: {self.choose.randrange(12)}}}, (_, i) => i)"
        a = self.list(depth - 1)
        return self.one(
            f"[{self.integer(depth - 1)}, {self.integer(depth - 1)}, {self.integer(depth - 1)}]", f"{a}.filter(x => x % 2 === {self.choose.randrange(2)}).map(x => x * x)", f"{a}.toSorted((p, q) => p % 7 - q % 7 || q - p)", f"{a}.concat({a})", f"{a}.toReversed()",
            f"{self.text(depth - 1)}.split(' ').map(w => w.length)", f"[...{self.text(depth - 1)}].map(c => c.codePointAt(0))", f"[...new Set({a})]", f"[...new Map({a}.map(x => [x % 5, x])).values()]", f"[...gen({self.choose.randrange(9)})]", f"{a}.flatMap(x => [x, -x])",
            f"[...new Uint32Array({a}).map(x => x * 2654435761)]", f"{a}.with(0, 5).slice({self.choose.randrange(-4, 4)})", f"Object.values(Object.groupBy({a}, x => x % 3)).flat()")  # fmt: skip

    def thing(self, depth):
        depth = max(0, depth - 1)
        return self.one(
            f"{{[{self.text(depth)}]: {self.integer(depth)}, k: {self.list(depth)}}}", f"[{self.integer(depth)}, {self.text(depth)}]", f"new Derived({self.integer(depth)}).step({self.choose.randrange(20)})", f"new Base({self.integer(depth)}).twice", f"tree({self.choose.randrange(6)})",
            f"structuredClone({{a: {self.list(depth)}}})", f"JSON.parse(JSON.stringify({self.list(depth)}))", f"(2n ** {self.choose.randrange(200)}n - 7n) / 3n", f"[...{self.text(depth)}.matchAll(/([a-z])([a-z])?/g)].map(m => [...m, m.index])", f"[null, undefined, {self.float(depth)} === {self.float(depth)}]",
            f"BigInt.asUintN({self.choose.randrange(1, 99)}, {self.choose.randrange(-1 << 60, 1 << 60)}n * 77777777777n)", f"new Date({self.choose.randrange(1 << 42)}).toISOString()", f"Object.entries({{b: {self.integer(depth)}, 2: 1, a: {self.text(depth)}}})")  # fmt: skip

    def block(self, number):
        body = self.one(self.plain, self.loop, self.function, self.exception, self.generator, self.strings)(number)
        return f"try {{\n{body}\n}} catch (e) {{ console.log({number}, e.name, e.message); }}\n"

    def plain(self, _):
        return f"show({self.any(4)});"

    def loop(self, _):
        return (f"let a = {self.integer(2)}, b = {self.integer(1)};\nfor (let i = 0; i < {self.choose.randrange(1, 400)}; i++) {{\n  a = {self.one('(a * 31 + b ^ i) >>> 0', '(a * 1.5 + b) % 1e9', 'a ^ (b + i << 3)', 'Math.imul(a, 48271) + b')};\n"
                f"  if (a % {self.choose.randrange(2, 9)} === 0) b = {self.one('a >> 3', 'b + i', '-b', 'i * i')};\n  else if (i % 50 === 49) show([a, b]);\n}}\nshow([a, b]);")

    def function(self, _):
        return (f"function f(n, acc = {self.integer(1)}, {{key = {self.text(1)}, ...more}} = {{}}, ...rest) {{\n  if (n <= 0) return [acc, rest, key, Object.keys(more)];\n"
                f"  return f(n - 1, acc {self.one('+', '-', '^')} n, {{...more, key: key.slice(0, 20) + n % 3, ['k' + n % 4]: n}}, n, ...rest.slice(0, 3));\n}}\nshow(f({self.choose.randrange(120)}));")

    def exception(self, _):
        return (f"function g(n) {{\n  try {{ if (n % 3 === 0) throw new {self.one('RangeError', 'TypeError', 'Error')}('n ' + n); return {self.any(2)}; }}\n"
                f"  catch (e) {{ return [e.name, e.message]; }} finally {{ show(n); }}\n}}\nshow([...Array({self.choose.randrange(1, 6)}).keys()].map(g));")

    def generator(self, _):
        return (f"const it = gen({self.choose.randrange(3, 30)}), out = [it.next().value];\nfor (let i = 0; i < {self.choose.randrange(1, 9)}; i++) out.push(it.next({self.one('undefined', 'i', 'String(i)')}).value);\n"
                f"show(out);\nshow([...it, ...{self.list(2)}].slice(0, {self.choose.randrange(40)}));")

    def strings(self, _):
        return f"let s = {self.text(3)};\nfor (let i = 0; i < {self.choose.randrange(1, 30)}; i++) s = (s + {self.text(1)}).slice(-{self.choose.randrange(5, 400)});\nshow(s);"


def make(seed):
    choose = random.Random(seed)
    language = (Python, JavaScript)[seed % 2](choose)
    return language.suffix, language.HEAD + "".join(language.block(i) for i in range(choose.randrange(4, 25)))
