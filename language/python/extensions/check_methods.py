#!/usr/bin/env python3
"""Finds functions whose parameters do not fit how Python was told to call them: such a call is a trap in WebAssembly.

usage: check_methods.py OBJECT.o...

Reads compiled objects: tables of methods (PyMethodDef) and attributes (PyGetSetDef) are data in which relocations name the
functions, whose types the object has. Prints one line for each that does not fit; the exit code is 1 where there are any.
"""

import pathlib
import sys

CUSTOM, TYPE, IMPORT, FUNCTION, CODE, DATA = 0, 1, 2, 3, 10, 11
TABLE_INDEX, MEMORY_ADDRESS = 2, 5
WITH_ADDEND = {3, 4, 5, 8, 9, 11, 14, 15, 16, 17, 22, 23, 24}

VARARGS, KEYWORDS, NOARGS, ONE, CLASS, STATIC, COEXIST, FASTCALL, METHOD = 1, 2, 4, 8, 16, 32, 64, 128, 512
# {flags: parameters}; all are pointers or sizes, and so is the result.
PARAMETERS = {
    VARARGS: 2, VARARGS | KEYWORDS: 3, NOARGS: 2, ONE: 2, FASTCALL: 3, FASTCALL | KEYWORDS: 4, METHOD | FASTCALL | KEYWORDS: 5,
}
POINTER = 0x7F


class Reader:
    def __init__(self, data, at=0, end=None):
        self.data, self.at, self.end = data, at, len(data) if end is None else end

    def byte(self):
        self.at += 1
        return self.data[self.at - 1]

    def number(self):
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    def signed(self):
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value - (1 << shift) if byte & 0x40 else value

    def text(self):
        size = self.number()
        self.at += size
        return self.data[self.at - size : self.at].decode()

    def limits(self):
        flags = self.number()
        self.number()
        if flags & 1:
            self.number()


class Object:
    """What an object says of its functions and its data."""

    def __init__(self, path):
        data = pathlib.Path(path).read_bytes()
        if data[:8] != b"\0asm\1\0\0\0":
            raise ValueError(f"{path} is no WebAssembly object")
        self.data = data
        self.types, self.functions, self.symbols, self.segments, self.relocations = [], [], [], [], []
        self.names = {}
        reader = Reader(data, 8)
        index = 0
        data_section = None
        custom = []
        while reader.at < reader.end:
            kind, size = reader.byte(), reader.number()
            part = Reader(data, reader.at, reader.at + size)
            if kind == TYPE:
                self.read_types(part)
            elif kind == IMPORT:
                self.read_imports(part)
            elif kind == FUNCTION:
                self.functions += [part.number() for _ in range(part.number())]
            elif kind == DATA:
                data_section = index
                self.data_start = part.at
                self.read_data(part)
            elif kind == CUSTOM:
                custom.append(part)
            reader.at += size
            index += 1
        for part in custom:
            name = part.text()
            if name == "linking":
                self.read_linking(part)
            elif name.startswith("reloc.") and part.number() == data_section and data_section is not None:
                self.read_relocations(part)

    def read_types(self, part):
        for _ in range(part.number()):
            part.byte()
            parameters = [part.byte() for _ in range(part.number())]
            results = [part.byte() for _ in range(part.number())]
            self.types.append((parameters, results))

    def read_imports(self, part):
        for _ in range(part.number()):
            part.text()
            name = part.text()
            kind = part.byte()
            if kind == 0:
                self.names[len(self.functions)] = name
                self.functions.append(part.number())
            elif kind == 1:
                part.byte()
                part.limits()
            elif kind == 2:
                part.limits()
            elif kind == 3:
                part.at += 2
            else:
                part.byte()
                part.number()

    def read_data(self, part):
        for _ in range(part.number()):
            if part.number() == 0:
                while part.byte() != 0x0B:
                    part.signed()
            size = part.number()
            self.segments.append((part.at, size))
            part.at += size

    def read_linking(self, part):
        part.number()
        while part.at < part.end:
            kind, size = part.byte(), part.number()
            end = part.at + size
            if kind == 8:
                for _ in range(part.number()):
                    self.read_symbol(part)
            part.at = end

    def read_symbol(self, part):
        kind, flags = part.byte(), part.number()
        if kind in (0, 2, 4, 5):
            index = part.number()
            undefined, explicit = flags & 0x10, flags & 0x40
            name = part.text() if not undefined or explicit else self.names.get(index, "")
            self.symbols.append((kind, index, name))
        elif kind == 1:
            name = part.text()
            place = None
            if not flags & 0x10:
                segment, offset, _ = part.number(), part.number(), part.number()
                place = (segment, offset)
            self.symbols.append((kind, place, name))
        else:
            self.symbols.append((kind, part.number(), ""))

    def read_relocations(self, part):
        for _ in range(part.number()):
            kind, offset, index = part.byte(), part.number(), part.number()
            addend = part.signed() if kind in WITH_ADDEND else 0
            self.relocations.append((self.data_start + offset, kind, index, addend))

    def string(self, relocation):
        _, _, index, addend = relocation
        kind, place, _ = self.symbols[index]
        if kind != 1 or place is None:
            return "?"
        start = self.segments[place[0]][0] + place[1] + addend
        return self.data[start : self.data.index(0, start)].decode(errors="replace")

    def type_of(self, relocation):
        _, index, name = self.symbols[relocation[2]]
        return *self.types[self.functions[index]], name

    def word(self, at):
        return int.from_bytes(self.data[at : at + 4], "little")

    def misfits(self):
        """(attribute or method, function, what it should take, what it takes)"""
        by_place = {relocation[0]: relocation for relocation in self.relocations}
        for at, relocation in sorted(by_place.items()):
            before = by_place.get(at - 4)
            if relocation[1] != TABLE_INDEX or before is None or before[1] != MEMORY_ADDRESS:
                continue
            flags = 0 if at + 4 in by_place else self.word(at + 4)
            wanted = PARAMETERS.get(flags & ~(CLASS | STATIC | COEXIST)) if flags else None
            checks = [(relocation, wanted)] if wanted else []
            if not flags and (at + 4 not in by_place or by_place[at + 4][1] == TABLE_INDEX):
                # {name, get, set, doc, closure}
                checks = [(relocation, 2)]
                if at + 4 in by_place:
                    checks.append((by_place[at + 4], 3))
            for function, count in checks:
                parameters, results, name = self.type_of(function)
                # What else lies in such a pair, such as the text and the first function of a type, has no such name.
                if self.string(before).isidentifier() and (parameters != [POINTER] * count or results != [POINTER]):
                    yield self.string(before), name, count, len(parameters)


def check(paths):
    """A line for each function that does not fit."""
    lines = []
    for path in paths:
        for attribute, function, wanted, has in Object(path).misfits():
            lines.append(f"{pathlib.Path(path).name}: {function}, registered as {attribute!r}, is called with {wanted} arguments and takes {has}")
    return lines


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    lines = check(sys.argv[1:])
    print("\n".join(lines) if lines else f"{len(sys.argv) - 1} objects, all fit")
    sys.exit(1 if lines else 0)


if __name__ == "__main__":
    main()
