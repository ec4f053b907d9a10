"""Makes a module of WebAssembly's specification tests one that goru's engines can run and a program can call.

Code is left as it is; only what surrounds it changes, so that more of the suite reaches the engine `native`, which takes
modules in the shape of goru's guests: a memory of their own under the name `memory`, no start function, nothing imported
but functions, no vectors in the types of what is exported.

  - Memory, table and globals that the suite's host module `spectest` offers are the module's own.
  - A module without memory gets one page; a start function is exported, to be called first.
  - Exported functions are named e0, e1, ... Where one takes or gives vectors, or gives several values, its export is a
    function that takes a vector as two i64 and leaves all results in exported globals r0, r1, ..., of 64 bits each.
  - An exported global is read through a function of the same kind.
"""

import dataclasses
import struct

I32, I64, F32, F64, V128, FUNCREF = 0x7F, 0x7E, 0x7D, 0x7C, 0x7B, 0x70
NUMBERS = (I32, I64, F32, F64)
# In the order that the format demands.
ORDER = (1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 10, 11)

SPECTEST_GLOBALS = {
    "global_i32": (I32, b"\x41" + b"\x9a\x05"),
    "global_i64": (I64, b"\x42" + b"\x9a\x05"),
    "global_f32": (F32, b"\x43" + struct.pack("<f", 666.6)),
    "global_f64": (F64, b"\x44" + struct.pack("<d", 666.6)),
}


class Unsuitable(Exception):
    """The module needs what goru gives no guest."""


def uleb(value):
    out = bytearray()
    while True:
        byte = value & 0x7F
        value >>= 7
        out.append(byte | (0x80 if value else 0))
        if not value:
            return bytes(out)


class Reader:
    def __init__(self, data, at=0):
        self.data = data
        self.at = at

    def byte(self):
        self.at += 1
        return self.data[self.at - 1]

    def take(self, size):
        self.at += size
        return self.data[self.at - size : self.at]

    def uleb(self):
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    def name(self):
        return self.take(self.uleb())

    def limits(self):
        begin = self.at
        if self.byte() & 1:
            self.uleb()
        self.uleb()
        return self.data[begin : self.at]

    def constant(self):
        """A constant expression: one instruction, and its end."""
        begin = self.at
        operation = self.byte()
        if operation in (0x41, 0x42, 0x23, 0xD2):
            while self.byte() >= 0x80:
                pass
        elif operation in (0x43, 0x44):
            self.take(4 if operation == 0x43 else 8)
        elif operation == 0xFD:
            self.uleb()
            self.take(16)
        elif operation == 0xD0:
            self.byte()
        else:
            raise Unsuitable(f"a constant of another kind ({operation:#x})")
        if self.byte() != 0x0B:
            raise Unsuitable("a constant that is computed")
        return self.data[begin : self.at - 1]


def limits(minimum, maximum):
    return b"\x01" + uleb(minimum) + uleb(maximum)


def vector(items):
    return uleb(len(items)) + b"".join(items)


@dataclasses.dataclass
class Export:
    """How a program calls what the module exports."""

    name: str
    parameters: list
    results: list
    # Results lie in the globals r0, r1, ...
    in_globals: bool


@dataclasses.dataclass
class Adapted:
    module: bytes
    exports: dict  # the suite's name -> Export
    globals: dict
    start: str | None


class Module:
    def __init__(self, data):
        if data[:8] != b"\0asm\1\0\0\0":
            raise Unsuitable("not a module")
        self.sections = {}
        reader = Reader(data, 8)
        while reader.at < len(data):
            kind = reader.byte()
            body = reader.name()
            if kind != 0:
                self.sections[kind] = body
        self.types = self.read(1, self.one_type)
        self.functions = []  # type of each, imported ones first
        self.globals = []
        self.replaced = {}  # number of a global that was imported -> its constant
        self.own_memories, self.own_tables, self.own_globals = [], [], []
        self.imports = [item for item in self.read(2, self.one_import) if item]
        self.imported = len(self.functions)
        self.declared = self.read(3, Reader.uleb)
        self.functions += self.declared
        self.tables = self.own_tables + self.read(4, lambda r: bytes([r.byte()]) + r.limits())
        self.memories = self.own_memories + self.read(5, Reader.limits)
        self.global_items = self.own_globals + self.read(6, self.one_global)
        self.exports = self.read(7, lambda r: (r.name(), r.byte(), r.uleb()))
        self.elements = self.read(9, self.one_element)
        self.code = self.read(10, lambda r: r.name())
        self.data = self.read(11, self.one_data)

    def read(self, kind, one):
        body = self.sections.get(kind)
        if body is None:
            return []
        reader = Reader(body)
        return [one(reader) for _ in range(reader.uleb())]

    def one_type(self, reader):
        if reader.byte() != 0x60:
            raise Unsuitable("a type that is no function's")
        return list(reader.name()), list(reader.name())

    def one_import(self, reader):
        module, name, kind = reader.name(), reader.name(), reader.byte()
        if kind == 0:
            index = reader.uleb()
            self.functions.append(index)
            return uleb(len(module)) + module + uleb(len(name)) + name + b"\0" + uleb(index)
        if module != b"spectest":
            raise Unsuitable("imports of other modules")
        if kind == 1:
            self.own_tables.append(bytes([reader.byte()]) + limits(10, 20))
            reader.limits()
        elif kind == 2:
            self.own_memories.append(limits(1, 2))
            reader.limits()
        elif kind == 3:
            kind_of_value, value = SPECTEST_GLOBALS.get(name.decode(), (0, b""))
            if (reader.byte(), reader.byte()) != (kind_of_value, 0):
                raise Unsuitable("imports of other modules")
            self.replaced[len(self.globals)] = value
            self.globals.append(kind_of_value)
            self.own_globals.append(bytes([kind_of_value, 0]) + value + b"\x0b")
        else:
            raise Unsuitable("an import of another kind")
        return None

    def constant(self, reader):
        """A constant, with what was imported put in its place."""
        value = reader.constant()
        if value[0] == 0x23:
            value = self.replaced.get(Reader(value, 1).uleb(), value)
        return value + b"\x0b"

    def one_global(self, reader):
        kind, mutable = reader.byte(), reader.byte()
        self.globals.append(kind)
        return bytes([kind, mutable]) + self.constant(reader)

    def one_element(self, reader):
        if reader.uleb() != 0:
            raise Unsuitable("elements that are passive, or of another form")
        return b"\0" + self.constant(reader) + vector([uleb(reader.uleb()) for _ in range(reader.uleb())])

    def one_data(self, reader):
        if reader.uleb() != 0:
            raise Unsuitable("data that is passive, or of another memory")
        offset = self.constant(reader)
        content = reader.name()
        return b"\0" + offset + uleb(len(content)) + content


def lanes_in(parameters):
    """Parameters as they are handed over, and the code that makes the function's own of them."""
    kinds, code = [], b""
    for kind in parameters:
        at = len(kinds)
        if kind == V128:
            kinds += [I64, I64]
            code += b"\x20" + uleb(at) + b"\xfd\x12" + b"\x20" + uleb(at + 1) + b"\xfd\x1e\x01"
        elif kind in NUMBERS:
            kinds.append(kind)
            code += b"\x20" + uleb(at)
        else:
            raise Unsuitable("references")
    return kinds, code


def results_out(results, first_global, vector_local):
    """The code that leaves results in globals, the last first."""
    places, at = [], 0
    for kind in results:
        places.append(at)
        at += 2 if kind == V128 else 1
    code = b""
    for kind, place in reversed(list(zip(results, places))):
        to = b"\x24" + uleb(first_global + place)
        if kind == V128:
            local = uleb(vector_local)
            code += b"\x21" + local + b"\x20" + local + b"\xfd\x1d\x00" + to
            code += b"\x20" + local + b"\xfd\x1d\x01" + b"\x24" + uleb(first_global + place + 1)
        elif kind in NUMBERS:
            code += {I32: b"\xad", I64: b"", F32: b"\xbc\xad", F64: b"\xbd"}[kind] + to
        else:
            raise Unsuitable("references")
    return code


def adapt(data, least_pages=0):
    """`data` in that shape, with at least so many pages of memory. Raises Unsuitable."""
    module = Module(data)
    if len(module.memories) > 1 or len(module.tables) > 1:
        raise Unsuitable("several memories or tables")
    memories = module.memories or [limits(1, 1)]
    if Reader(memories[0], 1).uleb() < least_pages:
        memories = [limits(least_pages, max(least_pages, 16))]
    types = list(module.types)
    declared, code = list(module.declared), list(module.code)
    exports, exported, read = [(b"memory", 2, 0)], {}, {}
    first_global = len(module.globals)
    most = 0

    def add_function(parameters, body):
        kind = (parameters, [])
        if kind not in types:
            types.append(kind)
        declared.append(types.index(kind))
        # One local, for vectors.
        body = b"\x01\x01\x7b" + body + b"\x0b"
        code.append(body)
        return module.imported + len(declared) - 1

    def adapted(function_body, parameters, results):
        nonlocal most
        kinds, before = lanes_in(parameters)
        after = results_out(results, first_global, len(kinds))
        most = max(most, sum(2 if kind == V128 else 1 for kind in results))
        return add_function(kinds, before + function_body + after)

    for number, (name, kind, index) in enumerate(module.exports):
        export = f"e{number}"
        try:
            if kind == 0:
                parameters, results = module.types[module.functions[index]]
                simple = len(results) <= 1 and all(kind in NUMBERS for kind in parameters + results)
                to = index if simple else adapted(b"\x10" + uleb(index), parameters, results)
                exported[name.decode()] = Export(export, parameters, results, not simple)
            elif kind == 3:
                to = adapted(b"\x23" + uleb(index), [], [module.globals[index]])
                read[name.decode()] = Export(export, [], [module.globals[index]], True)
            else:
                continue
        except Unsuitable:
            # Of references: nobody can call it, but the others.
            continue
        exports.append((export.encode(), 0, to))
    # wasm2c writes nothing for a module without functions.
    exports.append((b"nothing", 0, add_function([], b"")))
    start = None
    if 8 in module.sections:
        start = "start"
        exports.append((b"start", 0, Reader(module.sections[8]).uleb()))
    global_items = list(module.global_items)
    for i in range(most):
        exports.append((f"r{i}".encode(), 3, first_global + i))
        global_items.append(bytes([I64, 1]) + b"\x42\x00\x0b")

    sections = {
        1: [b"\x60" + vector([bytes([k]) for k in p]) + vector([bytes([k]) for k in r]) for p, r in types],
        2: module.imports,
        3: [uleb(index) for index in declared],
        4: module.tables,
        5: memories,
        6: global_items,
        7: [uleb(len(name)) + name + bytes([kind]) + uleb(index) for name, kind, index in exports],
        9: module.elements,
        10: [uleb(len(body)) + body for body in code],
        11: module.data,
    }
    out = b"\0asm\1\0\0\0"
    for kind in ORDER:
        if sections.get(kind):
            body = vector(sections[kind])
            out += bytes([kind]) + uleb(len(body)) + body
    return Adapted(out, exported, read, start)
