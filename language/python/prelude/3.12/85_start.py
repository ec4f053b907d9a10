import builtins
import gc
import linecache

# Starts of runs: the interactive loop is given a line that calls __goru_run__.


def _run():
    global _reserve
    try:
        if _reserve is None:
            _reserve = bytearray(_RESERVE)
    except MemoryError:
        pass
    try:
        outcome = _run_job(_exchange((_JOB, None))[1])
        _exchange((_RESULT, outcome))
    except MemoryError:
        _reserve = None
        _exchange((_RESULT, _out_of_memory))


def _settle():
    """What exists now stays for ever: the image is taken next."""
    linecache.clearcache()
    _sources.clear()
    gc.collect()
    gc.freeze()


builtins.__goru_run__ = _run
