"""Who reads what goru writes: slowly, not at all, or no longer."""

import array
import fcntl
import os
import re
import select
import signal
import socket
import subprocess
import termios
import time

import pytest

# More than pipes, terminals and sockets hold.
FLOOD = "print('x' * 1_000_000)"
UNWRITTEN = re.compile(rb"goru: (\d+) bytes? of standard output could not be written")
SOON = 30


def waiting(fd):
    """Bytes that a reader would get at once."""
    count = array.array("i", [0])
    fcntl.ioctl(fd, termios.FIONREAD, count)
    return count[0]


def await_full(fd):
    """Returns when a writer has begun and no longer gets on."""
    before = -1
    while waiting(fd) != before or before == 0:
        before = waiting(fd)
        time.sleep(0.1)


@pytest.mark.parametrize("language", ["python", "js"])
def test_timeout_holds_when_nobody_reads(goru, language):
    code = FLOOD if language == "python" else "console.log('x'.repeat(1_000_000))"
    process = goru.start("-l", language, "--timeout", "1s", "-c", code)
    assert process.wait(SOON) == 124
    got = process.stdout.read()
    said = process.stderr.read()
    process.stdout.close()
    process.stderr.close()
    assert b"goru: the run took longer than 1 s" in said
    unwritten = int(UNWRITTEN.search(said)[1])
    assert got == b"x" * len(got) and len(got) > 0 and 0 < unwritten <= 1_000_001 - len(got)
    # What goru says begins on a line of its own wherever it is.
    assert said.count(b"goru: ") == 2 and said.startswith(b"goru: ")


def test_timeout_holds_for_a_shell(goru):
    script = f"""exec 3>&1; {{ "$GORU" --timeout 1s -c "{FLOOD}"; echo "$?" >&3; }} | sleep 60"""
    shell = subprocess.Popen(
        ["bash", "-c", script],
        env={**goru.environment, "GORU": goru.program},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        assert select.select([shell.stdout], [], [], SOON)[0], "goru is still there"
        assert shell.stdout.readline() == b"124\n"
    finally:
        os.killpg(shell.pid, signal.SIGKILL)
        shell.communicate()


def test_timeout_holds_when_nobody_reads_either(goru):
    for code in (FLOOD, f"import sys; {FLOOD[:-1]}, file=sys.stderr)"):
        process = goru.start("--timeout", "1s", "-c", code, stderr=subprocess.STDOUT)
        assert process.wait(SOON) == 124
        process.stdout.close()
    process = goru.start("--timeout", "1s", "-c", f"import sys; {FLOOD[:-1]}, file=sys.stderr)")
    assert process.wait(SOON) == 124
    assert process.stdout.read() == b""
    process.stdout.close()
    process.stderr.close()


def test_timeout_holds_for_the_result_as_json(goru):
    process = goru.start("--json", "--timeout", "1s", "-c", FLOOD + "\nwhile True: pass")
    assert process.wait(SOON) == 124
    assert UNWRITTEN.search(process.stderr.read())
    process.stdout.close()
    process.stderr.close()


@pytest.mark.parametrize("kind", ["terminal", "socket"])
def test_timeout_holds_for_what_is_no_pipe(goru, kind):
    if kind == "terminal":
        ours, theirs = os.openpty()
    else:
        ours, theirs = (end.detach() for end in socket.socketpair())
    process = goru.start("--timeout", "1s", "-c", FLOOD, stdout=theirs)
    os.close(theirs)
    assert process.wait(SOON) == 124
    assert UNWRITTEN.search(process.stderr.read())
    os.close(ours)
    process.stderr.close()


def test_what_was_written_before_a_timeout_comes(goru):
    done = goru("--timeout", "1s", "-c", FLOOD + "\nwhile True: pass")
    assert (done.returncode, done.stdout) == (124, "x" * 1_000_000 + "\n")
    assert done.stderr.count("goru: ") == 1


def test_slow_reader_gets_all(goru):
    process = goru.start("--timeout", "60s", "-c", FLOOD)
    await_full(process.stdout.fileno())
    stdout, stderr = process.communicate(timeout=60)
    assert (process.returncode, stdout, stderr) == (0, b"x" * 1_000_000 + b"\n", b"")


def test_reader_that_comes_after_the_time_of_a_run_that_ended_in_time(goru):
    """A run that has ended takes no time: what it left is written however long that takes."""
    for arguments in (["-p", "-c", "'x' * 1_000_000"], ["--json", "-c", FLOOD]):
        process = goru.start("--timeout", "2s", *arguments)
        await_full(process.stdout.fileno())
        time.sleep(2.5)
        stdout, stderr = process.communicate(timeout=60)
        assert (process.returncode, stderr) == (0, b"")
        assert b"x" * 1_000_000 in stdout and stdout.endswith(b"\n")


@pytest.mark.parametrize("arguments", [["-c", FLOOD], ["-p", "-c", "'x' * 1_000_000"]], ids=["in the run", "after it"])
def test_interrupt_ends_waiting_for_a_reader(goru, arguments):
    process = goru.start("--timeout", "10m", *arguments)
    await_full(process.stdout.fileno())
    process.send_signal(signal.SIGINT)
    assert process.wait(SOON) == 130
    said = process.stderr.read()
    got = process.stdout.read()
    process.stdout.close()
    process.stderr.close()
    assert 0 < int(UNWRITTEN.search(said)[1]) <= 1_000_003 - len(got)


def test_reader_that_goes_away_while_it_is_waited_for(goru):
    process = goru.start("--timeout", "10m", "-c", FLOOD)
    await_full(process.stdout.fileno())
    process.stdout.close()
    assert process.wait(SOON) == -signal.SIGPIPE
    process.stderr.close()


def test_descriptors_stay_as_they_are(goru):
    """They are shared with others, who would not expect another mode."""
    for nonblocking in (False, True):
        ours, theirs = os.pipe()
        os.set_blocking(theirs, not nonblocking)
        flags = fcntl.fcntl(theirs, fcntl.F_GETFL)
        process = goru.start("--timeout", "60s", "-c", FLOOD, stdout=theirs)
        await_full(ours)
        assert fcntl.fcntl(theirs, fcntl.F_GETFL) == flags
        os.close(theirs)
        with os.fdopen(ours, "rb") as reader:
            assert reader.read() == b"x" * 1_000_000 + b"\n"
        assert process.wait(SOON) == 0
        assert process.stderr.read() == b""
        process.stderr.close()


def test_streams_keep_their_order_while_the_reader_is_slow(goru):
    code = "import os\nfor n in range(20_000): os.write(1, b'o%05d\\n' % n); os.write(2, b'e%05d\\n' % n)"
    process = goru.start("--timeout", "60s", "-c", code, stderr=subprocess.STDOUT)
    await_full(process.stdout.fileno())
    stdout, _ = process.communicate(timeout=60)
    assert stdout.split() == [b"%c%05d" % (name, n) for n in range(20_000) for name in b"oe"]
    assert process.returncode == 0


def test_alarm_of_whoever_starts_goru(goru):
    """`perl -e 'alarm 1; exec ...'` ends it as ever."""
    process = goru.start("-c", "while True: pass", preexec_fn=lambda: signal.alarm(1))
    process.communicate(timeout=SOON)
    assert process.returncode == -signal.SIGALRM
