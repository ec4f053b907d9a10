"""`goru serve`, started for tests."""

import json
import os
import pathlib
import re
import signal
import subprocess
import threading

from environment import clean_environment

GORU = pathlib.Path(os.environ.get("GORU", "goru"))
GORU_SERVE = GORU.resolve().with_name("goru-serve")

# A cold start compiles languages.
START_SECONDS = 180
STOP_SECONDS = 60


class Server:
    """A `goru serve` on a free port of this machine. `environment` adds to what it is started with."""

    def __init__(self, flags, environment=None):
        port = () if "--port" in flags else ("--port", "0")
        self.process = subprocess.Popen(
            [str(GORU_SERVE), *port, *map(str, flags)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env={**clean_environment(), **(environment or {})},
        )
        self.url = None
        self._lines = []
        self._changed = threading.Condition()
        self._ended = False
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        with self._changed:
            self._changed.wait_for(lambda: self.url or self._ended, START_SECONDS)
            if not self.url:
                self.process.kill()
                raise AssertionError("goru serve did not start: " + "\n".join(self._lines))

    def _read(self):
        for raw in self.process.stderr:
            line = raw.decode("utf-8", "replace").rstrip("\n")
            with self._changed:
                self._lines.append(line)
                found = re.search(r"listening on (https?://[^\s\"]+)", line)
                if found:
                    self.url = found[1]
                self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    @property
    def port(self):
        return int(self.url.rpartition(":")[2])

    @property
    def host(self):
        return self.url.partition("://")[2].rpartition(":")[0].strip("[]")

    def log_lines(self):
        """What it has written to standard error so far."""
        with self._changed:
            return list(self._lines)

    def log(self):
        """The lines that are JSON, read."""
        return [json.loads(line) for line in self.log_lines() if line.startswith("{")]

    def wait_for_log(self, wanted, seconds=60):
        """The first line that holds `wanted`, or that the function `wanted` takes."""
        test = wanted if callable(wanted) else lambda line: wanted in line
        with self._changed:
            self._changed.wait_for(lambda: any(map(test, self._lines)) or self._ended, seconds)
            for line in self._lines:
                if test(line):
                    return line
        raise AssertionError(f"no such line of the log: {wanted}\n" + "\n".join(self.log_lines()))

    def signal(self, number):
        self.process.send_signal(number)

    def wait(self, seconds=STOP_SECONDS):
        """Waits for its end; its exit code."""
        code = self.process.wait(seconds)
        self._reader.join(seconds)
        return code

    def stop(self):
        """Ends it as an operator would; its exit code. A second call does nothing."""
        if self.process.poll() is None:
            self.signal(signal.SIGTERM)
        try:
            return self.wait()
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise
