import base64
import importlib.abc
import importlib.machinery
import marshal
import os
import sys
import zlib

# Modules that Python was built without: some of CPython's own, and stand-ins (../stand_ins) that import everywhere and raise
# where they would be used. They lie in the image, compressed, and are found after everything else.

# {name: (path, whether it is a package, whether it is ours, compressed source)}; time zones: 36_time_zones.py.
_bundled, _zones = marshal.loads(zlib.decompress(base64.b64decode(_bundle_text)))
del _bundle_text
_bundled = {name: module for name, module in _bundled.items() if not importlib.machinery.FrozenImporter.find_spec(name)}
# Byte code of what packages import only to ask what there is; the rest is compiled where it is imported.
_BUNDLED_AS_SOURCE = ("curses", "pydoc_data", "tkinter", "turtle", "turtledemo", "venv")
# What is changed in modules that are CPython's, once they are there: {name: function of the module}.
_after_import = {}


def _compile_bundled(name):
    path, _, ours, source = _bundled[name]
    # Functions that only raise do not show in tracebacks.
    file = "<goru>" if ours else f"/usr/local/lib/python3.{sys.version_info.minor}/{path}"
    return compile(zlib.decompress(source), file, "exec", dont_inherit=True, optimize=0)


_bundled_code = {
    name: zlib.compress(marshal.dumps(_compile_bundled(name)), 9)
    for name in _bundled
    if name.partition(".")[0] not in _BUNDLED_AS_SOURCE
}


class _Bundled(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    def find_spec(self, name, path=None, target=None):
        if name not in _bundled:
            return None
        return importlib.machinery.ModuleSpec(name, self, origin="bundled", is_package=_bundled[name][1])

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        name = module.__spec__.name
        exec(self.get_code(name), module.__dict__)
        if name in _after_import:
            _after_import[name](module)

    def is_package(self, name):
        return _bundled[name][1]

    def get_code(self, name):
        code = _bundled_code.get(name)
        return _compile_bundled(name) if code is None else marshal.loads(zlib.decompress(code))

    def get_source(self, name):
        return zlib.decompress(_bundled[name][3]).decode()


# Processes: everything that would start one, or share something with one.

_PROCESS_TOOLS = (
    "Array Barrier BoundedSemaphore Condition Event JoinableQueue Lock Manager Pipe Pool Queue RLock RawArray RawValue Semaphore "
    "SimpleQueue Value"
).split()


def _no_processes_in_context(module):
    for name in _PROCESS_TOOLS:
        setattr(module.BaseContext, name, _refuse(_no_processes))


def _pools(module):
    module.Pool.__init__ = _refuse(_no_processes)
    # A pool that was never made is not one that somebody forgot to close.
    module.Pool._state = module.CLOSE
    # Those of 54_threads.py.
    module.ThreadPool, module.ApplyResult, module.MapResult = ThreadPool, AsyncResult, MapResult
    module.AsyncResult = AsyncResult


def _no_process(module):
    module.BaseProcess.start = _refuse(_no_processes)


def _no_browser(module):
    ask = module.open

    def open(url, new=0, autoraise=True):
        if not ask(url, new, autoraise):
            raise module.Error("the sandbox has no web browser: print the address instead")
        return True

    open.__doc__ = ask.__doc__
    module.open = open


_after_import |= {
    "multiprocessing.context": _no_processes_in_context,
    "multiprocessing.pool": _pools,
    "multiprocessing.process": _no_process,
    "webbrowser": _no_browser,
}

# The module pty wants it while it is imported.
os.waitpid = _refuse(_no_processes)
# The user that pwd knows.
for _name in ("getuid", "geteuid", "getgid", "getegid"):
    if not hasattr(os, _name):
        setattr(os, _name, lambda: 1000)
