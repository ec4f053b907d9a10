import os
import random  # noqa: F401 (it asks for os.fork, so it comes before the one below)
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

_no_sockets = "the sandbox has no sockets; use http"


def _no_thread(self):
    raise RuntimeError(_no_threads)


def _no_socket(self, *args, **kwargs):
    raise OSError(_no_sockets)


# All sandboxes have the same name, and it is nobody's.
_HOST_NAME = "localhost"


def _gethostname():
    """gethostname() -> string

    Return the sandbox's host name, which is the same in all of them."""
    return _HOST_NAME


def _getfqdn(name=""):
    """Get fully qualified domain name from name: nothing is looked up."""
    name = name.strip()
    return _HOST_NAME if name in ("", "0.0.0.0", "::") else name
