import os
import signal

# Functions that programs look for in os and signal and that are not here: the error says why, and what to use.

_NO_ALARM = (
    "nothing interrupts code inside the sandbox; the host ends a run at its timeout (WithSessionTimeout, --timeout), asyncio.wait_for "
    "what it awaits, and a loop can look at time.monotonic()"
)
_NO_USERS = "the sandbox has no users"
_NO_DISK = "there is no disk; files of the session have the room that --scratch SIZE gives them"
_NO_SHELL = f"{_no_processes} and no shell; do it in Python, or call a host function"


def _name_reasons(module, reasons):
    """Gives the error of a missing attribute its reason. Those that have none keep the interpreter's own words."""

    def __getattr__(name):
        message = f"module {module.__name__!r} has no attribute {name!r}"
        if name in reasons:
            raise AttributeError(f"{message} ({reasons[name]})")
        raise AttributeError(message, name=name, obj=module)

    module.__getattr__ = __getattr__


def _reasons(*groups):
    return {name: reason for names, reason in groups for name in names.split()}


_name_reasons(signal, _reasons(("alarm setitimer getitimer ITIMER_REAL ITIMER_VIRTUAL ITIMER_PROF siginterrupt pause", _NO_ALARM)))
_name_reasons(
    os,
    _reasons(
        ("getuid geteuid getgid getegid getgroups getlogin setuid setgid chown fchown lchown initgroups", _NO_USERS),
        ("kill killpg getppid getpgid getpgrp setsid setpgid wait waitpid wait3 wait4 nice getpriority posix_spawnp fork_exec", _no_processes),
        ("sched_getaffinity sched_setaffinity getloadavg", "the sandbox does not know the machine; os.cpu_count() is there"),
        ("statvfs fstatvfs", _NO_DISK),
        ("mkfifo mknod pipe2 openpty memfd_create eventfd", "the sandbox has no pipes and devices; use io.BytesIO or queue"),
    ),
)

# What terminals do on it: there is one screen, which is standard output.
_CLEAR_SCREEN = b"\x1b[H\x1b[2J\x1b[3J"


def _system(command):
    """Execute the command in a subshell: the sandbox has none, and clears the screen by itself."""
    if os.fsencode(command).split() in ([b"clear"], [b"cls"]):
        _flush()
        os.write(1, _CLEAR_SCREEN)
        return 0
    raise OSError(_NO_SHELL)


os.system = _system
_uname = os.uname


def _named_uname():
    """Return an object identifying the current operating system."""
    system, _, *others = _uname()
    return os.uname_result((system, _HOST_NAME, *others))


os.uname = _named_uname
