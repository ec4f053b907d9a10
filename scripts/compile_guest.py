#!/usr/bin/env python3
"""Compiles a guest's module ahead of time to the shared object that the engine `native` runs.

usage: compile_guest.py --wabt DIR --simde DIR --seal PROGRAM --runtime DIR [--march NAME] [--optimize N] [--jobs N]
                        [--launcher PROGRAM] [--keep DIR] [--image IMAGE.img --train PROGRAM --train ...] MODULE.wasm OUTPUT.so

WebAssembly -> wasm2c -> C -> the step below -> clang -> shared object -> sealed with the hash of its module (goru-image).

The step in the middle (translate) changes what wasm2c wrote in few places, and reads all of it: each statement has to be
one of the forms that are listed here, so that the argument in docs/SECURITY.md ("Wall 1") is about code that was looked
at. What it does not know it refuses: another version of wasm2c, instructions that no guest uses, more than one memory.

  - Memory lies at a constant distance behind the instance (guest_abi.h).
  - The function table is constant data: a type and a distance for each entry. Its size is a constant in each call.
  - Loads whose value nobody uses are left out by the compiler; wasm2c forces them.
  - A switch with as many targets as an interpreter has instructions jumps through a table of labels, so that the
    compiler can put a jump of its own behind each of those instructions.

wasm2c spreads functions over its files by their names; the linker puts them back into the order of the module.

With programs to train on, all is compiled twice: first so that it counts what it does while sandboxes of the image run the
programs, then with what was counted. The profile says what is likely; what the code does is the same with any.
"""

import argparse
import concurrent.futures
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

# SHA-256 of wasm2c's own text at the head of each module, without and with SIMD, and with SIMD that the header has
# asked for already: wabt 1.0.36.
KNOWN_PRELUDES = {
    "7b37411a90463ad7bb40a9503812819b99ad6f4baac5f673d453935f3dbb41e2",
    "7069d63885dbc19ed5bb6f740783ec2cc8e6cea58910ae28f56003c33c6a0225",
    "0366bf3c073297d77eee44be9a510045ab68a522e43014f6a1c8537f910c95a1",
}

LARGEST_OFFSET = (32 << 20) - 64

# A switch with fewer targets is not an interpreter's.
FEWEST_TARGETS = 128

# The stack's guard is 1 MiB: no function steps over it.
LARGEST_FRAME = 128 << 10

COMPILE = [
    "clang-22", "-c", "-std=gnu17", "-fPIC", "-fvisibility=hidden",
    # WebAssembly says what happens where C leaves it open. Overflow wraps, memory has no types, address 0 is like any
    # other, a loop without effects may go on for ever, locals begin as zero, conversions are the processor's.
    "-fwrapv", "-fno-strict-aliasing", "-fno-delete-null-pointer-checks", "-fno-finite-loops",
    "-ftrivial-auto-var-init=zero", "-fno-strict-float-cast-overflow", "-fno-strict-overflow",
    # Arithmetic is IEEE 754's.
    "-ffp-contract=off", "-fno-fast-math", "-fno-math-errno",
    # No loop becomes a call of a library: there is none, and code outside of the guest must not meet memory that a stop
    # took away.
    "-fno-builtin",
    # A function that calls itself for ever uses up its stack, as everywhere.
    "-fno-optimize-sibling-calls",
    "-fno-stack-protector", "-fcf-protection=none", "-fno-asynchronous-unwind-tables", "-fno-unwind-tables",
    "-fomit-frame-pointer", "-fno-ident", "-g0", "-ffunction-sections",
    f"-Wframe-larger-than={LARGEST_FRAME}", "-Werror=frame-larger-than", "-Werror=implicit-function-declaration",
    "-Werror=int-conversion", "-Werror=incompatible-pointer-types", "-Wno-unused",
]  # fmt: skip

LINK = [
    "clang-22", "-shared", "-nostdlib", "-fuse-ld=lld", "-Wl,-z,defs", "-Wl,-z,relro", "-Wl,-z,now", "-Wl,-z,noexecstack",
    "-Wl,--build-id=none", "-Wl,--no-undefined", "-Wl,--no-warn-symbol-ordering", "-Wl,--hash-style=gnu", "-Wl,--gc-sections", "-Wl,-Bsymbolic",
]  # fmt: skip


# What was counted belongs to the same code.
USE_PROFILE = ["-fprofile-use=guest.profdata", "-Werror=profile-instr-out-of-date", "-Wno-profile-instr-unprofiled"]


class Refused(Exception):
    pass


def run(command, **options):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, **options)
    if done.returncode != 0:
        raise Refused(f"{pathlib.Path(str(command[0])).name} failed:\n{(done.stderr or done.stdout)[-4000:]}")
    return done.stdout


def replace_once(text, old, new):
    if text.count(old) != 1:
        raise Refused(f"the prelude of wasm2c holds this {text.count(old)} times: {old[:60]}")
    return text.replace(old, new)


# --- The prelude --------------------------------------------------------------------------------------------------------


def split_prelude(text):
    """wasm2c's own text, and what it says of this module."""
    begin = re.search(r"^(FUNC_TYPE_DECL_EXTERN_T\(w2c_guest_t0\)|/\* import: |\w+\*? w2c_guest_)", text, re.M)
    if not begin:
        raise Refused("no declarations behind the prelude of wasm2c")
    return text[: begin.start()], text[begin.start() :]


def change_prelude(text):
    digest = hashlib.sha256(text.encode()).hexdigest()
    if digest not in KNOWN_PRELUDES:
        raise Refused(f"this is not the prelude of wasm2c 1.0.36 (its hash is {digest})")
    text = replace_once(text, "#define MEM_ADDR(mem, addr, n) &(mem)->data[addr]\n",
                        "#define MEM_ADDR(mem, addr, n) (GORU_MEMORY_OF(mem) + (addr))\n")  # fmt: skip
    text = replace_once(text, '#define FORCE_READ_INT(var) __asm__("" ::"r"(var));', "#define FORCE_READ_INT(var)")
    text = text.replace('#define FORCE_READ_FLOAT(var) __asm__("" ::"r"(var));', "#define FORCE_READ_FLOAT(var)")
    text = text.replace('#define FORCE_READ_FLOAT(var) __asm__("" ::"f"(var));', "#define FORCE_READ_FLOAT(var)")
    text = text.replace('#define SIMD_FORCE_READ(var) __asm__("" ::"x"(var));', "#define SIMD_FORCE_READ(var)")
    text = text.replace('#define SIMD_FORCE_READ(var) __asm__("" ::"w"(var));', "#define SIMD_FORCE_READ(var)")
    if "__asm__" in text:
        raise Refused("assembly in the prelude of wasm2c")
    text = cut_once(text, "static inline bool func_types_eq(", "#ifdef SUPPORT_MEMORY64", INDIRECT_CALLS)
    # Tables and bulk memory: nobody has them.
    text = cut_once(text, "static inline void memory_fill(", "#if defined(__GNUC__) || defined(__clang__)\n#define FUNC_TYPE_DECL", "")
    return text


def cut_once(text, begin, end, new):
    first = text.find(begin)
    last = text.find(end, first)
    if first < 0 or last < 0 or text.count(begin) != 1:
        raise Refused(f"the prelude of wasm2c lacks {begin}")
    return text[:first] + new + text[last:]


INDIRECT_CALLS = """
#define CALL_INDIRECT(table, t, ft, x, ...) \\
  (((t)goru_table_function(GORU_TYPE_##ft, x, GORU_TABLE_SIZE))(__VA_ARGS__))

"""

# --- Statements ---------------------------------------------------------------------------------------------------------

VARIABLE = re.compile(r"\b(var_[a-zA-Z]+)\d+\b")
NUMBER = re.compile(r"(?<![\w.])(0x[0-9a-fA-F]+(\.[0-9a-fA-F]*)?(p[+-]?\d+)?|\d+(\.\d*)?(e[+-]?\d+)?)(u|ull|f|ll)?(?!\w)")
TOKEN = re.compile(r"[A-Za-z_]\w*|->|<<=|>>=|<<|>>|==|!=|<=|>=|[-+*/&|^]=|.", re.S)

STACK_TYPES = {"i": "u32", "j": "u64", "f": "f32", "d": "f64", "o": "v128"}
TYPES = {"u8", "s8", "u16", "s16", "u32", "s32", "u64", "s64", "f32", "f64", "v128"}

LOADS = {"i32_load", "i64_load", "f32_load", "f64_load"}
for _to, _from in (("i32", ("8", "16")), ("i64", ("8", "16", "32"))):
    LOADS |= {f"{_to}_load{bits}_{sign}" for bits in _from for sign in "su"}
STORES = {"i32_store", "i32_store8", "i32_store16", "i64_store", "i64_store8", "i64_store16", "i64_store32", "f32_store",
          "f64_store"}  # fmt: skip
VECTOR_ACCESS = re.compile(
    r"v128_(load|store)|v128_load(8|16|32|64)_(splat|zero)|v128_(load|store)(8|16|32|64)_lane\d+"
    r"|[iu](16x8_load8x8|32x4_load16x4|64x2_load32x2)|v128_[iu](16x8|32x4|64x2)_load(8x8|16x4|32x2)"
)

PLAIN = {
    "I32_CLZ", "I64_CLZ", "I32_CTZ", "I64_CTZ", "I32_POPCNT", "I64_POPCNT", "I32_ROTL", "I64_ROTL", "I32_ROTR", "I64_ROTR",
    "I32_DIV_S", "I64_DIV_S", "I32_REM_S", "I64_REM_S", "DIV_U", "REM_U", "FMIN", "FMAX", "copysign", "copysignf",
    "f32_reinterpret_i32", "i32_reinterpret_f32", "f64_reinterpret_i64", "i64_reinterpret_f64",
}  # fmt: skip
PLAIN_SHAPES = re.compile(
    r"I(32|64)_TRUNC(_SAT)?_[SU]_F(32|64)|wasm_(quiet|floor|ceil|trunc|nearbyint|fabs|sqrt)f?"
    r"|simde_wasm_[a-z0-9_]+|v128_[a-z0-9_]+|simde_x_wasm_[a-z0-9_]+"
)

OPERATORS = {"+", "-", "/", "&", "|", "^", "~", "!", "<", ">", "<<", ">>", "==", "!=", "<=", ">=", "?", ":", "(", ")", ",", "*"}


class Module:
    """What has been read of a module's declarations."""

    def __init__(self):
        self.types = {}  # name -> number
        self.imports = []  # (module, name, C name, result, parameters)
        self.functions = []  # exported: (name, C name, result, parameters)
        self.globals = []  # exported: (name, field, type)
        self.fields = {}
        self.instances = set()
        self.table = []  # (type name, function) or None
        self.table_field = None
        self.pages = None
        self.element_arrays = {}
        self.data_arrays = set()


class Checker:
    """Says whether a statement is one of those that wasm2c makes of WebAssembly. Each shape is looked at once."""

    def __init__(self, module):
        self.known = set()
        self.declared = None
        self.import_names = {name for _, _, name, _, _ in module.imports}
        self.module = module

    def declaration(self, line):
        """Variables of wasm2c's stack have the type that their letter says."""
        match = re.match(r" *(u32|u64|f32|f64|v128) var_", line)
        if match:
            self.declared = match[1]
        elif not self.declared or not line.lstrip().startswith("var_"):
            self.declared = None
            return
        if any(STACK_TYPES[letter] != self.declared for letter in re.findall(r"\bvar_([ijfdo])\d+\b", line)):
            raise Refused(f"a variable of another type than its name says: {line.strip()[:200]}")
        if not line.rstrip().endswith(","):
            self.declared = None

    def check(self, line):
        self.declaration(line)
        shape = VARIABLE.sub(r"\1#", line.strip())
        shape = re.sub(r"\bw2c_guest_f\d+\b", "w2c_guest_f", shape)
        shape = NUMBER.sub("0", shape)
        if shape in self.known:
            return
        self.check_shape(shape, line)
        self.known.add(shape)

    def check_shape(self, shape, line):
        text = shape
        # wasm2c writes the bits of a NaN into a comment.
        text = re.sub(r" /\* -?nan:0x[0-9a-f]+ \*/|/\* -?nan:[0-9a-fx]+ \*/", "", text)
        text = text.replace("INFINITY", "0")
        if text in ("", "}", "} else {", "FUNC_PROLOGUE;", "FUNC_EPILOGUE;", "UNREACHABLE;", "return;"):
            return
        if re.fullmatch(r"(var_[BLSI]#|var_Bfunc):;?", text):
            return
        # The target of a switch may take a value along.
        if re.fullmatch(r"(case 0|default): ((var_[a-z]# = var_[a-z]#; )*)goto (var_[BLSI]#|var_Bfunc);", text):
            return
        if re.fullmatch(r"switch \((var_i#|0)\) \{", text):
            return
        match = re.fullmatch(r"if \((.*?)\) \{(.*)", text)
        if match and re.fullmatch(r"!?\(?var_[a-z]#\)?|0", match[1]):
            self.check_shape(match[2].removesuffix("}"), line)
            return
        match = re.fullmatch(r"(.*?)goto (var_[BLSI]#|var_Bfunc);", text)
        if match:
            for part in match[1].split(";"):
                if part.strip():
                    self.statement(part.strip(), line)
            return
        if re.fullmatch(r"(u32|u64|f32|f64|v128) (var_[a-z]+#( = 0| = simde_wasm_i64x2_make\(0, 0\))?(, )?)+[;,]?", text):
            return
        if re.fullmatch(r"(var_[a-z]+#( = 0| = simde_wasm_i64x2_make\(0, 0\))?(, )?)+[;,]", text):
            return
        if text.endswith(";"):
            for part in text[:-1].split("; "):
                self.statement(part.removeprefix("return ").strip(), line)
            return
        raise Refused(f"a line that wasm2c is not known to write: {line.strip()[:200]}")

    def statement(self, text, line):
        if text == "ret":
            return
        # What an exported function hands on.
        text = re.sub(r"^(u32|u64|f32|f64) ret = (?=w2c_guest_)", "", text)
        match = re.fullmatch(r"(var_[a-z]+#|instance->(w2c_\w+)) ([-+*/&|^]|<<|>>)?= (.*)", text)
        if match:
            if match[2] and match[2] not in self.module.fields:
                raise Refused(f"an unknown global: {line.strip()[:200]}")
            text = match[4]
        self.expression(text, line)

    def expression(self, text, line):
        def refuse(why):
            raise Refused(f"{why}: {line.strip()[:200]}")

        text = re.sub(r"\binstance->w2c_memory\.pages\b", "0", text)
        tokens = [token for token in TOKEN.findall(text) if not token.isspace()]
        i = 0
        while i < len(tokens):
            token = tokens[i]
            before = tokens[i - 1] if i else ""
            following = tokens[i + 1] if i + 1 < len(tokens) else ""
            if token in LOADS or token in STORES or VECTOR_ACCESS.fullmatch(token) or token == "wasm_rt_grow_memory":
                if tokens[i + 1 : i + 6] != ["(", "&", "instance", "->", "w2c_memory"] or tokens[i + 6] != ",":
                    refuse("an access to something else than the memory")
                i += 7
                if token == "wasm_rt_grow_memory":
                    continue
                # The address is a variable of 32 bits (declaration() sees to that), and a constant.
                address = "".join(tokens[i : i + 12])
                if not re.match(r"(goru_far\()?\(u64\)\(var_i#\)(\+0)?\)?[,)]", address):
                    refuse("an address of another form")
                continue
            if token == "CALL_INDIRECT":
                pattern = (r"CALL_INDIRECT \( instance -> (w2c_\w+) , (\w+) \( \* \) \( void \*(?: , \w+)* \) , "
                           r"(w2c_guest_t\w+) , (var_i #) , (.*)")  # fmt: skip
                match = re.fullmatch(pattern, " ".join(tokens[i:]))
                if not match or match[1] != self.module.table_field:
                    refuse("an indirect call of another form")
                rest = f"instance -> {match[1]} . data [ {match[4]} ] . module_instance"
                if not match[5].startswith(rest):
                    refuse("an indirect call with another instance")
                i += len(" ".join(tokens[i:]).split(" ")) - len(match[5][len(rest):].split())
                continue
            if token == "instance":
                if following != "->":
                    # The first argument of a function of the guest.
                    if before != "(" or not re.match(r"w2c_guest_", tokens[i - 2]):
                        refuse("the instance where it does not belong")
                    i += 1
                    continue
                field = tokens[i + 2]
                if field in self.module.instances:
                    if before != "(" or tokens[i - 2] not in self.import_names:
                        refuse("an import's instance where it does not belong")
                elif field not in self.module.fields:
                    refuse("an unknown field")
                if before == "&":
                    refuse("the address of a field")
                i += 3
                continue
            if re.fullmatch(r"var_[a-z]+", token):
                if following != "#":
                    refuse("an unknown variable")
                i += 2
                continue
            if token in TYPES:
                if before != "(" or following != ")":
                    refuse("a type that is no cast")
            elif re.match(r"[A-Za-z_]", token):
                called = following == "("
                known = (token in PLAIN or PLAIN_SHAPES.fullmatch(token) or token in self.import_names
                         or re.match(r"w2c_guest_\w+$", token) or token == "goru_far")  # fmt: skip
                if not called or not known:
                    refuse(f"an unknown operation {token}")
            elif token == "0":
                pass
            elif token not in OPERATORS:
                refuse(f"an unexpected {token!r}")
            elif token in "*&" and (before not in ("#", ")", "0") or (before == ")" and tokens[i - 2] in TYPES)):
                # Multiplication and conjunction have a left side; nothing is dereferenced and no address taken.
                refuse("a pointer")
            i += 1


# --- The declarations ---------------------------------------------------------------------------------------------------

LETTERS = {"u32": "i", "u64": "I", "f32": "f", "f64": "F", "void": ""}
MEMBERS = {"u32": "i32", "u64": "i64", "f32": "f32", "f64": "f64"}


def parse_parameters(text):
    parts = [part.strip() for part in text.split(",")]
    kinds = [part.split(" ")[0] for part in parts[1:]]
    if any(kind not in MEMBERS for kind in kinds):
        raise Refused(f"a parameter of another type than i32, i64, f32 and f64: {text}")
    return kinds


def unescape(name):
    return name.replace("\\'", "'")


def read_header(text, module):
    struct = re.search(r"typedef struct w2c_guest \{\n(.*?)\n\} w2c_guest;", text, re.S)
    if not struct:
        raise Refused("no instance in the header of wasm2c")
    memories = 0
    for line in struct[1].split("\n"):
        field = line.strip()
        if match := re.fullmatch(r"struct w2c_\w+\* (w2c_\w+_instance);", field):
            module.instances.add(match[1])
        elif match := re.fullmatch(r"(u32|u64|f32|f64|v128) (w2c_\w+);", field):
            module.fields[match[2]] = match[1]
        elif field == "wasm_rt_memory_t w2c_memory;" or re.fullmatch(r"wasm_rt_memory_t w2c_\w+;", field):
            memories += 1
            module.memory_field = field.split(" ")[1].rstrip(";")
        elif match := re.fullmatch(r"wasm_rt_funcref_table_t (w2c_\w+);", field):
            if module.table_field:
                raise Refused("a second table")
            module.table_field = match[1]
        elif field:
            raise Refused(f"the instance has {field}")
    if memories != 1:
        raise Refused(f"{memories} memories; a guest has one of its own")

    for kind, names, declaration in re.findall(r"/\* (import|export): (.*?) \*/\n(.*?;)", text, re.S):
        declaration = " ".join(declaration.split())
        names = re.findall(r"'((?:[^'\\]|\\.)*)'", names)
        if kind == "import":
            match = re.fullmatch(r"(\w+) (w2c_\w+)\((struct w2c_\w+\*.*)\);", declaration)
            if not match or match[1] not in LETTERS:
                raise Refused(f"an import of another kind: {declaration}")
            module.imports.append((names[0], names[1], match[2], match[1], parse_parameters(match[3])))
        elif match := re.fullmatch(r"(u32|u64|f32|f64)\* (w2c_\w+)\(w2c_guest\* instance\);", declaration):
            module.globals.append((names[0], match[2], match[1]))
        elif re.fullmatch(r"wasm_rt_(memory|funcref_table)_t\* w2c_\w+\(w2c_guest\* instance\);", declaration):
            pass
        elif (match := re.fullmatch(r"(\w+) (w2c_\w+)\((w2c_guest\*.*)\);", declaration)) and match[1] in LETTERS:
            module.functions.append((names[0], match[2], match[1], parse_parameters(match[3])))
        else:
            raise Refused(f"an export of another kind: {declaration}")


# --- The code -----------------------------------------------------------------------------------------------------------

SEGUE = re.compile(r"#if WASM_RT_USE_SEGUE\n(?:  .*\n)*?#endif\n")
FUNCTION = re.compile(r"^(?:static )?(?:\w+)\*? (w2c_guest_\w+|init_\w+|wasm2c_guest_\w+)\(")
INDEX_OF_INSTANCE = re.compile(r"(CALL_INDIRECT\(instance->w2c_\w+, [^;]*?, w2c_guest_t\d+, (var_i\d+), )instance->w2c_\w+\.data\[\2\]\.module_instance")
OFFSET = re.compile(r"\(u64\)\((var_\w+)\) \+ (\d+)(u?)(?=[,)])")


def far_offset(match):
    if int(match[2]) < LARGEST_OFFSET:
        return match[0]
    return f"goru_far((u64)({match[1]}) + {match[2]}ull)"


class Translator:
    def __init__(self, module):
        self.module = module
        self.checker = Checker(module)

    def read_types(self, text):
        strings = {}
        for name, content in re.findall(r'^FUNC_TYPE_EXTERN_T\((w2c_guest_t\d+)\) = "(.*)";$', text, re.M):
            self.module.types[name] = strings.setdefault(content, len(strings) + 1)
        return re.sub(r"^FUNC_TYPE_EXTERN_T.*\n", "", text, flags=re.M)

    def file(self, text):
        """One file of wasm2c's, checked and changed: a list of lines."""
        text = self.read_types(text)
        text = SEGUE.sub("", text)
        lines = text.split("\n")
        out = []
        i = 0
        while i < len(lines):
            line = lines[i]
            if re.fullmatch(r"|typedef int dummy_def;|/\* (Automatically generated by wasm2c|Empty wasm2c generated file|export: .*) \*/", line):
                i += 1
            elif line == '#include "guest-impl.h"':
                out.append(line)
                i += 1
            elif match := re.fullmatch(r"(?:static )?const wasm_elem_segment_expr_t (\w+)\[\] = \{", line):
                i = self.elements(match[1], lines, i + 1)
            elif match := re.fullmatch(r"(?:static )?const u8 (data_segment_data_\w+)\[\] = \{", line):
                out.append(line)
                self.module.data_arrays.add(match[1])
                i += 1
                while lines[i] != "};":
                    if not re.fullmatch(r"  (0x[0-9a-f]{2}, ?)*", lines[i]):
                        raise Refused(f"data of another form: {lines[i][:80]}")
                    out.append(lines[i])
                    i += 1
                out.append("};")
                i += 1
            elif FUNCTION.match(line):
                end = lines.index("}", i)
                self.function(lines[i : end + 1], out)
                i = end + 1
            else:
                raise Refused(f"not known outside of functions: {line[:160]}")
        return out

    def elements(self, name, lines, i):
        entries = []
        while lines[i] != "};":
            match = re.fullmatch(
                r"  \{RefFunc, (w2c_guest_t\d+), \(wasm_rt_function_ptr_t\)(w2c_\w+), \{NULL\}, (0|offsetof\(w2c_guest, \w+\))\},", lines[i])
            if not match or match[3] != "0":
                raise Refused(f"a table entry of another form (an import, or null): {lines[i].strip()}")
            entries.append((match[1], match[2]))
            i += 1
        self.module.element_arrays[name] = entries
        return i + 1

    def function(self, lines, out):
        name = FUNCTION.match(lines[0])[1]
        body = lines[1:-1]
        if name == "init_tables":
            self.tables(body)
            return
        if name == "init_memories":
            out += [lines[0], *self.memories(body), "}"]
            return
        if name in ("init_elem_instances", "init_data_instances"):
            if any(line.strip() for line in body):
                raise Refused("passive data, or passive elements of a table")
            return
        if name == "init_instance_import":
            return
        if name.startswith("wasm2c_guest_"):
            if name == "wasm2c_guest_instantiate":
                self.instantiate(body)
            return
        if name.startswith("init_") and name != "init_globals":
            raise Refused(f"the module needs {name}")
        if len(body) == 1 and (match := re.fullmatch(r"  return &instance->(w2c_\w+);", body[0])):
            # The getter of an exported global, a memory or a table.
            self.module.globals = [
                (entry[0], match[1], entry[2]) if entry[1] == name else entry for entry in self.module.globals]
            return
        # Parameters may go on over several lines.
        head = 0
        signature = lines[0]
        while not signature.endswith("{"):
            head += 1
            signature = signature.rstrip() + " " + lines[head].strip()
        if not re.fullmatch(
            r"(static )?(void|u32|u64|f32|f64|v128) \w+\(w2c_guest\* instance(, (u32|u64|f32|f64|v128) var_p\d+)*\) \{", signature):
            raise Refused(f"a function of another form: {signature[:160]}")
        out += lines[: head + 1]
        start = None
        for line in lines[head + 1 : -1]:
            if "CALL_INDIRECT" in line:
                self.checker.check(line)
                line = INDEX_OF_INSTANCE.sub(r"\1instance", line)
            else:
                if "(u64)(" in line:
                    line = OFFSET.sub(far_offset, line)
                self.checker.check(line)
            text = line.lstrip()
            if text.startswith("switch ("):
                start = len(out)
            elif text == "}" and start is not None:
                out[start:] = jump_through_labels(out[start:] + [line])
                start = None
                continue
            out.append(line)
        out.append("}")

    def tables(self, body):
        for line in body:
            text = line.strip()
            if match := re.fullmatch(r"wasm_rt_allocate_funcref_table\(&instance->(w2c_\w+), (\d+), \d+\);", text):
                self.module.table = [None] * int(match[2])
            elif match := re.fullmatch(r"funcref_table_init\(&instance->w2c_\w+, (\w+), (\d+), (\d+)u, 0, (\d+), instance\);", text):
                # Without elements there is no array.
                entries = [] if match[1] == "NULL" else self.module.element_arrays.get(match[1])
                if entries is None:
                    raise Refused("elements that are not there")
                start = int(match[3])
                if len(entries) != int(match[2]) or start + len(entries) > len(self.module.table):
                    raise Refused("elements that lie outside of their table")
                self.module.table[start : start + len(entries)] = entries
            elif text:
                raise Refused(f"a table that is made in another way: {text[:160]}")

    def memories(self, body):
        out = []
        for line in body:
            text = line.strip()
            if match := re.fullmatch(r"wasm_rt_allocate_memory\(&instance->(w2c_\w+), (\d+), (\d+), 0\);", text):
                self.module.pages = (int(match[2]), int(match[3]))
                out.append(f"  instance->{match[1]}.pages = {match[2]};")
                out.append(f"  instance->{match[1]}.size = {int(match[2]) * 65536}ull;")
            elif match := re.fullmatch(r"LOAD_DATA\(instance->w2c_\w+, \d+u, (\w+), (\d+)\);", text):
                if match[1] not in self.module.data_arrays and (match[1], match[2]) != ("NULL", "0"):
                    raise Refused("data that is not there")
                out.append(line)
            elif text:
                raise Refused(f"a memory that is made in another way: {text[:160]}")
        return out

    def instantiate(self, body):
        for line in body:
            text = line.strip()
            if not re.fullmatch(r"assert\(wasm_rt_is_initialized\(\)\);|init_\w+\(instance.*\);|", text):
                raise Refused(f"a start function, or something else at the module's start: {text[:160]}")


def jump_through_labels(lines):
    """A switch, from its head to its closing brace; changed where it is an interpreter's."""
    variable = re.fullmatch(r" *switch \((var_i\d+)\) \{", lines[0])
    matches = [re.fullmatch(r" *case (\d+): (?:.*; )?goto (\w+);", line) for line in lines[1:-2]]
    other = re.fullmatch(r" *default: (?:.*; )?goto (\w+);", lines[-2])
    if not variable or not other or [match and match[1] for match in matches] != [str(i) for i in range(len(matches))]:
        raise Refused("a switch of another form")
    targets = [match[2] for match in matches]
    if len(set(targets)) < FEWEST_TARGETS or any(" = " in line for line in lines[1:-1]):
        return lines
    table = ", ".join(f"(s32)((char*)&&{target} - (char*)&&{other[1]})" for target in [*targets, other[1]])
    bound = f"({variable[1]} < {len(targets)}u ? {variable[1]} : {len(targets)}u)"
    return [
        f"  {{ static const s32 goru_labels[] = {{{table}}};",
        f"    goto *(void*)((char*)&&{other[1]} + goru_labels{bound.replace('(', '[', 1)[:-1]}]); }}",
    ]


# --- What is added ------------------------------------------------------------------------------------------------------


def signature_of(result, parameters):
    return "".join(LETTERS[kind] for kind in parameters) + ":" + LETTERS[result]


def quoted(text):
    return '"' + "".join(c if c.isalnum() or c in "_.:- " else f"\\{ord(c):03o}" for c in text) + '"'


def write_glue(module, march, module_hash):
    out = ['#include "guest-impl.h"', "", "void goru_instantiate_guest(w2c_guest* instance);", ""]
    out += [
        "_Static_assert(sizeof(w2c_guest) <= GORU_MEMORY_DISTANCE - GORU_FRONT_HEADER, \"too many globals\");",
        "_Static_assert(sizeof(struct goru_front) <= GORU_FRONT_HEADER, \"\");",
        "",
    ]
    for index, (_, _, name, result, parameters) in enumerate(module.imports):
        struct = re.search(rf"\b{name}\((struct w2c_\w+\*)", module.header)[1]
        arguments = "".join(f", {kind} p{i}" for i, kind in enumerate(parameters))
        out += [
            f"{result} {name}({struct} instance{arguments}) {{",
            f"  union goru_value values[{max(1, len(parameters))}];",
            *(f"  values[{i}].{MEMBERS[kind]} = p{i};" for i, kind in enumerate(parameters)),
            "  goru_call_host(instance, %d, values);" % index,
            *([f"  return values[0].{MEMBERS[result]};"] if result != "void" else []),
            "}",
            "",
        ]
    for index, (_, name, result, parameters) in enumerate(module.functions):
        arguments = "".join(f", values[{i}].{MEMBERS[kind]}" for i, kind in enumerate(parameters))
        call = f"{name}(instance{arguments})"
        out += [
            f"static void goru_export_{index}(void* instance, union goru_value* values) {{",
            "  goru_look_at_memory(instance);",
            f"  values[0].{MEMBERS[result]} = {call};" if result != "void" else f"  {call};",
            "}",
            "",
        ]
    out += [
        "static void goru_instantiate(void* instance, union goru_value* values) {",
        "  (void)values;",
        "  goru_instantiate_guest(instance);",
        "}",
        "",
        "static const struct goru_import goru_imports[] = {",
        *(f"    {{{quoted(m)}, {quoted(n)}, \"{signature_of(r, p)}\"}}," for m, n, _, r, p in module.imports),
        "    {0, 0, 0}};",
        "static const struct goru_export goru_exports[] = {",
        *(f"    {{{quoted(n)}, \"{signature_of(r, p)}\", goru_export_{i}}},"
          for i, (n, _, r, p) in enumerate(module.functions)),
        "    {0, 0, 0}};",
        "static const struct goru_global goru_globals[] = {",
        *(f"    {{{quoted(n)}, offsetof(w2c_guest, {field}), '{LETTERS[kind]}'}}," for n, field, kind in module.globals),
        "    {0, 0, 0}};",
        "extern const char goru_code_begin[] __asm__(\"__ehdr_start\") __attribute__((visibility(\"hidden\")));",
        "extern const char goru_code_end[] __asm__(\"etext\") __attribute__((visibility(\"hidden\")));",
        "__attribute__((visibility(\"default\"))) const struct goru_guest goru_guest = {",
        "    .abi = GORU_NATIVE_ABI,",
        f"    .module_hash = \"{module_hash}\",",
        f"    .march = \"{march}\",",
        "    .instance_size = sizeof(w2c_guest),",
        f"    .pages_offset = offsetof(w2c_guest, {module.memory_field}.pages),",
        f"    .first_pages = {module.pages[0]},",
        f"    .most_pages = {module.pages[1]},",
        f"    .imports = goru_imports, .import_count = {len(module.imports)},",
        f"    .exports = goru_exports, .export_count = {len(module.functions)},",
        f"    .globals = goru_globals, .global_count = {len(module.globals)},",
        "    .instantiate = goru_instantiate,",
        "    .code_begin = goru_code_begin,",
        "    .code_end = goru_code_end,",
        "};",
        "",
    ]  # fmt: skip
    return "\n".join(out)


HOST_CALLS = """
static inline void goru_call_host(void* instance, uint32_t import, union goru_value* values) {
  struct goru_front* front = goru_front_of(instance);
  if (UNLIKELY((uintptr_t)__builtin_frame_address(0) < front->stack_limit)) wasm_rt_trap(GORU_TRAP_STACK);
  if (UNLIKELY(front->call(front->host, import, values) != 0)) wasm_rt_trap(GORU_TRAP_LEAVE);
  goru_look_at_memory(instance);
}

static inline uint32_t wasm_rt_grow_memory(wasm_rt_memory_t* memory, uint64_t pages) {
  void* instance = (char*)memory - GORU_MEMORY_FIELD;
  struct goru_front* front = goru_front_of(instance);
  if (UNLIKELY((uintptr_t)__builtin_frame_address(0) < front->stack_limit)) wasm_rt_trap(GORU_TRAP_STACK);
  uint32_t before = front->grow(front->host, (uint32_t)pages);
  goru_look_at_memory(instance);
  return before;
}
"""


def write_table(module):
    out = ["  .section .rodata.goru_table,\"a\",@progbits", "  .p2align 4", "  .hidden goru_table", "  .globl goru_table", "goru_table:"]
    for entry in module.table:
        if entry is None:
            out.append("  .long 0, 0")
        else:
            out.append(f"  .long {module.types[entry[0]]}, {entry[1]} - goru_table")
    out += ["  .long 0, 0", "  .size goru_table, . - goru_table", "  .section .note.GNU-stack,\"\",@progbits", ""]
    return "\n".join(out)


def translate(directory, march, module_hash):
    """Changes the files that wasm2c wrote into `directory`. Returns the names of those to compile."""
    module = Module()
    header = (directory / "guest.h").read_text()
    module.header = header
    read_header(header, module)
    prelude, declarations = split_prelude((directory / "guest-impl.h").read_text())
    prelude = change_prelude(prelude)
    if module.memory_field != "w2c_memory":
        raise Refused("the memory has another name than `memory`; export it under that name")
    translator = Translator(module)
    files = sorted(directory.glob("guest_*.c"), key=lambda path: int(path.stem.split("_")[1]))
    sources = [(path, path.read_text()) for path in files]
    for _, text in sources:
        translator.read_types(text)
    changed = [(path, translator.file(text)) for path, text in sources]
    if module.pages is None or module.pages[0] == 0:
        raise Refused("a guest without memory at its start cannot be stopped")
    declarations = re.sub(r"^extern const wasm_elem_segment_expr_t.*\n", "", declarations, flags=re.M)
    declarations = re.sub(r"^FUNC_TYPE_DECL_EXTERN_T.*\n", "", declarations, flags=re.M)
    constants = [f"#define GORU_TABLE_SIZE {len(module.table)}u"]
    constants += [f"#define GORU_TYPE_{name} {number}u" for name, number in module.types.items()]
    constants += [f"#define GORU_MEMORY_FIELD offsetof(w2c_guest, {module.memory_field})"]
    prelude = replace_once(prelude, '#include "guest.h"\n', '#include "guest.h"\n' + "\n".join(constants) + "\n")
    (directory / "guest-impl.h").write_text(prelude + HOST_CALLS + "\n" + declarations)
    for number, (path, lines) in enumerate(changed):
        if number == 0:
            lines.append("void goru_instantiate_guest(w2c_guest* instance);")
            lines.append("void goru_instantiate_guest(w2c_guest* instance) {")
            lines += [f"  instance->{name} = (void*)instance;" for name in sorted(module.instances)]
            if any(line.startswith("static void init_globals") for line in lines):
                lines.append("  init_globals(instance);")
            lines.append("  init_memories(instance);")
            lines.append("}")
        path.write_text("\n".join(lines) + "\n")
    (directory / "goru_glue.c").write_text(write_glue(module, march, module_hash))
    (directory / "goru_table.s").write_text(write_table(module))
    (directory / "goru_order.txt").write_text("\n".join(order_of_functions(changed)) + "\n")
    return [path.name for path, lines in changed if len(lines) > 1] + ["goru_glue.c", "goru_table.s"]


def order_of_functions(changed):
    """Names of the functions as they lie in the module, where what a small run needs comes first (ReorderFunctions)."""
    names = set()
    for _, lines in changed:
        names.update(match[1] for line in lines if (match := FUNCTION.match(line)))
    numbered = {name: int(match[1]) for name in names if (match := re.fullmatch(r"w2c_guest_f(\d+)", name))}
    return sorted(names, key=lambda name: (numbered.get(name, -1), name))


def train(work, names, options, module):
    """Writes guest.profdata: what an object that counts has counted while it ran the programs."""
    objects = compile_files(work, names, options, ["-fprofile-generate"], ".counting.o")
    # Counts are written by code of the compiler's own that needs the C library, when the object is unloaded.
    link = [word for word in LINK if word != "-nostdlib"]
    run([*link, "-fprofile-generate", *objects, "-o", "counting.so"], cwd=work)
    place = work / "train"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    image = pathlib.Path(options.image).resolve()
    (place / image.name).symlink_to(image)
    run([options.seal, "seal", module, work / "counting.so", place / "counting.so"])
    # Each begins with a fresh image, so the counts are the same each time.
    for number, program in enumerate(options.train):
        environment = {**os.environ, "LLVM_PROFILE_FILE": str(work / f"{number}.profraw")}
        run([options.seal, "run", place / image.name, program], env=environment)
    profiles = [f"{number}.profraw" for number in range(len(options.train))]
    run(["llvm-profdata-22", "merge", *profiles, "-o", "guest.profdata"], cwd=work)


def compile_files(directory, names, options, flags, suffix=".o"):
    def one(name):
        target = directory / (name + suffix)
        command = [*options.launcher, *COMPILE, f"-O{options.optimize}", *flags]
        command += [f"-march={options.march}", f"-I{options.runtime}", "-isystem", options.simde]
        if name.endswith(".s"):
            command = ["clang-22", "-c"]
        run([*command, name, "-o", target.name], cwd=directory)
        return target.name

    # The largest first, so that none is left alone at the end.
    by_size = sorted(names, key=lambda name: -(directory / name).stat().st_size)
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        done = dict(zip(by_size, pool.map(one, by_size)))
    return [done[name] for name in names]


def check_object(path):
    """It holds what we linked and nothing that runs, or is looked up, when it is loaded."""
    symbols = run(["llvm-readelf-22", "--dyn-syms", path])
    names = [line.split()[-1] for line in symbols.splitlines() if re.match(r" *[1-9]\d*:", line)]
    if names != ["goru_guest"]:
        raise Refused(f"the object has the symbols {names}")
    dynamic = run(["llvm-readelf-22", "-d", path])
    for tag in ("NEEDED", "INIT", "FINI", "TEXTREL", "JMPREL", "RUNPATH", "RPATH"):
        if re.search(rf"\({tag}", dynamic):
            raise Refused(f"the object has {tag}")
    for line in run(["llvm-readelf-22", "-r", path]).splitlines():
        if "R_X86_64_" in line and "R_X86_64_RELATIVE" not in line:
            raise Refused(f"the object has the relocation {line.strip()}")
    for line in run(["llvm-readelf-22", "-lW", path]).splitlines():
        if re.search(r" RWE ", line):
            raise Refused("the object has memory that is written to and executed")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--wabt", required=True, help="the directory of wabt 1.0.36 (scripts/fetch.py)")
    parser.add_argument("--seal", required=True, help="goru-image")
    parser.add_argument("--runtime", required=True, help="the directory of wasm-rt.h")
    parser.add_argument("--simde", required=True, help="where simde/ is (scripts/fetch.py)")
    parser.add_argument("--march", default="x86-64-v2")
    parser.add_argument("--optimize", default="2", choices=("1", "2", "3"), help="clang's -O")
    parser.add_argument("--launcher", type=lambda text: [text] if text else [], default=[], help="such as ccache")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--keep", help="leave the C code here")
    parser.add_argument("--image", help="an image of the module, for --train")
    parser.add_argument("--train", action="append", default=[], metavar="PROGRAM", help="a program for a profile")
    parser.add_argument("module")
    parser.add_argument("output")
    options = parser.parse_args()
    options.runtime = pathlib.Path(options.runtime).resolve()

    work = pathlib.Path(tempfile.mkdtemp(prefix="goru-guest-")) if not options.keep else pathlib.Path(options.keep)
    work.mkdir(parents=True, exist_ok=True)
    try:
        module = pathlib.Path(options.module).resolve()
        module_hash = run([options.seal, "hash", module]).strip()
        # So that each file takes some seconds; with one alone wasm2c writes no header for several.
        outputs = max(2, min(64, module.stat().st_size // 220_000))
        wasm2c = [sys.executable, pathlib.Path(__file__).with_name("wasm2c.py"), options.wabt]
        run([*wasm2c, "--module-name=guest", "--no-debug-names", f"--num-outputs={outputs}", module, "-o", work / "guest.c"])
        names = translate(work, options.march, module_hash)
        if options.train:
            train(work, names, options, module)
        objects = compile_files(work, names, options, USE_PROFILE if options.train else [])
        run([*LINK, "-Wl,--symbol-ordering-file=goru_order.txt", *objects, "-o", "guest.so"], cwd=work)
        check_object(work / "guest.so")
        run([options.seal, "seal", module, work / "guest.so", options.output])
    except Refused as refused:
        sys.exit(f"compile_guest: {options.module}: {refused}")
    finally:
        if not options.keep:
            shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()
