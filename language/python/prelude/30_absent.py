import importlib.abc
import os
import time

# What the sandbox does not have says so.

_no_processes = "the sandbox has no processes"
_no_threads = "the sandbox has no threads, unless the host allows them (WithSessionThreads, --threads); use asyncio"


def _refuse(message):
    def refuse(*args, **kwargs):
        raise OSError(message)

    return refuse


for _name in ("system", "popen", "fork", "forkpty", "execv", "execve", "posix_spawn", "spawnv", "spawnve"):
    setattr(os, _name, _refuse(_no_processes))



def _cpu_clock():
    """What asks the host for the CPU time, which the C library has no name for."""
    try:
        from _goru import cpu_time_ns
    except ImportError:
        # Its clocks are addresses of their numbers; that of CPU time is 2.
        number = (2).to_bytes(4, "little")
        address = id(number) + bytes.__basicsize__ - 1

        def cpu_time_ns(_number=number):
            return time.clock_gettime_ns(address)

    def process_time_ns():
        """process_time() -> int

        Process time for profiling: the CPU time of this run's sandbox, in nanoseconds."""
        return cpu_time_ns()

    def process_time():
        """process_time() -> float

        Process time for profiling: the CPU time of this run's sandbox, in seconds."""
        return cpu_time_ns() * 1e-9

    return process_time, process_time_ns


time.process_time, time.process_time_ns = _cpu_clock()
time.thread_time, time.thread_time_ns = time.process_time, time.process_time_ns

_blocked_modules = {
    "socket": "the sandbox has no sockets; use http",
    "_socket": "the sandbox has no sockets; use http",
    "ssl": "the sandbox has no sockets; use http",
    "_ssl": "the sandbox has no sockets; use http",
    "multiprocessing": _no_processes,
    "_multiprocessing": _no_processes,
    "concurrent.futures.thread": _no_threads,
    "concurrent.futures.process": _no_processes,
}


def _no_thread(self):
    raise RuntimeError(_no_threads)


def _no_socket(self, *args, **kwargs):
    raise OSError(_blocked_modules["socket"])


class _Blocked(importlib.abc.MetaPathFinder):
    """Says why a module cannot be imported, where the runtime does not have it."""

    def find_spec(self, name, path=None, target=None):
        reason = _blocked_modules.get(name)
        if reason is not None:
            raise ModuleNotFoundError(f"No module named {name!r}: {reason}", name=name)
        return None
