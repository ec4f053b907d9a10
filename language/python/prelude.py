"""What runs inside the Python sandbox before any user code.

The command executes this once, while the image is built; every sandbox starts from what it leaves behind. The messages are
described in docs/GUEST_ABI.md. User code can reach and break everything here: that only harms its own sandbox.
"""

import ast
import asyncio
import builtins
import functools
import gc
import importlib.abc
import importlib.machinery
import io
import itertools
import json
import linecache
import marshal
import os
import sys
import time
import traceback
import types

# ---------------------------------------------------------------------------------------------------------------------
# The channel: one read of the device is one crossing. The buffer holds the request on the way in and the answer on the way
# out.

_INITIAL_BUFFER = 16 * 1024
_TOO_SMALL = 0xFFFFFFFF
_MARSHAL_VERSION = 2

_device = open(os.open("/.goru/host", os.O_RDWR), "rb", buffering=0)
_buffer = bytearray(_INITIAL_BUFFER)


class HostError(RuntimeError):
    """A host function failed, does not exist or is not enabled."""


class HostCallLimitError(HostError):
    """The run has made all the host calls that it may make."""


_errors = {
    "TypeError": TypeError,
    "ValueError": ValueError,
    "HostCallLimitError": HostCallLimitError,
}


def _failure(value):
    kind, message = value
    error = _errors.get(kind, HostError)(message)
    error.__module__ = "builtins"
    return error


def _dump(value):
    try:
        return marshal.dumps(value, _MARSHAL_VERSION)
    except ValueError:
        # Subclasses of the plain types and the like: what json makes of them is what crosses.
        return marshal.dumps(json.loads(json.dumps(value)), _MARSHAL_VERSION)


def _exchange(op, payload, read=_device.readinto, load=marshal.loads):
    """Sends one request and returns (status, value)."""
    global _buffer
    body = op + _dump(payload)
    size = len(body)
    buffer = _buffer
    if size + 4 > len(buffer):
        buffer = bytearray(size + 4)
    buffer[0:4] = size.to_bytes(4, "little")
    buffer[4 : 4 + size] = body
    got = read(buffer)
    size = int.from_bytes(buffer[0:4], "little")
    if size == _TOO_SMALL:
        buffer = bytearray(int.from_bytes(buffer[4:8], "little") + 8)
        got = read(buffer)
        size = int.from_bytes(buffer[0:4], "little")
    if not got:
        raise HostError("the host is not listening")
    return buffer[4], load(memoryview(buffer)[5 : 4 + size])


_OK = ord("o")


def call(name, /, **kwargs):
    """Calls a host function and returns its result."""
    status, value = _exchange(b"c", (name, kwargs))
    if status != _OK:
        raise _failure(value)
    return value


# ---------------------------------------------------------------------------------------------------------------------
# asyncio: the standard library's, on a loop whose waiting is a crossing. Calls that are queued when the loop has nothing
# else to do go to the host together.


class _Calls:
    """The asynchronous host calls of one event loop, in the place of a selector."""

    _ids = itertools.count(1)

    def __init__(self):
        self.queued = []
        self.cancelled = []
        self.futures = {}

    def start(self, loop, name, kwargs):
        future = loop.create_future()
        number = next(self._ids)
        self.futures[number] = future
        self.queued.append((number, name, kwargs))
        future.add_done_callback(functools.partial(self._done, number))
        return future

    def _done(self, number, future):
        if self.futures.pop(number, None) is not None:
            # Done without an answer: cancelled. Nobody waits for the call any more.
            self.cancelled.append(number)

    def select(self, timeout):
        if not self.queued and not self.cancelled:
            if timeout is not None and timeout <= 0:
                if not self.futures:
                    return ()
            elif timeout is None and not self.futures:
                raise RuntimeError("the event loop waits for something that can never happen: nothing is in flight")
        queued, self.queued = self.queued, []
        cancelled, self.cancelled = self.cancelled, []
        milliseconds = None if timeout is None else timeout * 1000
        status, value = _exchange(b"b", (queued, cancelled, milliseconds))
        if status != _OK:
            raise _failure(value)
        for number, ok, answer in value:
            future = self.futures.pop(number, None)
            if future is None or future.done():
                continue
            if ok:
                future.set_result(answer)
            else:
                future.set_exception(_failure(answer))
        return ()

    def close(self):
        """Tells the host that nobody waits for what is still in flight."""
        cancelled = self.cancelled + list(self.futures)
        self.futures.clear()
        self.queued.clear()
        if cancelled:
            _exchange(b"b", ((), cancelled, 0))


class _Loop(asyncio.base_events.BaseEventLoop):
    def __init__(self):
        super().__init__()
        self._selector = _Calls()

    def _process_events(self, event_list):
        pass

    def _write_to_self(self):
        pass

    def close(self):
        if not self.is_closed():
            self._selector.close()
        super().close()

    def run_in_executor(self, executor, func, *args):
        raise RuntimeError("the sandbox has no threads: call the function directly")


class _Policy(asyncio.events.BaseDefaultEventLoopPolicy):
    _loop_factory = _Loop


asyncio.set_event_loop_policy(_Policy())


async def async_call(name, /, **kwargs):
    """Calls a host function without blocking the event loop; gathered calls run concurrently."""
    loop = asyncio.get_running_loop()
    return await loop._selector.start(loop, name, kwargs)


# ---------------------------------------------------------------------------------------------------------------------
# What the sandbox does not have says so.

_no_processes = "the sandbox has no processes"
_no_threads = "the sandbox has no threads; use asyncio"


def _refuse(message):
    def refuse(*args, **kwargs):
        raise OSError(message)

    return refuse


for _name in ("system", "popen", "fork", "forkpty", "execv", "execve", "posix_spawn", "spawnv", "spawnve"):
    setattr(os, _name, _refuse(_no_processes))

_blocked_modules = {
    "socket": "the sandbox has no sockets; use http",
    "_socket": "the sandbox has no sockets; use http",
    "ssl": "the sandbox has no sockets; use http",
    "_ssl": "the sandbox has no sockets; use http",
    "multiprocessing": _no_processes,
    "_multiprocessing": _no_processes,
}


class _Blocked(importlib.abc.MetaPathFinder):
    """Says why a module cannot be imported, where the runtime does not have it."""

    def find_spec(self, name, path=None, target=None):
        reason = _blocked_modules.get(name)
        if reason is not None:
            raise ModuleNotFoundError(f"No module named {name!r}: {reason}", name=name)
        return None


# ---------------------------------------------------------------------------------------------------------------------
# Modules that everybody uses are imported while the image is built. One that holds entropy is kept back and seeded when it is
# first imported, so that no two sandboxes draw the same numbers.


class _Seeded(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def __init__(self):
        self.modules = {}

    def keep(self, name):
        self.modules[name] = sys.modules.pop(name)

    def find_spec(self, name, path=None, target=None):
        if name in self.modules:
            return importlib.machinery.ModuleSpec(name, self)
        return None

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        name = module.__spec__.name
        kept = self.modules.pop(name)
        kept.seed()
        sys.modules[name] = kept


# ---------------------------------------------------------------------------------------------------------------------
# Runs.

_OURS = "<goru>"
_MAX_REPR = 64 * 1024
_main = sys.modules["__main__"].__dict__
_stdin_used = False


def _clean(summary, seen):
    """Removes our own frames from a traceback, and from those that it is chained to."""
    if summary is None or id(summary) in seen:
        return
    seen.add(id(summary))
    if summary.stack is not None:
        frames = [frame for frame in summary.stack if frame.filename != _OURS]
        summary.stack = traceback.StackSummary.from_list(frames) if frames else None
    _clean(summary.__cause__, seen)
    _clean(summary.__context__, seen)
    for part in summary.exceptions or ():
        _clean(part, seen)


def _describe(error):
    """The error of an outcome. Works, if in fewer words, where memory is exhausted."""
    kind = type(error).__name__
    try:
        module = type(error).__module__
        if isinstance(error, MemoryError):
            traceback.clear_frames(error.__traceback__)
        summary = traceback.TracebackException(type(error), error, error.__traceback__)
        _clean(summary, set())
        text = "".join(summary.format())
        try:
            message = str(error)
        except Exception:
            message = "<exception str() failed>"
        if module not in ("builtins", "__main__", _OURS):
            kind = f"{module}.{type(error).__qualname__}"
        return {"type": kind, "message": message, "traceback": text}
    except BaseException:
        return {"type": kind, "message": "", "traceback": kind}


def _exit_code(error):
    code = error.code
    if code is None:
        return 0
    if isinstance(code, int):
        return int(code)
    try:
        print(code, file=sys.stderr)
    except Exception:
        pass
    return 1


def _value_of(value):
    if value is None:
        return {}
    try:
        return {"value": json.dumps(value, allow_nan=False)}
    except (TypeError, ValueError, RecursionError):
        pass
    text = repr(value)
    if len(text) > _MAX_REPR:
        text = text[:_MAX_REPR] + "..."
    return {"repr": text}


def _evaluate(code, name):
    """Runs the code and returns the value of its last expression as an outcome."""
    tree = ast.parse(code, name)
    if not tree.body or not isinstance(tree.body[-1], ast.Expr):
        exec(compile(tree, name, "exec", dont_inherit=True), _main)
        return {}
    last = ast.Expression(tree.body.pop().value)
    exec(compile(tree, name, "exec", dont_inherit=True), _main)
    return _value_of(eval(compile(last, name, "eval", dont_inherit=True), _main))


def _open_stdin():
    global _stdin_used
    _stdin_used = True
    sys.stdin = io.TextIOWrapper(
        io.BufferedReader(io.FileIO(0, closefd=False)), encoding="utf-8", errors="surrogateescape"
    )


def _flush():
    for stream in {sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__}:
        try:
            stream.flush()
        except Exception:
            pass


def _run():
    job = _exchange(b"j", None)[1]
    code = job["code"]
    name = job["name"]
    if job["stdin"] or _stdin_used:
        _open_stdin()
    linecache.cache[name] = (lambda: code,)
    outcome = {}
    try:
        if job["value"]:
            outcome = _evaluate(code, name)
        else:
            exec(compile(code, name, "exec", dont_inherit=True), _main)
    except SystemExit as error:
        outcome = {"exit": _exit_code(error)}
    except BaseException as error:
        outcome = {"error": _describe(error)}
    _flush()
    _exchange(b"r", outcome)


# ---------------------------------------------------------------------------------------------------------------------


def _publish():
    """Makes the sandbox's own names visible: everywhere, and as module goru for type checkers and editors."""
    module = types.ModuleType("goru", "What the sandbox offers beyond Python.")
    for item in (call, async_call, HostError, HostCallLimitError):
        item.__module__ = "goru"
        setattr(builtins, item.__name__, item)
        setattr(module, item.__name__, item)
    module.__all__ = ["call", "async_call", "HostError", "HostCallLimitError"]
    sys.modules["goru"] = module
    builtins.__goru_run__ = _run


def _preload():
    for name in (
        "abc base64 bisect calendar collections collections.abc contextlib copy dataclasses datetime decimal enum "
        "fractions functools hashlib heapq inspect itertools json math numbers operator random re statistics string struct "
        "textwrap threading typing unicodedata uuid"
    ).split():
        importlib.import_module(name)
    seeded = _Seeded()
    # statistics and others hold the module itself; its shared generator is seeded with the first import, theirs included.
    seeded.keep("random")
    sys.meta_path.insert(0, seeded)
    sys.meta_path.insert(0, _Blocked())


sys.ps1 = sys.ps2 = ""
sys.stdout.reconfigure(line_buffering=True)
sys.argv = [""]
_publish()
_preload()
linecache.clearcache()
gc.collect()
gc.freeze()
