import os
import random  # noqa: F401 (it asks for os.fork, so it comes before the one below)
import time

# What the sandbox does not have says so.

_no_processes = "the sandbox has no processes"
_no_threads = "the sandbox has no threads; use asyncio"


def _refuse(message):
    def refuse(*args, **kwargs):
        raise OSError(message)

    return refuse


for _name in ("system", "popen", "fork", "forkpty", "execv", "execve", "posix_spawn", "spawnv", "spawnve"):
    setattr(os, _name, _refuse(_no_processes))

# The runtime has no CPU clock and says so with a large negative number.
time.process_time = time.thread_time = time.perf_counter
time.process_time_ns = time.thread_time_ns = time.perf_counter_ns

_no_sockets = "the sandbox has no sockets; use http"


def _no_thread(self):
    raise RuntimeError(_no_threads)


def _no_socket(self, *args, **kwargs):
    raise OSError(_no_sockets)
