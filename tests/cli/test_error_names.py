"""JavaScript errors name the expression that could not be called, whatever code stands around it: random programs whose names are known."""

import random

PROGRAMS = 800

PREFIX = """const a = { b: { c: {} }, list: [{}] }, o = { p: {}, q: {}, k: {}, fn() {} }, k = 'k';
const f = () => ({}), g = () => ({ h: {} }), id = (...x) => x[0];
const told = (call) => { try { call({}); console.log('nothing was thrown'); } catch (e) { console.log(e.message); } };
"""
# What a member that is not there is asked of, and its name.
OWNERS = {
    "a": "a", "loc": "loc", "arg": "arg", "o[k]": "o[k]", "o.p": "o.p", "o['q']": "o.q", "a.list[0]": "a.list[0]", "a.b.c": "a.b.c", "f()": "f(...)",
    "g(1, 2).h": "g(...).h",
}  # fmt: skip
VALUES = "1 k 's' null undefined [1,2] {x:1} a.b !k -1 /r/ [...a.list] {...o} a?.b a.zz?.y loc (()=>1)".split()
USES = [
    "{};", "const q@ = {};", "if ({}) id(1);", "loc = {};", "o.z = {};", "while ({}) break;", "switch ({}) { case 1: break; }", "id({x: {}});",
    "const {w@ = 1} = {};", "return {};", "throw {};", "[loc] = [{}];", "id(`${{}}`);", "loc += {};", "!{};", "id(k && {});", "id(!k || {});",
    "id(k ? {} : 1);", "o.fn(1, {});",
]  # fmt: skip
AROUND = [
    "for (const x of [1]) { {} }", "for (let i = 0; i < 1; i++) { {} }", "try { {} } finally { id(1); }", "try { throw 1; } catch (e) { {} }",
    "try { id(1); } finally { {} }", "switch (k) { case 1: id(2); case 'k': {} }", "if (k) { {} } else { id(3); }", "if (!k) { id(3); } else { {} }",
    "for (const x in {p: 1}) { {} }", "while (true) { {} break; }", "do { {} } while (false);", "l@: { {} }",
]  # fmt: skip
BESIDE = [
    "id({});", "spare = {};", "for (let i = 0; i < 2; i++) { if (i) continue; id({}); }", "for (const x of [1, 2]) { if (x) break; }",
    "try { throw {}; } catch (e) { id(e); }", "switch (k) { case 'k': id(1); break; default: id({}); }", "const {p: p@, ...r@} = o;",
    "const [h@ = {}, ...t@] = a.list;", "l@: for (;;) { break; }", "class C@ { #p = {}; m() { return this.#p; } }",
]  # fmt: skip


class Maker:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.count = 0

    def fill(self, pattern, text):
        self.count += 1
        return pattern.replace("@", str(self.count)).replace("{}", text)

    def value(self, depth):
        if depth == 0 or self.random.random() < 0.3:
            return self.random.choice(VALUES)
        parts = [self.value(depth - 1) for _ in range(3)]
        pattern = self.random.choice(["({} ? {} : {})", "({} || {})", "({} && {})", "({} ?? {})", "id({}, {})", "[{}, {}]", "(spare = {})", "({}, {})"])
        return pattern.replace("{}", "%s") % tuple(parts[: pattern.count("{}")])

    def failing(self):
        """An expression that throws, and what it says."""
        self.count += 1
        owner = self.random.choice(list(OWNERS))
        member = f"m{self.count}"
        values = ", ".join(self.value(2) for _ in range(self.random.randrange(4)))
        name = f"{OWNERS[owner]}.{member}"
        form = self.random.choice(["{}({})", "{}(...[{}])", "?.", "new", "tag"])
        if form == "?.":
            return f"{owner}?.{member}({values})", f"{OWNERS[owner]}?.{member} is not a function"
        if form == "new":
            owner = "a.b" if "(" in owner else owner
            return f"new {owner}.{member}({values})", f"{OWNERS.get(owner, owner)}.{member} is not a constructor"
        if form == "tag":
            return f"{owner}.{member}`text`", f"{name} is not a function"
        return form.format(f"{owner}.{member}", values), f"{name} is not a function"

    def block(self, depth, inner):
        beside = [self.fill(self.random.choice(BESIDE), self.value(2)) for _ in range(self.random.randrange(4))]
        if depth > 0:
            inner = self.fill(self.random.choice(AROUND), self.block(depth - 1, inner))
        return " ".join([*beside, inner])

    def program(self):
        expression, message = self.failing()
        inner = self.fill(self.random.choice(USES), expression)
        return f"told((arg) => {{ let loc = {{}}, spare; {self.block(self.random.randrange(4), inner)} }});", message


def test_random_programs(goru):
    maker = Maker(1)
    programs, messages = zip(*(maker.program() for _ in range(PROGRAMS)), strict=True)
    goru.write("main.js", PREFIX + "\n".join(programs))
    done = goru("main.js")
    assert done.stderr == ""
    wrong = [f"{program}\n  {got}" for program, wanted, got in zip(programs, messages, done.stdout.splitlines(), strict=True) if got != wanted]
    assert wrong[:5] == []
