import gc
import importlib.machinery
import linecache
import os
import sys
import zlib

import _goru

# Starts of runs: the shim hands the job over and reports what comes back.


def _run(job):
    global _reserve
    try:
        if _reserve is None:
            _reserve = bytearray(_RESERVE)
    except MemoryError:
        pass
    try:
        return _run_job(job)
    except MemoryError:
        _reserve = None
        return _out_of_memory


def _settle():
    """What exists now stays for ever: the image is taken next."""
    global _reserve
    _reserve = None
    linecache.clearcache()
    _sources.clear()
    gc.collect()
    gc.freeze()
    _goru.immortalize()
    # This has to be freed when it is needed.
    _reserve = bytearray(_RESERVE)


def _get_source(name):
    """The source of a module of the standard library, for tracebacks and inspect."""
    packed = _goru.source(name)
    return None if packed is None else zlib.decompress(packed).decode()


# Programs expect an entry.
sys.path.append(os.path.dirname(os.__file__))
importlib.machinery.FrozenImporter.get_source = staticmethod(_get_source)
_goru.register(_run, _describe)
