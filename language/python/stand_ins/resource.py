"""The system's limits of a process. The host sets a sandbox's: time, memory, output."""

from _stand_in import constants, refuse_all

# Values of Linux on x86-64.
constants(
    globals(),
    """
    RLIMIT_AS=9 RLIMIT_CORE=4 RLIMIT_CPU=0 RLIMIT_DATA=2 RLIMIT_FSIZE=1 RLIMIT_MEMLOCK=8 RLIMIT_MSGQUEUE=12 RLIMIT_NICE=13
    RLIMIT_NOFILE=7 RLIMIT_NPROC=6 RLIMIT_OFILE=7 RLIMIT_RSS=5 RLIMIT_RTPRIO=14 RLIMIT_RTTIME=15 RLIMIT_SIGPENDING=11
    RLIMIT_STACK=3 RLIM_INFINITY=-1 RUSAGE_CHILDREN=-1 RUSAGE_SELF=0 RUSAGE_THREAD=1
    """,
)
error = OSError

_LIMITS = {value for name, value in globals().items() if name.startswith("RLIMIT_")}


def _check(resource):
    if resource not in _LIMITS:
        raise ValueError("invalid resource specified")


def getrlimit(resource, /):
    """There are no limits of this kind."""
    _check(resource)
    return (RLIM_INFINITY, RLIM_INFINITY)


def setrlimit(resource, limits, /):
    """Takes limits away, which changes nothing, and a stack of any size: how deep calls go is not its matter here."""
    _check(resource)
    soft, hard = limits
    if resource != RLIMIT_STACK and (soft, hard) != (RLIM_INFINITY, RLIM_INFINITY):
        raise OSError("the host sets the sandbox's limits (--timeout, --memory, --max-output), programs cannot")


def getpagesize():
    return 65536


refuse_all(
    globals(), "getrusage prlimit",
    "the sandbox does not know what its process uses; time.process_time has the CPU time, tracemalloc what Python's objects take"
)
