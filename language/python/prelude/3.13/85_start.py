import importlib.machinery
import os
import sys
import zlib

import _goru

# Starts of runs: the shim hands the job over and reports what comes back.


def _run(job):
    global _reserve
    try:
        return _run_job(job)
    except MemoryError:
        _reserve = None
        return _out_of_memory


def _get_source(name):
    """The source of a module of the standard library, for tracebacks and inspect."""
    packed = _goru.source(name)
    return None if packed is None else zlib.decompress(packed).decode()


# Programs expect an entry.
sys.path.append(os.path.dirname(os.__file__))
importlib.machinery.FrozenImporter.get_source = staticmethod(_get_source)
_at_settling.append(_goru.immortalize)
_goru.register(_run, _describe)
