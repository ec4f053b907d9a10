"""`goru deps` and install_pkg against an index of the test's own: what goes wrong, and what must not."""

import hashlib
import os
import re
import signal
import stat
import subprocess
import zipfile

import pytest


def test_installs_lists_removes(goru, index):
    index.add("Tea_Pot", "1.0", requires=["cup>=2"])
    index.add("cup", "1.0")
    index.add("cup", "2.0")
    index.add("spoon", "3")
    installed = goru.deps("install", "tea.pot", "spoon")
    assert (installed.stdout, installed.returncode) == ("cup 2.0\nspoon 3\ntea-pot 1.0\n", 0), installed.stderr
    assert goru.deps("list").stdout == "cup 2.0 (needed by others)\nspoon 3\ntea-pot 1.0\n"
    assert goru.code("import Tea_Pot, cup; print(cup.version)", "--packages", ".goru/python/packages").stdout == "2.0\n"
    refused = goru.deps("remove", "cup")
    assert refused.returncode == 2 and "needed by tea-pot" in refused.stderr
    assert goru.deps("remove", "TEA-pot").stdout == "removed cup\nremoved tea-pot\n"
    assert goru.deps("list").stdout == "spoon 3\n"
    assert goru.deps("remove", "nothing").returncode == 2


def test_output_is_plain_lines_without_a_terminal(goru, index):
    index.add("cup", "1.0")
    assert "\x1b" not in (installed := goru.deps("install", "cup")).stderr
    assert all(line.startswith("goru: ") for line in installed.stderr.splitlines())


def test_installed_versions_stay_unless_upgraded(goru, index):
    index.add("cup", "1.0")
    assert goru.deps("install", "cup").stdout == "cup 1.0\n"
    index.add("cup", "2.0")
    index.add("spoon", "1")
    assert goru.deps("install", "spoon").stdout == "cup 1.0\nspoon 1\n"
    assert goru.deps("install", "--upgrade").stdout == "cup 2.0\nspoon 1\n"
    assert goru.deps("install", "cup<2").stdout == "cup 1.0\nspoon 1\n"


def test_bytecode_is_made_and_used(goru, index):
    index.add("cup", "1.0", files={"cup/__init__.py": "from . import deep\n", "cup/deep.py": "x = 5\n"})
    assert goru.deps("install", "cup").returncode == 0
    directory = goru.directory / ".goru/python/packages"
    assert (directory / "cup/__pycache__/deep.cpython-313.pyc").is_file()
    # Proof that it is what runs: the source now says something else.
    (directory / "cup/deep.py").write_text("x = 6\n")
    run = goru.code("import cup.deep; print(cup.deep.x, cup.deep.__cached__)", "--packages", directory)
    assert run.stdout == "5 /packages/cup/__pycache__/deep.cpython-313.pyc\n"


def test_requirements_file_with_hashes(goru, index):
    wheel = index.add("cup", "1.0")
    right = hashlib.sha256(wheel.read_bytes()).hexdigest()
    (goru.directory / "r.txt").write_text(f"# tea\ncup==1.0 \\\n    --hash=sha256:{right}\n")
    assert goru.deps("install", "-r", "r.txt").stdout == "cup 1.0\n"
    (goru.directory / "r.txt").write_text(f"cup==1.0 --hash=sha256:{'0' * 64}\n")
    refused = goru.deps("install", "-r", "r.txt", "--dir", "other")
    assert refused.returncode == 125 and "hashes" in refused.stderr
    for line in ("--index-url http://127.0.0.1/", "-e .", "cup @ http://127.0.0.1/cup.whl", "./cup.whl", "git+ssh://x/y"):
        (goru.directory / "r.txt").write_text(line + "\n")
        refused = goru.deps("install", "-r", "r.txt", "--dir", "other")
        assert refused.returncode == 2 and "r.txt:1" in refused.stderr, line


@pytest.mark.parametrize("requirement", [
    "../cup", "/etc/passwd", "cup @ file:///x", "https://127.0.0.1/cup.whl", "cup==", "cup>=1;rm -rf /", "cup\n-e .", "", "a b", "-x",
])
def test_odd_requirements_never_reach_pip(goru, index, requirement):
    refused = goru.deps("install", "--", requirement) if requirement.startswith("-") else goru.deps("install", requirement)
    assert refused.returncode == 2, refused.stderr
    assert index.requests == []


def test_yanked_versions_are_passed_over(goru, index):
    index.add("cup", "1.0")
    index.add("cup", "2.0", yanked=True)
    assert goru.deps("install", "cup").stdout == "cup 1.0\n"
    pinned = goru.deps("install", "cup==2.0", "--dir", "pinned")
    assert pinned.stdout == "cup 2.0\n" and "yanked" in pinned.stderr


def test_missing_dependency(goru, index):
    index.add("cup", "1.0", requires=["saucer"])
    refused = goru.deps("install", "cup")
    assert refused.returncode == 125 and "saucer" in refused.stderr


def test_hash_mismatch(goru, index):
    index.add("cup", "1.0", claimed_hash="0" * 64)
    refused = goru.deps("install", "cup")
    assert refused.returncode == 125 and "hash" in refused.stderr.lower()


def test_older_version_is_taken_where_the_newest_cannot_be_imported(goru, index):
    index.add("cup", "1.0")
    index.add("cup", "2.0", files={"cup.py": "import _spoon\n"})
    installed = goru.deps("install", "cup")
    assert installed.stdout == "cup 1.0\n" and "No module named '_spoon'" in installed.stderr
    refused = goru.deps("install", "cup==2.0", "--dir", "other")
    assert refused.returncode == 2 and "No module named '_spoon'" in refused.stderr


def test_a_dropped_major_version_is_told_and_older_ones_are_refused(goru, index):
    native = {"tags": "cp313-cp313-manylinux2014_x86_64", "files": {"spoon.py": "import _spoon\n", "_spoon.so": b"\x7fELF"}}
    index.add("spoon", "1.0", **native)
    index.add("cup", "1.4")
    index.add("cup", "2.0", requires=["spoon"])
    index.add("mug", "1.9")
    index.add("mug", "3.1", requires=["spoon"])
    index.add("jug", "0.2")
    index.add("jug", "1.0", requires=["spoon"])
    told = goru.deps("install", "cup", "--dir", "cup")
    assert told.stdout == "cup 1.4\n" and "note: cup is 1.4 and not 2.0" in told.stderr and "spoon: it needs its native code" in told.stderr
    for name, old, new in (("mug", "1.9", "3.1"), ("jug", "0.2", "1.0")):
        refused = goru.deps("install", name, "--dir", name)
        assert refused.returncode == 2 and refused.stdout == ""
        for said in (f"{name} {new} cannot work", "spoon: it needs its native code", f"and {old}, which might", "--allow-old"):
            assert said in refused.stderr
        assert not (goru.directory / name).exists()
        # What the message names works.
        assert goru.deps("install", name, "--dir", name, "--allow-old").stdout == f"{name} {old}\n"
        exact = goru.deps("install", f"{name}=={old}", "--dir", "exact")
        assert f"{name} {old}\n" in exact.stdout and "note" not in exact.stderr


def test_native_files_are_left_out_where_there_is_a_fallback(goru, index):
    tags = "cp313-cp313-manylinux2014_x86_64"
    fast = {"cup/__init__.py": "try:\n    from cup import _fast\nexcept ImportError:\n    _fast = None\n",
            "cup/_fast.cpython-313-x86_64-linux-gnu.so": b"\x7fELF"}
    index.add("cup", "1.0", files=fast, tags=tags)
    index.add("mug", "1.0", files={"mug/__init__.py": "from mug import _mug\n", "mug/_mug.so": b"\x7fELF"}, tags=tags)
    assert goru.deps("install", "cup").stdout == "cup 1.0 (without its native code)\n"
    assert not any(file.endswith(".so") for file in goru.files(".goru/python/packages"))
    refused = goru.deps("install", "mug")
    assert refused.returncode == 2 and "native code" in refused.stderr
    assert goru.deps("list").stdout == "cup 1.0 (without its native code)\n"


def test_sources_are_never_built(goru, index):
    (index.directory / "cup-1.0.tar.gz").write_bytes(b"")
    index.wheels["cup"] = [("cup-1.0.tar.gz", "0" * 64, False)]
    refused = goru.deps("install", "cup")
    assert refused.returncode == 125 and "cup" in refused.stderr
    assert not any(request.endswith(".tar.gz") for request in index.requests)


def link_entry(name, target):
    entry = zipfile.ZipInfo(name)
    entry.create_system = 3
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    return entry, target


HOSTILE = {
    "traversal": dict(extra=[(zipfile.ZipInfo("../../escaped.py"), b"x = 1\n")]),
    "absolute": dict(extra=[(zipfile.ZipInfo("/tmp/goru-escaped.py"), b"x = 1\n")]),
    "dots_inside": dict(extra=[(zipfile.ZipInfo("cup/../../escaped.py"), b"x = 1\n")]),
    "backslash": dict(extra=[(zipfile.ZipInfo("cup\\..\\x.py"), b"x = 1\n")]),
    "link": dict(extra=[link_entry("cup_link", b"/etc/passwd")]),
    "link_to_directory": dict(extra=[link_entry("cup_link/", b"/etc")]),
    "unrecorded": dict(extra=[(zipfile.ZipInfo("sneaked.py"), b"x = 1\n")]),
    "wrong_record": dict(record=lambda text: text.replace("sha256=", "sha256=A")),
    "weak_record": dict(record=lambda text: text.replace("sha256=", "md5=")),
    "empty_record": dict(record=lambda text: ""),
    "other_name": dict(metadata_name="saucer"),
    "file_and_directory": dict(files={"cup.py": "", "cup/a": "x", "cup/a/b": "y"}),
    "bomb": dict(files={"cup.py": "", "cup.bin": b"\0" * (65 << 20)}),
    "control_character": dict(files={"cup.py": "", "a\x01b.py": ""}),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_wheels_are_refused(goru, index, kind):
    index.add("spoon", "1.0")
    assert goru.deps("install", "spoon").returncode == 0
    before = goru.files(".goru/python/packages")
    index.add("cup", "1.0", **HOSTILE[kind])
    refused = goru.deps("install", "cup")
    assert refused.returncode == 125, refused.stderr
    assert goru.files(".goru/python/packages") == before
    assert not list(goru.directory.rglob("escaped.py")) and not os.path.exists("/tmp/goru-escaped.py")


def test_duplicate_entries_are_refused(goru, index):
    with pytest.warns(UserWarning):
        index.add("cup", "1.0", extra=[("cup.py", b"import os\n")])
    refused = goru.deps("install", "cup")
    assert refused.returncode == 125 and "refused" in refused.stderr


@pytest.mark.parametrize("damage", ["cut", "garbage", "empty"])
def test_broken_wheels_are_refused(goru, index, damage):
    wheel = index.add("cup", "1.0")
    data = wheel.read_bytes()
    wheel.write_bytes({"cut": data[: len(data) // 2], "garbage": b"x" * 500, "empty": b""}[damage])
    index.wheels["cup"] = [(wheel.name, hashlib.sha256(wheel.read_bytes()).hexdigest(), False)]
    assert goru.deps("install", "cup").returncode == 125
    assert not (goru.directory / ".goru/python/packages").exists()


def test_packages_run_nowhere_but_in_the_sandbox(goru, index):
    escaped = goru.directory / "escaped"
    index.add("cup", "1.0", files={"cup.py": f"try:\n    open({str(escaped)!r}, 'w')\nexcept OSError as e:\n    seen = type(e).__name__\n",
                                   "cup.pth": f"import os; open({str(escaped)!r}, 'w')\n"})
    assert goru.deps("install", "cup").returncode == 0
    assert not escaped.exists()
    assert not any(file.endswith(".pth") for file in goru.files(".goru/python/packages"))


def test_import_that_never_ends_is_ended(goru, index):
    index.add("cup", "1.0", files={"cup.py": "import sys\nsys.exit(3)\n"})
    refused = goru.deps("install", "cup")
    assert refused.returncode == 2 and "cup" in refused.stderr


def test_no_network(goru):
    refused = goru.deps("install", "cup", env={"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_CONFIG_FILE": os.devnull,
                                               "PIP_EXTRA_INDEX_URL": ""})
    assert refused.returncode == 125 and "cannot be reached" in refused.stderr, refused.stderr


def test_no_pip(goru, tmp_path):
    (tmp_path / "bin").mkdir()
    refused = goru.deps("install", "cup", env={"PATH": str(tmp_path / "bin")})
    assert refused.returncode == 125 and "apt-get install python3-pip" in refused.stderr
    (tmp_path / "bin/python3").write_text("#!/bin/sh\necho 'No module named pip' >&2\nexit 1\n")
    (tmp_path / "bin/python3").chmod(0o755)
    refused = goru.deps("install", "cup", env={"PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin"})
    assert refused.returncode == 125 and "ensurepip" in refused.stderr
    refused = goru.deps("install", "cup", env={"GORU_INSTALLER": "uv", "PATH": str(tmp_path / "bin")})
    assert refused.returncode == 125 and "install uv" in refused.stderr


def test_a_directory_with_other_things_is_not_touched(goru, index):
    index.add("cup", "1.0")
    (goru.directory / "mine").mkdir()
    (goru.directory / "mine/precious").write_text("x")
    refused = goru.deps("install", "cup", "--dir", "mine")
    assert refused.returncode == 2 and "--dir" in refused.stderr
    assert goru.files("mine") == {"precious": b"x"}


def test_interrupt_leaves_the_old_set(goru, index):
    index.add("spoon", "1.0")
    assert goru.deps("install", "spoon").returncode == 0
    before = goru.files(".goru/python/packages")
    index.add("cup", "1.0", files={"cup.py": "while True: pass\n"})
    process = goru.start("deps", "install", "cup", "--cache-dir", goru.cache)
    for line in process.stderr:
        if "checking cup" in line:
            break
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=20) == 130
    assert goru.files(".goru/python/packages") == before
    assert sorted(os.listdir(goru.directory / ".goru/python")) == [".packages.lock", "packages"]


def test_killed_installer_leaves_the_old_set(goru, index):
    index.add("spoon", "1.0")
    assert goru.deps("install", "spoon").returncode == 0
    before = goru.files(".goru/python/packages")
    index.add("cup", "1.0", files={"cup.py": "while True: pass\n"})
    process = goru.start("deps", "install", "cup", "--cache-dir", goru.cache)
    for line in process.stderr:
        if "checking cup" in line:
            break
    process.kill()
    process.wait()
    assert goru.files(".goru/python/packages") == before
    index.add("fork", "1.0")
    assert goru.deps("install", "fork").stdout == "fork 1.0\nspoon 1.0\n"


def test_two_installers_take_turns(goru, index):
    names = [f"cup{number}" for number in range(4)]
    for name in names:
        index.add(name, "1.0")
    processes = [goru.start("deps", "install", name, "--cache-dir", goru.cache) for name in names]
    for process in processes:
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
    assert goru.deps("list").stdout == "".join(f"{name} 1.0\n" for name in names)


def test_full_disk_leaves_the_old_set(goru, index):
    """On a file system of 3 MiB, mounted where only the test's own children see it."""
    index.add("spoon", "1.0")
    index.add("cup", "1.0", files={"cup.py": "x = 1\n", "cup.bin": os.urandom(4 << 20)})
    disk = goru.directory / "disk"
    disk.mkdir()
    script = f"""
mount -t tmpfs -o size=3m tmpfs {disk}
"$0" deps install spoon --dir {disk}/p --cache-dir {goru.cache} || exit 70
find {disk}/p -type f | sort | xargs sha256sum > before
"$0" deps install cup --dir {disk}/p --cache-dir {goru.cache} && exit 71
find {disk}/p -type f | sort | xargs sha256sum > after
cmp before after || exit 72
ls -A {disk}
"""
    run = subprocess.run(["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script, os.environ.get("GORU", "goru")],
                         cwd=goru.directory, env=goru.environment, capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stderr
    assert "No space left on device" in run.stderr
    assert run.stdout.split()[-2:] == [".p.lock", "p"]


def test_lock_file_needs_exact_versions(goru, index):
    index.add("cup", "1.0")
    assert goru.deps("install", "cup", "--lock", "l").returncode == 0
    text = (goru.directory / "l").read_text()
    assert "cup==1.0 --hash=sha256:" in text
    (goru.directory / "l").write_text("cup>=1.0\n")
    assert goru.deps("install", "--lock", "l", "--dir", "x").returncode == 2
    (goru.directory / "l").write_text(f"cup==1.0 --hash=sha256:{'0' * 64}\n")
    refused = goru.deps("install", "--lock", "l", "--dir", "x")
    assert refused.returncode == 125 and not (goru.directory / "x").exists()


# --- install_pkg ---


def test_install_pkg_is_off_by_default(goru, index):
    index.add("cup", "1.0")
    run = goru.code("try:\n    install_pkg('cup')\nexcept PermissionError as error:\n    print(error)")
    assert "WithAllowedPackages" in run.stdout and "--allow-pkg" in run.stdout
    assert index.requests == []


def test_install_pkg_errors_can_be_caught(goru, index):
    index.add("cup", "1.0", requires=["saucer"])
    index.add("saucer", "2.0")
    index.add("plate", "1.0")
    code = """
for arguments in [("plate",), ("../cup",), ("cup", "nonsense"), ("cup", ">=99"), ("cup", "; x"), (5,), ("cup==1.0",)]:
    try:
        install_pkg(*arguments)
    except Exception as error:
        print(type(error).__name__)
print(install_pkg("cup", ">=1"))
import cup, saucer
print(cup.version, saucer.version)
"""
    run = goru.code(code, "--allow-pkg", "cup", "--timeout", "120s")
    assert run.stdout == ("PermissionError\nValueError\nValueError\nHostError\nValueError\nTypeError\nValueError\n"
                          "{'cup': '1.0', 'saucer': '2.0'}\n1.0 2.0\n"), run.stderr


def test_install_pkg_does_not_touch_mounted_packages(goru, index):
    index.add("cup", "1.0")
    assert goru.deps("install", "cup").returncode == 0
    before = goru.files(".goru/python/packages")
    index.add("spoon", "1.0")
    code = """
import cup
install_pkg("spoon")
import spoon
print(cup.version, spoon.version)
try:
    open("/packages/spoon.py", "w")
except OSError as error:
    print(error.strerror)
"""
    run = goru.code(code, "--packages", ".goru/python/packages", "--allow-pkg-install", "--timeout", "120s")
    assert run.stdout == "1.0 1.0\nRead-only file system\n", run.stderr
    assert goru.files(".goru/python/packages") == before
    # The next session starts without it.
    assert goru.code("import spoon", "--packages", ".goru/python/packages").returncode == 1


def test_install_pkg_uses_the_cache(goru, index):
    index.add("cup", "1.0")
    code = "install_pkg('cup'); import cup; print(cup.version)"
    assert goru.code(code, "--allow-pkg", "cup", "--timeout", "120s").stdout == "1.0\n"
    asked = len(index.requests)
    assert goru.code(code, "--allow-pkg", "cup").stdout == "1.0\n"
    assert len(index.requests) == asked


def test_javascript_has_no_packages(goru, index):
    refused = goru("run", "-l", "js", "-c", "1", "--allow-pkg", "cup")
    assert refused.returncode != 0 and "Python" in refused.stderr


def test_image_errors(goru, index):
    refused = goru("image", "build", "--import", "no_such_module", "-o", "x.img")
    assert refused.returncode == 2 and "no_such_module" in refused.stderr
    assert not (goru.directory / "x.img").exists()
    assert goru("image", "build", "--import", "x; import os", "-o", "x.img").returncode == 2
    (goru.directory / "x.img").write_bytes(b"nonsense")
    assert goru("run", "--image", "x.img", "-c", "1").returncode == 125


def test_the_cache_is_shown_pruned_and_cleared(goru, index, tmp_path):
    goru.cache = tmp_path / "own"
    goru.cache.mkdir(mode=0o700)
    for name in ("cup", "saucer"):
        index.add(name, "1.0", {f"{name}.py": f"text = {'x' * 3_000_000!r}\n"})
    assert goru.deps("install", "cup").returncode == 0
    assert goru.deps("install", "saucer", "--dir", "other").returncode == 0
    shown = goru.deps("cache")
    assert re.fullmatch(rf"{goru.cache}/packages: [0-9]+ MiB, 2 wheels, 2 packages\n", shown.stdout), shown
    # What was used last is what stays, and what was installed needs no cache.
    pruned = goru.deps("cache", "--prune", "--cache-size", "7mb")
    assert re.fullmatch(r"freed [0-9]+ MiB\n", pruned.stdout) and pruned.stdout != "freed 0 MiB\n", pruned
    assert ", 1 package\n" in goru.deps("cache").stdout
    cleared = goru.deps("cache", "--clear")
    assert re.fullmatch(r"freed [0-9]+ MiB\n", cleared.stdout), cleared
    assert goru.deps("cache").stdout == f"{goru.cache}/packages: 0 MiB, 0 wheels, 0 packages\n"
    assert goru.code("import cup; print(len(cup.text))", "--packages", ".goru/python/packages").stdout == "3000000\n"
    # An installation brings it down as well, and says nothing of it.
    assert goru.deps("install", "cup", "--dir", "third", "--cache-size", "1kb").stdout == "cup 1.0\n"
    assert goru.deps("cache").stdout == f"{goru.cache}/packages: 0 MiB, 0 wheels, 0 packages\n"


def test_what_a_session_shows_stays_in_the_cache(goru, index, tmp_path):
    goru.cache = tmp_path / "own"
    goru.cache.mkdir(mode=0o700)
    index.add("cup", "1.0", {"cup/__init__.py": "x = 1\n", "cup/deep.py": "y = 2\n"})
    (tmp_path / "door").mkdir()
    code = (
        "import time\ninstall_pkg('cup')\nimport cup\nprint('ready', flush=True)\n"
        "while not fs.exists('/door/open'):\n    time.sleep(0.05)\nfrom cup import deep\nprint(deep.y)"
    )
    session = goru.start(
        "run", "-l", goru.language, "--cache-dir", goru.cache, "--timeout", "300s", "--allow-pkg", "cup",
        "--mount", f"/door:{tmp_path}/door:ro", "-c", code,
    )
    assert session.stdout.readline() == "ready\n"
    assert goru.deps("cache", "--clear").returncode == 0
    assert ", 1 package\n" in goru.deps("cache").stdout
    (tmp_path / "door/open").touch()
    assert session.communicate(timeout=60)[0] == "2\n"
    goru.deps("cache", "--clear")
    assert ", 0 packages\n" in goru.deps("cache").stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("cache", "--prune", "--clear"), "not both"),
        (("cache", "clear"), "takes no names"),
        (("cache", "--prune", "--cache-size", "much"), "takes a size"),
        (("list", "--clear"), "goru deps cache"),
    ],
)
def test_the_cache_is_asked_for_rightly(goru, arguments, message):
    wrong = goru("deps", *arguments)
    assert wrong.returncode == 2 and message in wrong.stderr
