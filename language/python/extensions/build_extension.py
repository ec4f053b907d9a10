#!/usr/bin/env python3
"""Compiles a native Python package to objects that the Python 3.13 guest is linked with.

usage: build_extension.py RECIPE_DIR INTERPRETER.tar WASI_SYSROOT OUTPUT.tar

RECIPE_DIR/recipe.json describes the package (README.md says how); the sources that it names are fetched. The archive holds

    lib/lib<name>.a     the objects of all modules and what they need
    modules.txt         `dotted.name entry_point` of each extension module
    site/               the Python files, with the distribution's metadata
    exports/            what packages that build on it compile against

The same inputs give the same bytes. Needs clang 22, libc++ for wasm32, llvm 22 and ninja.
"""

import base64
import email.parser
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time

import check_methods

HERE = pathlib.Path(__file__).resolve().parent
SUFFIX = ".cpython-313-wasm32-wasi.so"
EPOCH = 1749600000
# What Debian's libc++ for wasm32 brings.
LIBCXX = pathlib.Path("/usr/lib/llvm-22")
# No bulk-memory instructions: they run as native code of the engine, where a guest cannot be stopped.
FLAGS = ["-mno-bulk-memory", "-mno-bulk-memory-opt", "-msimd128", "-O3", "-DNDEBUG", "-w", "-Wno-deprecated"]
EMULATED = ["SIGNAL", "MMAN", "PROCESS_CLOCKS", "GETPID"]


class BuildError(Exception):
    pass


started = time.monotonic()


def step(recipe, text):
    print(f"{recipe['name']}, {time.monotonic() - started:.0f} s: {text}", file=sys.stderr, flush=True)


def quietly(command, **options):
    """Runs a command whose output matters only where it fails."""
    done = subprocess.run(
        [str(part) for part in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options
    )
    if done.returncode != 0:
        tail = "\n".join(done.stdout.strip().splitlines()[-60:])
        raise BuildError(f"{' '.join(map(str, command[:4]))} ... failed:\n{tail}")
    return done.stdout


def apply_fixes(source, fixes):
    """Replaces what the recipe says. A source that looks otherwise is refused: the fix was made for another one."""
    for fix in fixes:
        path = source / fix["file"]
        text = path.read_text()
        old = "\n".join(fix["old"]) if isinstance(fix["old"], list) else fix["old"]
        new = "\n".join(fix["new"]) if isinstance(fix["new"], list) else fix["new"]
        count = text.count(old)
        if count != fix.get("times", 1):
            raise BuildError(f"{fix['file']}: what is to be replaced is there {count} times, not {fix.get('times', 1)}:\n{old}")
        path.write_text(text.replace(old, new))


def write_program(path, text):
    path.write_text(text)
    path.chmod(0o755)


class Build:
    def __init__(self, recipe_dir, interpreter, sysroot, fetched, work):
        self.recipe_dir = recipe_dir
        self.recipe = json.loads((recipe_dir / "recipe.json").read_text())
        self.sysroot = sysroot
        self.fetched = fetched
        self.work = work
        self.python = work / "python"
        self.source = work / "source"
        self.build = work / "build"
        self.links = work / "links"
        self.tools = work / "tools"
        self.site = work / "site"
        for directory in (self.python, self.links, self.tools, self.site):
            directory.mkdir()
        with tarfile.open(interpreter) as archive:
            archive.extractall(self.python, filter="data") if hasattr(tarfile, "data_filter") else archive.extractall(self.python)
        shutil.copytree(fetched[self.recipe["source"]], self.source, symlinks=True)
        for path in [self.source, *self.source.rglob("*")]:
            if not path.is_symlink():
                path.chmod(path.stat().st_mode | 0o600)
        apply_fixes(self.source, self.recipe.get("fixes", []))
        for name in self.recipe.get("files", []):
            target = self.source / name["to"]
            known = name.get("replaces")
            if known and hashlib.sha256(target.read_bytes()).hexdigest() != known:
                raise BuildError(f"{name['to']} is not the file that {name['from']} was written to replace")
            if not known and target.exists():
                raise BuildError(f"{name['to']} is there already")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(recipe_dir / name["from"], target)

    def compile_flags(self):
        target = ["--target=wasm32-wasi", f"--sysroot={self.sysroot}"]
        maps = [f"-ffile-prefix-map={self.source}={self.recipe['name']}", f"-ffile-prefix-map={self.build}=build",
                f"-ffile-prefix-map={self.work}=build", "-ffile-prefix-map=..=."]
        return [*target, *FLAGS, *(f"-D_WASI_EMULATED_{name}" for name in EMULATED), *maps]

    def write_tools(self):
        """The compilers, Python and Cython that the package's build calls."""
        flags = self.compile_flags()
        own = self.recipe.get("flags", [])
        recipe_flags = [flag.replace("@RECIPE@", str(self.recipe_dir)).replace("@SOURCE@", str(self.source)) for flag in own]
        cxx = ["-nostdinc++", "-isystem", str(LIBCXX / "include/wasm32-wasi/c++/v1"), *self.recipe.get("cxx_flags", ["-fno-exceptions"])]
        private = {}
        for module, names in self.recipe.get("private_names", {}).items():
            private[module] = names if isinstance(names, list) else (self.recipe_dir / names).read_text().split()
        settings = {
            "suffix": SUFFIX,
            "dropped": ["-Wl,--start-group", "-Wl,--end-group", "-Wl,--allow-shlib-undefined", "-fPIC"],
            "cc": ["clang-22", *flags, *recipe_flags],
            "c++": ["clang++-22", *flags, *cxx, *recipe_flags],
            "libraries": [f"-L{LIBCXX / 'lib/wasm32-wasi'}", "-lc++", "-lc++abi",
                          *(f"-lwasi-emulated-{name.lower().replace('_', '-')}" for name in EMULATED)],
            "links": str(self.links),
            "private_names": private,
        }
        settings_file = self.work / "settings.json"
        settings_file.write_text(json.dumps(settings))
        for kind, name in (("cc", "goru-cc"), ("c++", "goru-c++")):
            write_program(self.tools / name, f'#!/bin/sh\nexec python3 "{HERE}/cross_compiler.py" "{settings_file}" {kind} "$@"\n')
        info = {
            "variables": {"LDVERSION": "3.13", "base_prefix": "/usr", "EXT_SUFFIX": SUFFIX, "Py_GIL_DISABLED": 0},
            "paths": {"include": str(self.python / "include"), "platinclude": str(self.python / "include"),
                      "platlib": "/site", "purelib": "/site", "scripts": "/bin", "data": "/"},
            "sysconfig_paths": {"include": str(self.python / "include"), "platinclude": str(self.python / "include")},
            "install_paths": {"include": "include", "platinclude": "include", "platlib": "/site", "purelib": "/site",
                              "scripts": "/bin", "data": "/"},
            "version": "3.13", "platform": "wasi-wasm32", "is_pypy": False, "is_venv": False, "link_libpython": False,
            "suffix": SUFFIX, "limited_api_suffix": None, "is_freethreaded": False,
        }
        (self.work / "python.json").write_text(json.dumps(info))
        # Asked about itself, it says what the sandbox's Python is; else it is the one that runs here.
        write_program(self.tools / "python3", "#!/bin/sh\n"
                      f'case "$1" in */python_info.py) exec cat "{self.work}/python.json" ;; esac\n'
                      f'exec "{sys.executable}" "$@"\n')
        cython = self.fetched.get("cython")
        if cython:
            write_program(self.tools / "cython",
                          f'#!/bin/sh\nPYTHONPATH="{cython}" exec "{sys.executable}" -m cython "$@"\n')

    def build_meson(self):
        recipe = self.recipe
        meson = [sys.executable, self.fetched[recipe.get("meson_source", recipe["source"])] / "vendored-meson/meson/meson.py"]
        cross = self.work / "cross.ini"
        lines = ["[binaries]", f"c = '{self.tools}/goru-cc'", f"cpp = '{self.tools}/goru-c++'", "ar = 'llvm-ar-22'",
                 "strip = 'llvm-strip-22'", f"python = '{self.tools}/python3'"]
        if "cython" in self.fetched:
            lines.append(f"cython = '{self.tools}/cython'")
        lines += ["pkg-config = 'false'", "cmake = 'false'", "[properties]", "needs_exe_wrapper = true", "skip_sanity_check = true"]
        lines += [f"{name} = {value}" for name, value in recipe.get("meson_properties", {}).items()]
        lines += ["[host_machine]", "system = 'wasi'", "cpu_family = 'wasm32'", "cpu = 'wasm32'", "endian = 'little'", ""]
        cross.write_text("\n".join(lines))
        env = dict(os.environ, LC_ALL="C", SOURCE_DATE_EPOCH=str(EPOCH), PYTHONHASHSEED="0", PYTHONDONTWRITEBYTECODE="1",
                   PATH=f"{self.tools}:{os.environ['PATH']}")
        for name in ("CFLAGS", "CXXFLAGS", "CPPFLAGS", "LDFLAGS", "CC", "CXX", "PYTHONPATH", "MAKEFLAGS"):
            env.pop(name, None)
        step(recipe, "configuring")
        quietly([*meson, "setup", self.build, self.source, "--cross-file", cross, "--prefix=/usr", "-Dbuildtype=plain",
                 "-Db_ndebug=true", "-Ddefault_library=static", *recipe.get("options", [])], cwd=self.work, env=env)
        step(recipe, "compiling")
        quietly(["ninja", "-C", self.build, "-j", os.environ.get("JOBS") or str(os.cpu_count())], env=env)
        step(recipe, "collecting")
        quietly([*meson, "install", "-C", self.build, "--no-rebuild", "--destdir", self.work / "installed", "--tags",
                 ",".join(recipe.get("install_tags", ["runtime", "python-runtime", "devel"]))], env=env)
        installed = self.work / "installed/usr/site"
        left_out = tuple(recipe.get("left_out", []))
        exported = tuple(recipe.get("exports", []))
        for path in sorted(installed.rglob("*")):
            if exported and path.is_file() and str(path.relative_to(installed)).startswith(exported):
                target = self.work / "exports" / path.relative_to(installed)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, target)
            if path.is_file() and not path.name.endswith((SUFFIX, ".a", ".pyc", ".pyi", ".pxd", ".h")) and not str(
                    path.relative_to(installed)).startswith(left_out):
                target = self.site / path.relative_to(installed)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, target)

    def modules(self):
        found = {path.stem: json.loads(path.read_text()) for path in sorted(self.links.glob("*.json"))}
        wanted = set(self.recipe["modules"])
        left_out = set(self.recipe.get("modules_left_out", []))
        if set(found) - left_out != wanted:
            raise BuildError(f"the build made other modules than the recipe lists: {sorted((set(found) - left_out) ^ wanted)}")
        return {name: found[name] for name in sorted(wanted)}

    def unpacked(self, archive):
        """The members of a static library, as files."""
        with open(archive, "rb") as file:
            thin = file.read(8) == b"!<thin>\n"
        members = quietly(["llvm-ar-22", "t", archive], cwd=self.build).split()
        if thin:
            return [os.path.join(self.build, member) for member in members]
        directory = pathlib.Path(f"{archive}.members")
        if len(set(members)) != len(members):
            raise BuildError(f"{archive} has two members of one name")
        if not directory.exists():
            directory.mkdir()
            quietly(["llvm-ar-22", "x", archive], cwd=directory)
        return [str(directory / member) for member in members]

    def collect(self):
        """One archive of all objects. Two that define the same name would be one of them, silently: that is refused."""
        objects = []
        for inputs in self.modules().values():
            for path in inputs:
                members = [path]
                if path.endswith(".a"):
                    members = self.unpacked(path)
                objects += [m for m in members if m not in objects]
        # Two modules may have compiled the same source.
        objects.sort(key=lambda path: os.path.relpath(path, self.build))
        contents = {}
        for path in objects:
            contents.setdefault(hashlib.sha256(pathlib.Path(path).read_bytes()).digest(), path)
        objects = list(contents.values())
        owners = {}
        clashes = {}
        for line in quietly(["llvm-nm-22", "--defined-only", "--extern-only", "-A", *objects]).splitlines():
            found = re.match(r"(.*): *[0-9a-f]* +([A-Za-z]) (.+)$", line)
            if not found:
                # An object without any.
                continue
            place, kind, name = found.groups()
            if kind in "TDBR" and owners.setdefault(name, place) != place:
                clashes[name] = (owners[name], place)
        if clashes:
            text = "\n".join(f"{name}: {a} and {b}" for name, (a, b) in sorted(clashes.items())[:12])
            raise BuildError(f"{len(clashes)} names are defined twice (private_names), such as\n{text}")
        misfits = check_methods.check(objects)
        if misfits:
            raise BuildError("functions that would be a trap to call:\n" + "\n".join(misfits[:20]))
        lib = self.work / "lib"
        lib.mkdir()
        archive = lib / f"lib{self.recipe['name']}.a"
        quietly(["llvm-ar-22", "qcD", archive, *objects])

    def write_metadata(self):
        metadata = (self.source / "PKG-INFO").read_text()
        fields = email.parser.Parser().parsestr(metadata)
        info = self.site / f"{fields['Name'].replace('-', '_')}-{fields['Version']}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(metadata)
        (info / "licenses").mkdir()
        for name in self.recipe["licenses"]:
            shutil.copy(self.source / name, info / "licenses" / name.replace("/", "_"))
        (info / "INSTALLER").write_text("goru\n")
        (info / "WHEEL").write_text("Wheel-Version: 1.0\nGenerator: goru\nRoot-Is-Purelib: false\nTag: cp313-cp313-wasi_wasm32\n")
        rows = []
        for path in sorted(self.site.rglob("*")):
            if path.is_file():
                data = path.read_bytes()
                digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
                rows.append(f"{path.relative_to(self.site)},sha256={digest},{len(data)}\n")
        (info / "RECORD").write_text("".join(rows) + f"{info.name}/RECORD,,\n")

    def pack(self, output):
        (self.work / "modules.txt").write_text(
            "".join(f"{name} PyInit_{name.replace('.', '_')}\n" for name in sorted(self.recipe["modules"])))
        partial = output.with_name(f"{output.name}.{os.getpid()}.partial")
        try:
            with tarfile.open(partial, "w", format=tarfile.PAX_FORMAT) as archive:
                for top in ("exports", "lib", "modules.txt", "site"):
                    for path in sorted([self.work / top, *(self.work / top).rglob("*")]):
                        if path.is_file():
                            entry = tarfile.TarInfo(str(path.relative_to(self.work)))
                            entry.size, entry.mtime, entry.mode = path.stat().st_size, EPOCH, 0o644
                            with open(path, "rb") as file:
                                archive.addfile(entry, file)
            partial.rename(output)
        finally:
            partial.unlink(missing_ok=True)


def fetch(names):
    fetcher = HERE.parents[2] / "scripts/fetch.py"
    done = subprocess.run([sys.executable, fetcher, *names], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise SystemExit("build_extension: the sources could not be fetched, see above")
    return {name: pathlib.Path(path) for name, _, path in (line.partition("=") for line in done.stdout.splitlines())}


def main():
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    recipe_dir, interpreter, sysroot, output = (pathlib.Path(a).absolute() for a in sys.argv[1:5])
    fetched = fetch(json.loads((recipe_dir / "recipe.json").read_text())["sources"])
    work = pathlib.Path(tempfile.mkdtemp(prefix="goru-extension-"))
    try:
        build = Build(recipe_dir, interpreter, sysroot, fetched, work)
        build.write_tools()
        {"meson": build.build_meson}[build.recipe["build"]]()
        build.collect()
        build.write_metadata()
        build.pack(output)
        step(build.recipe, "done")
    except BuildError as error:
        print(f"build_extension: {error}", file=sys.stderr)
        sys.exit(1)
    finally:
        if not os.environ.get("GORU_KEEP_BUILD"):
            shutil.rmtree(work, ignore_errors=True)
        else:
            print(f"build_extension: kept {work}", file=sys.stderr)


main()
