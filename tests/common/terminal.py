"""Programs at a terminal of their own."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time

# What moves the cursor and the like; "m", of colours, is not among it.
CONTROLS = r"\x1b\[[0-9;?]*[A-Za-ln-z]|\x1b[=>]|\r"
COLOURS = re.compile(r"\x1b\[[0-9;]*m")


class Terminal:
    """`ignored`: a pattern of what is taken out of all that is seen."""

    ignored = CONTROLS

    def __init__(self, command, environment, directory, *, rows=50, colours=False):
        self.colours = colours
        self.master, slave = pty.openpty()
        # Lines are not broken.
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, 250, 0, 0))
        self.process = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, env={**environment, "TERM": "xterm"}, cwd=directory,
            # Ctrl-C goes to the processes whose own terminal it is.
            start_new_session=True, preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509
        )  # fmt: skip
        os.close(slave)
        self.seen = ""

    def send(self, text):
        os.write(self.master, text.encode())

    def expect(self, text, seconds=60):
        """What came up to `text`, which is taken away with it."""
        deadline = time.monotonic() + seconds
        while text not in self.seen:
            left = deadline - time.monotonic()
            assert left > 0, f"waited for {text!r}, got {self.seen!r}"
            if select.select([self.master], [], [], min(left, 1))[0]:
                try:
                    data = os.read(self.master, 65536)
                except OSError:
                    data = b""
                assert data, f"ended before {text!r}: {self.seen!r}"
                shown = re.sub(self.ignored, "", data.decode(errors="replace"))
                self.seen += shown if self.colours else COLOURS.sub("", shown)
        before, _, self.seen = self.seen.partition(text)
        return before

    def end(self):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(30)
        os.close(self.master)
