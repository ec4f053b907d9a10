"""goru as a process: exit codes, signals, the cache of compiled code."""

import os
import pathlib
import shutil
import signal
import subprocess
import time

import pytest
from conftest import GORU


@pytest.mark.parametrize(
    ("arguments", "exit_code"),
    [
        (["-c", "pass"], 0),
        (["-c", "1/0"], 1),
        (["-l", "js", "-c", "throw 1"], 1),
        (["-c", "import sys; sys.exit(42)"], 42),
        (["-c", "import os; os._exit(43)"], 43),
        (["-c", "import sys; sys.exit('text')"], 1),
        (["--timeout", "200ms", "-c", "while True: pass"], 124),
        (["--timeout", "200ms", "-l", "js", "-c", "for(;;);"], 124),
        (["--memory", "64mb", "-c", "bytearray(10**9)"], 137),
        (["--memory", "64mb", "-l", "js", "-c", "new Uint8Array(1e9)"], 137),
        (["--max-output", "10", "--stop-on-max-output", "-c", "while True: print('xxxx')"], 123),
        (["--max-host-calls", "1", "-l", "js", "-c", "for(;;) try { call('x') } catch (e) { if (e.name != 'HostError') throw e }"], 123),
        (["--image-dir", "/nonexistent", "-c", "1"], 125),
        (["--no-such-flag"], 2),
    ],
)
def test_exit_codes(goru, arguments, exit_code):
    assert goru(*arguments).returncode == exit_code


def test_missing_image_says_where_it_was_looked_for(goru):
    done = goru("-c", "1", "--image-dir", "/nonexistent")
    assert done.returncode == 125
    assert "python-3.13.img" in done.stderr and "/nonexistent" in done.stderr
    assert goru("-c", "1", env={"GORU_IMAGE_DIR": "/nonexistent"}).returncode == 125


# --- Engines ---


@pytest.mark.parametrize(
    ("language", "code", "output"),
    [
        ("python3.13", "import re, sys; print(re.findall('[a-z]+', 'ab 12 cd'), 2**100, 1/3, sys.version[:6])", "['ab', 'cd'] 1267650600228229401496703205376 0.3333333333333333 3.13.5\n"),
        ("python3.12", "import re, sys; print(re.findall('[a-z]+', 'ab 12 cd'), 2**100, 1/3, sys.version[:6])", "['ab', 'cd'] 1267650600228229401496703205376 0.3333333333333333 3.12.0\n"),
        ("js", "console.log([3, 1, 2].sort().join(), 0.1 + 0.2, JSON.stringify({ a: 1 }))", '1,2,3 0.30000000000000004 {"a":1}\n'),
        ("ts", "const n: number = 41; console.log(n + 1)", "42\n"),
    ],
)
@pytest.mark.parametrize("engine", ["wasmtime", "native"])
def test_engines_run_the_same_programs(goru, engine, language, code, output):
    done = goru("--engine", engine, "-l", language, "-c", code)
    assert (done.returncode, done.stdout) == (0, output), done.stderr


def test_native_compiles_nothing(goru, tmp_path):
    done = goru("--engine", "native", "-c", "print(1)", env={"XDG_CACHE_HOME": str(tmp_path)})
    assert (done.returncode, done.stdout, done.stderr) == (0, "1\n", "")
    assert not list(tmp_path.rglob("*.cwasm"))


def test_native_without_native_code_says_what_to_do(goru, tmp_path):
    images = pathlib.Path(GORU).resolve().parent.parent / "share/goru/images"
    (tmp_path / "javascript.img").symlink_to(images / "javascript.img")
    done = goru("--engine", "native", "--image-dir", str(tmp_path), "-l", "js", "-c", "1")
    assert done.returncode == 125
    assert "no native code for javascript" in done.stderr and "--engine wasmtime" in done.stderr
    # Code of another module is no better.
    (tmp_path / "javascript.so").symlink_to(images / "typescript.so")
    assert goru("--engine", "native", "--image-dir", str(tmp_path), "-l", "js", "-c", "1").returncode == 125
    assert goru("--image-dir", str(tmp_path), "-l", "js", "-c", "1").returncode == 0


def test_engines_that_are_none(goru):
    done = goru("--engine", "fast", "-c", "1")
    assert done.returncode == 2 and "wasmtime or native" in done.stderr


# --- Ctrl-C ---


def started(goru, *arguments):
    """A goru whose code is running: it has printed its first line."""
    process = goru.start(*arguments)
    assert process.stdout.readline() == b"running\n"
    return process


@pytest.mark.parametrize(
    "arguments",
    [
        ["-c", "print('running')\nwhile True: pass"],
        ["-c", "print('running')\nimport time; time.sleep(100)"],
        ["-c", "print('running')\nimport re; re.match('(a+)+$', 'a' * 60 + 'b')"],
        ["-c", "print('running')\nwhile True:\n    try:\n        while True: pass\n    except BaseException: pass"],
        ["-l", "js", "-c", "print('running'); for (;;);"],
        ["-l", "js", "-c", "print('running'); for (;;) try { for (;;); } catch {}"],
    ],
    ids=["python", "sleep", "regex", "python-catches", "js", "js-catches"],
)
def test_interrupt(goru, arguments):
    process = started(goru, *arguments)
    time.sleep(0.1)
    begin = time.monotonic()
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=30)
    assert process.returncode == 130
    assert b"goru: the run was interrupted\n" in stderr
    assert time.monotonic() - begin < 5


def test_second_interrupt_kills(goru):
    # The reader does not read, and has a while to do so after the first interrupt.
    process = goru.start("-c", "print('running')\nwhile True: print('x' * 1000)", "--timeout", "60s", "--max-output", "1gb")
    assert process.stdout.readline() == b"running\n"
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    while pending(process.pid) & 1 << signal.SIGINT - 1:
        time.sleep(0.001)
    process.send_signal(signal.SIGINT)
    assert process.wait(10) == -signal.SIGINT
    process.stdout.close()
    process.stderr.close()


def pending(pid):
    """The signals that a process has not taken yet."""
    with open(f"/proc/{pid}/status") as status:
        return next(int(line.split()[1], 16) for line in status if line.startswith("ShdPnd:"))


def test_ignored_interrupt_stays_ignored(goru):
    process = goru.start(
        "-c",
        "print('running')\nimport time; time.sleep(0.6); print('end')",
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
    )
    assert process.stdout.readline() == b"running\n"
    process.send_signal(signal.SIGINT)
    stdout, _ = process.communicate(timeout=30)
    assert process.returncode == 0 and stdout == b"end\n"


def test_terminate(goru):
    process = started(goru, "-c", "print('running')\nwhile True: pass")
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=10)
    assert process.returncode == -signal.SIGTERM


# --- cache ---


def test_cache_directory_is_made_private(goru, tmp_path):
    cache = tmp_path / "deep" / "cache"
    assert goru("-l", "js", "-c", "print(1)", "--cache-dir", cache).stdout == "1\n"
    assert cache.stat().st_mode & 0o777 == 0o700
    assert [path for path in cache.iterdir() if path.suffix == ".cwasm"]
    for path in cache.iterdir():
        assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("mode", [0o755, 0o770, 0o701])
def test_cache_directory_open_to_others_is_refused(goru, tmp_path, mode):
    cache = tmp_path / "cache"
    cache.mkdir()
    cache.chmod(mode)
    done = goru("-c", "1", "--cache-dir", cache)
    assert done.returncode == 125
    assert "open to other users" in done.stderr and "chmod 700" in done.stderr
    assert list(cache.iterdir()) == []


def test_cache_directory_that_is_a_file_or_link_is_refused(goru, tmp_path):
    file = goru.write("file", "x")
    assert goru("-c", "1", "--cache-dir", file).returncode != 0
    (tmp_path / "real").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to("real")
    assert goru("-c", "1", "--cache-dir", tmp_path / "link").returncode != 0


def test_no_cache_writes_nothing(goru, tmp_path):
    env = {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    assert goru("-l", "js", "-c", "print(1)", "--no-cache", env=env).stdout == "1\n"
    assert list(tmp_path.iterdir()) == []


def test_cache_is_used(goru, tmp_path):
    cache = tmp_path / "cache"
    goru("-l", "js", "-c", "1", "--cache-dir", cache)
    before = {path: path.stat().st_mtime_ns for path in cache.iterdir()}
    assert goru("-l", "js", "-c", "print(1)", "--cache-dir", cache).stdout == "1\n"
    assert before == {path: path.stat().st_mtime_ns for path in cache.iterdir()}


@pytest.fixture(scope="module")
def compiled(tmp_path_factory):
    """A cache with JavaScript in it, to copy from: compiling takes a second."""
    cache = tmp_path_factory.mktemp("compiled") / "cache"
    subprocess.run([GORU, "-l", "js", "-c", "1", "--cache-dir", cache], timeout=120, check=True)
    return cache


@pytest.mark.parametrize("damage", ["truncated", "flipped", "empty", "no seal", "garbage seal", "zeros", "other file"])
def test_damaged_cache_entry_is_rebuilt(goru, tmp_path, compiled, damage):
    cache = shutil.copytree(compiled, tmp_path / "cache")
    (entry,) = cache.glob("*.cwasm")
    good = entry.read_bytes()
    seal = entry.with_name(entry.name + ".seal")
    if damage == "truncated":
        entry.write_bytes(good[: len(good) // 2])
    elif damage == "flipped":
        bad = bytearray(good)
        for at in range(len(bad) // 3, len(bad), 4096):
            bad[at] ^= 0xFF
        entry.write_bytes(bad)
    elif damage == "empty":
        entry.write_bytes(b"")
    elif damage == "no seal":
        seal.unlink()
    elif damage == "garbage seal":
        seal.write_bytes(os.urandom(48))
    elif damage == "zeros":
        entry.write_bytes(bytes(len(good)))
    else:
        entry.write_bytes(b"\x7fELF" + os.urandom(1000))
    done = goru("-l", "js", "-c", "print(1)", "--cache-dir", cache)
    assert (done.returncode, done.stdout) == (0, "1\n"), done
    assert goru("-l", "js", "-c", "print(2)", "--cache-dir", cache).stdout == "2\n"
    assert len(entry.read_bytes()) == len(good)


def test_cache_that_cannot_be_written_does_not_stop_a_run(goru, tmp_path):
    cache = tmp_path / "cache"
    cache.mkdir(mode=0o700)
    # A disk of two pages, in a namespace of its own; root passes permission checks.
    own = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--user", "--map-root-user", "--mount"]
    full = "mount -t tmpfs -o size=8k,mode=700 none cache"
    done = subprocess.run(
        [*own, "bash", "-c", full + ' && exec "$GORU" -l js -c "print(1)" --cache-dir cache'],
        cwd=tmp_path,
        env={**goru.environment, "GORU": goru.program},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "1\n"), done


def test_copied_cache_is_used(goru, tmp_path, compiled):
    cache = shutil.copytree(compiled, tmp_path / "cache")
    (entry,) = cache.glob("*.cwasm")
    before = entry.stat()
    assert goru("-l", "js", "-c", "print(1)", "--cache-dir", cache).stdout == "1\n"
    assert entry.stat().st_ino == before.st_ino and entry.stat().st_mtime_ns == before.st_mtime_ns


def test_two_processes_with_an_empty_cache(goru, tmp_path):
    cache = tmp_path / "cache"
    processes = [goru.start("-l", "js", "-c", f"print({n})", "--cache-dir", cache) for n in range(4)]
    for n, process in enumerate(processes):
        stdout, stderr = process.communicate(timeout=120)
        assert (process.returncode, stdout) == (0, b"%d\n" % n), stderr
    # The compiled code and the image's memory, each with its seal, and nothing left over.
    assert sorted("".join(path.suffixes) for path in cache.iterdir()) == [
        ".cwasm", ".cwasm.seal", ".memory", ".memory.seal"
    ]  # fmt: skip
    assert goru("-l", "js", "-c", "print('after')", "--cache-dir", cache).stdout == "after\n"


def test_python_with_an_empty_cache_says_what_takes_long(goru, tmp_path):
    begin = time.monotonic()
    done = goru("-c", "print(1)", "--cache-dir", tmp_path / "cache", timeout=120)
    took = time.monotonic() - begin
    assert done.stdout == "1\n"
    if took > 3:
        assert "goru: compiling python for this machine (once" in done.stderr
    elif took < 1.5:
        assert done.stderr == ""


def test_no_home_at_all(goru):
    env = {name: value for name, value in goru.environment.items() if name not in ("HOME", "XDG_CACHE_HOME")}
    done = subprocess.run(
        goru.command("-l", "js", "-c", "print(1)"), env=env, capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode, done.stdout) == (0, "1\n"), done


def test_many_at_once(goru):
    goru("-c", "1")
    processes = [goru.start("-c", f"print({n} * 2)") for n in range(20)]
    for n, process in enumerate(processes):
        stdout, _ = process.communicate(timeout=60)
        assert stdout == b"%d\n" % (n * 2)


def test_small_address_space_or_stack_is_an_error_and_no_crash(goru):
    for limit in ("ulimit -v 4000000", "ulimit -s 512"):
        done = subprocess.run(
            ["bash", "-c", limit + '; exec "$GORU" -c "print(1)"'],
            env={**goru.environment, "GORU": goru.program},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        if done.returncode != 0:
            assert done.returncode in (2, 125), (limit, done)
            assert done.stderr.startswith("goru: ") and done.stderr.count("\n") == 1, (limit, done)
