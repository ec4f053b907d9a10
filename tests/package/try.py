#!/usr/bin/env python3
"""Makes the Debian package of a build, looks into it and tries it.

usage: try.py BUILD WORK                 unpacks it and runs what is in it
       try.py BUILD WORK --root [DIR]    installs it with dpkg in a root of Debian that has what the package depends on and nothing
                                         else, and runs it there; lintian must find no error. DIR is a root to take a copy of
"""

import argparse
import os
import pathlib
import re
import shutil
import stat
import subprocess
import sys

# What Debian's rules do not foresee has its reason in packaging/lintian-overrides.
LINTIAN = ["lintian", "--allow-root", "--fail-on", "error", "--tag-display-limit", "0"]

RUNS = [
    # Arguments, standard input, what standard output says.
    (["-c", "import sqlite3, zlib; print(1 + 1)"], "", "2\n"),
    (["-l", "python3.12", "-c", "import sys; print(sys.version_info[:2])"], "", "(3, 12)\n"),
    (["-l", "js", "-c", "console.log([3, 1, 2].toSorted().length)"], "", "3\n"),
    (["-l", "ts", "-c", "const a: number = 4; console.log(a)"], "", "4\n"),
    ([], "print(len('abc'))", "3\n"),
    (["repl"], "x = 20\nx + 1\n", "21\n"),
    # The libraries that are loaded when they are needed: SQLite, and libcurl, which finds nobody behind the port.
    (["--kv-file", "/tmp/goru-store.db", "-c", "kv.set('a', 1); print(kv.get('a'))"], "", "1\n"),
    (
        ["--allow-host", "localhost:1", "--allow-network", "127.0.0.0/8", "--allow-network", "::1/128", "-c",
         "try:\n    http.get('http://localhost:1/')\nexcept Exception as error:\n    print('libcurl' in str(error), 'connect' in str(error).lower())"],
        "", "False True\n",
    ),
]  # fmt: skip


def run(*command, **options):
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False, **options)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def wanted(condition, what):
    if not condition:
        sys.exit(f"the package: {what}")


def make(build, work, compression):
    directory = work / "made"
    # What was staged for an earlier one stays in the build directory otherwise.
    run("cpack", "--config", build / "CPackConfig.cmake", "-B", directory, *compression, cwd=build)
    (package,) = directory.glob("goru_*.deb")
    return package


def look_into(package, work):
    """What the package says of itself, and what is in it; returns where it is unpacked."""
    tree, control = work / "tree", work / "control"
    run("dpkg-deb", "-x", package, tree)
    run("dpkg-deb", "-e", package, control)
    fields = dict(re.findall(r"^([A-Z][\w-]*): (.*)$", (control / "control").read_text(), re.MULTILINE))
    wanted(fields["Package"] == "goru" and fields["Architecture"] == "amd64", f"is called {fields}")
    for name in ("libc6", "libstdc++6", "libedit2", "libcurl4", "libsqlite3-0", "libzip4", "libssl3"):
        wanted(re.search(rf"(?:^|, ){re.escape(name)}(?:$|[, ])", fields["Depends"]), f"does not depend on {name}: {fields['Depends']}")

    run("md5sum", "--check", "--quiet", control / "md5sums", cwd=tree)
    summed = {line.split("  ", 1)[1] for line in (control / "md5sums").read_text().splitlines()}
    files = {str(path.relative_to(tree)) for path in tree.rglob("*") if path.is_file() and not path.is_symlink()}
    wanted(summed == files, f"has other files than md5sums: {sorted(summed ^ files)}")

    for name in (
        "bin/goru", "lib/*/goru/libgoru-wasmtime.so", "share/goru/images/python-3.13.img", "share/goru/images/python-3.12.img",
        "share/goru/images/javascript.img", "share/goru/images/typescript.img", "include/goru/goru.hpp", "lib/*/cmake/goru/goruConfig.cmake",
        "share/man/man1/goru.1.gz", "share/bash-completion/completions/goru", "share/zsh/vendor-completions/_goru",
        "share/fish/vendor_completions.d/goru.fish", "share/doc/goru/copyright", "share/doc/goru/changelog.gz", "share/doc/goru/licenses/wasmtime.txt",
    ):  # fmt: skip
        wanted(len(list((tree / "usr").glob(name))) == 1 or len(list((tree / "usr").glob(name.replace("lib/*", "lib")))) == 1, f"lacks {name}")
    wanted(not (tree / "usr/share/zsh/site-functions").exists(), "has zsh's local folder")

    # Every text that the list of licences names came along.
    doc = tree / "usr/share/doc/goru"
    terms = (doc / "copyright").read_text()
    named = re.findall(r"`(licenses/[^`]*)`", (doc / "LICENSES.md").read_text())
    wanted(len(named) > 20, "names few licences")
    for name in named:
        wanted(list(doc.glob(name.rstrip("/"))), f"lacks {name}")
        wanted(name in terms, f"has a copyright file without {name}")

    for path in tree.rglob("*"):
        status = path.lstat()
        if path.is_symlink():
            continue
        executable = path.is_dir() or path.parent.name == "bin"
        wanted(stat.S_IMODE(status.st_mode) == (0o755 if executable else 0o644), f"has {path} with mode {stat.S_IMODE(status.st_mode):o}")
    listing = run("dpkg-deb", "-c", package)
    wanted(all(line.split()[1] == "root/root" for line in listing.splitlines()), "has files that are not root's")
    return tree


def try_out(command, work, native):
    engines = [[], ["--engine", "native"]] if native else [[]]
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/tmp/goru-home", "XDG_CACHE_HOME": str(work)}
    for engine in engines:
        for arguments, stdin, stdout in RUNS:
            line = [*arguments[:1], *engine, *arguments[1:]] if arguments[:1] == ["repl"] else [*engine, *arguments]
            done = subprocess.run([*command, *line], input=stdin, capture_output=True, text=True, check=False, env=environment)
            wanted((done.returncode, done.stdout) == (0, stdout), f"goru {line} came to {done}")
    version = subprocess.run([*command, "--version"], capture_output=True, text=True, check=True, env=environment).stdout
    wanted("CPython 3.13" in version and "QuickJS" in version and "not found" not in version, f"has {version}")


def new_root(package, directory, copy_of):
    """A root of Debian with what the package depends on."""
    if copy_of:
        run("cp", "-a", copy_of, directory)
        return
    depends = run("dpkg-deb", "-f", package, "Depends")
    # Of alternatives the first; versions are dpkg's to check.
    names = [re.sub(r"\s*(\|.*|\(.*)", "", one).strip() for one in depends.split(",")]
    release = dict(re.findall(r"^(\w+)=\"?([^\"\n]*)\"?$", pathlib.Path("/etc/os-release").read_text(), re.MULTILINE))
    print(f"package: making a root of {release['VERSION_CODENAME']} with {', '.join(names)}", flush=True)
    run("mmdebstrap", "--quiet", "--variant=essential", f"--include={','.join(names)}", release["VERSION_CODENAME"], directory)


def in_a_root(package, work, native, copy_of):
    root = work / "root"
    new_root(package, root, copy_of)
    wanted(not (root / "usr/bin/goru").exists(), "is in the root already")
    (root / "tmp/goru.deb").write_bytes(package.read_bytes())
    enter = ["unshare", "--mount", "--pid", "--fork", "sh", "-c", 'mount -t proc proc "$1/proc" && root=$1 && shift && exec chroot "$@"', "sh", root]
    # As root it is installed, as somebody else it is used.
    print(run(*enter, root, "dpkg", "-i", "/tmp/goru.deb"), end="")
    somebody = [*enter, "--userspec=1234:1234", root, "/usr/bin/goru"]
    wanted(run(*enter, root, "dpkg", "--verify", "goru") == "", "is not what was installed")
    cache = root / "tmp/cache"
    cache.mkdir(mode=0o700)
    os.chown(cache, 1234, 1234)
    try_out(list(map(str, somebody)), "/tmp/cache", native)
    run(*enter, root, "dpkg", "--purge", "goru")
    left = [str(path) for path in (root / "usr").rglob("*goru*")]
    wanted(not left, f"leaves {left}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("--root", nargs="?", const="", default=None)
    parser.add_argument("--package", type=pathlib.Path, help="one that is there already")
    arguments = parser.parse_args()
    build, work = arguments.build.resolve(), arguments.work.resolve()
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    # Looking into one does not take what compressing one does.
    fast = ["-D", "CPACK_DEBIAN_COMPRESSION_TYPE=none"] if arguments.root is None else []
    package = arguments.package or make(build, work, fast)
    tree = look_into(package, work)
    native = bool(list((tree / "usr/share/goru/images").glob("*.so")))
    cache = work / "cache"
    cache.mkdir(mode=0o700)
    try_out([str(tree / "usr/bin/goru")], cache, native)
    if arguments.root is not None:
        print(run(*LINTIAN, package), end="")
        in_a_root(package, work, native, arguments.root)
    print(f"package: {package.name} works" + (", with native code" if native else ""))
    shutil.rmtree(work)


if __name__ == "__main__":
    main()
