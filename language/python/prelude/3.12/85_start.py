import builtins
import collections
import sys

# Starts of runs: the interactive loop is given a line that calls __goru_run__. It prints prompts, which are empty.

sys.ps1 = sys.ps2 = ""
# What is called before the first line: it would have readline complete names at a terminal.
sys.__interactivehook__ = lambda: None


def _as_of_a_program(flags):
    """sys.flags, which tell of that loop, as a program finds them that was started by its name."""
    names = flags.__match_args__
    kind = collections.namedtuple("flags", names, module="sys")
    kind.__name__ = "sys.flags"
    return kind(**{name: getattr(flags, name) for name in names} | {"inspect": 0, "interactive": 0, "quiet": 0})


sys.flags = _as_of_a_program(sys.flags)


def _run():
    global _reserve
    try:
        outcome = _run_job(_exchange((_JOB, None))[1])
        _exchange((_RESULT, outcome))
    except MemoryError:
        _reserve = None
        _exchange((_RESULT, _out_of_memory))


builtins.__goru_run__ = _run
