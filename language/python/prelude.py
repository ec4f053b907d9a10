"""What runs inside the Python sandbox before any user code.

The command executes this once, while the image is built; every sandbox starts from what it leaves behind. The messages are
described in docs/GUEST_ABI.md. User code can reach and break everything here: that only harms its own sandbox.
"""

import ast
import asyncio
import builtins
import errno
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
import threading
import time
import traceback
import types

# ---------------------------------------------------------------------------------------------------------------------
# The channel: writing a request to the device is one crossing, and the answer is in the buffer when the write returns. The
# host learns where the buffer is from the read below.

_CALL, _BATCH, _JOB, _RESULT = b"cbjr"
_FAILED, _OK, _FETCH = range(3)

_device = open(os.open("/.goru/host", os.O_RDWR), "r+b", buffering=0)
_answer = bytearray(16 * 1024)
_device.readinto(_answer)


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
    return _errors.get(kind, HostError)(message)


def _plain(value):
    """What json makes of subclasses of the plain types and the like, which marshal refuses."""
    return json.loads(json.dumps(value))


def _exchange(request, write=_device.write, dump=marshal.dumps, load=marshal.loads, answer=_answer):
    """Sends one request and returns (status, value)."""
    try:
        write(dump(request, 2))
    except ValueError:
        write(dump((request[0], *map(_plain, request[1:])), 2))
    response = load(answer)
    if response[0] == _FETCH:
        buffer = bytearray(response[1])
        _device.readinto(buffer)
        response = load(buffer)
    return response


def call(name, /, **kwargs):
    """Calls a host function and returns its result."""
    status, value = _exchange((_CALL, name, kwargs))
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
        status, value = _exchange((_BATCH, queued, cancelled, milliseconds))
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
            _exchange((_BATCH, (), cancelled, 0))


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

    async def subprocess_exec(self, *args, **kwargs):
        raise OSError(_no_processes)

    async def subprocess_shell(self, *args, **kwargs):
        raise OSError(_no_processes)

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

# The runtime has no CPU clock and says so with a large negative number.
time.process_time = time.thread_time = time.perf_counter
time.process_time_ns = time.thread_time_ns = time.perf_counter_ns

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
        if name == "random":
            kept.seed()
        else:
            importlib.import_module("random")
        sys.modules[name] = kept


# ---------------------------------------------------------------------------------------------------------------------
# Runs.

_OURS = "<goru>"
# Sources that tracebacks can quote; a session that runs for ever keeps the newest.
_MAX_SOURCES = 1000
_sources = {}
_MAX_REPR = 64 * 1024
_main = sys.modules["__main__"].__dict__
_stdin_used = False


_BUILT_AT = os.path.dirname(traceback.format_exc.__code__.co_filename) + "/"
_FOUND_AT = "/usr/local/lib/python3.12/"


def _relocate(frame):
    """Names the standard library's files by where the sandbox has them and not by where they were compiled."""
    if frame.filename.startswith(_BUILT_AT):
        frame.filename = _FOUND_AT + frame.filename[len(_BUILT_AT) :]
    return frame


def _clean(summary, seen):
    """Removes our own frames from a traceback, and from those that it is chained to."""
    if summary is None or id(summary) in seen:
        return
    seen.add(id(summary))
    if summary.stack is not None:
        frames = [_relocate(frame) for frame in summary.stack if frame.filename != _OURS]
        summary.stack = traceback.StackSummary.from_list(frames) if frames else None
    _clean(summary.__cause__, seen)
    _clean(summary.__context__, seen)
    for part in summary.exceptions or ():
        _clean(part, seen)


def _hint(error):
    """What to do about an error that only a sandbox has."""
    if isinstance(error, (FileNotFoundError, PermissionError)) or getattr(error, "errno", None) == errno.EROFS:
        return "The sandbox has no files of the machine that it runs on.\n"
    return ""


def _describe(error):
    """The error of an outcome. Works, if in fewer words, where memory is exhausted."""
    kind = type(error).__name__
    try:
        module = type(error).__module__
        if isinstance(error, MemoryError):
            traceback.clear_frames(error.__traceback__)
        summary = traceback.TracebackException(type(error), error, error.__traceback__)
        _clean(summary, set())
        text = "".join(summary.format()) + _hint(error)
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
        return {"value": json.dumps(value, allow_nan=False, ensure_ascii=False)}
    except (TypeError, ValueError, RecursionError):
        pass
    text = repr(value)
    if len(text) > _MAX_REPR:
        text = text[:_MAX_REPR] + "..."
    return {"repr": text}


def _evaluate(code, name):
    """Runs the code and returns the value of its last expression as an outcome."""
    tree = compile(code, name, "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
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


_stdout = sys.stdout
_stderr = sys.stderr


def _flush():
    _stdout.flush()
    _stderr.flush()
    for stream in (sys.stdout, sys.stderr):
        if stream is not _stdout and stream is not _stderr:
            stream.flush()


def _remember(name, code):
    """Lets tracebacks, ours and the user's own, quote the lines of this source."""
    _sources.pop(name, None)
    if len(_sources) >= _MAX_SOURCES:
        linecache.cache.pop(_sources.pop(next(iter(_sources))), None)
    _sources[name] = name
    linecache.cache[name] = (len(code), None, [line + "\n" for line in code.split("\n")], name)


# Given back when memory runs out, so that the outcome of the run can still be told.
_RESERVE = 1 << 20
_reserve = bytearray(_RESERVE)
_out_of_memory = {"error": {"type": "MemoryError", "message": "", "traceback": "MemoryError\n"}}


def _run():
    global _reserve
    try:
        if _reserve is None:
            _reserve = bytearray(_RESERVE)
    except MemoryError:
        pass
    try:
        outcome = _run_job()
        _exchange((_RESULT, outcome))
    except MemoryError:
        _reserve = None
        _exchange((_RESULT, _out_of_memory))


def _run_job():
    global _reserve
    job = _exchange((_JOB, None))[1]
    code = job["code"]
    name = job["name"]
    if job["first"]:
        sys.argv = [name]
    if job["stdin"] or _stdin_used:
        _open_stdin()
    _remember(name, code)
    outcome = {}
    try:
        if job["value"]:
            outcome = _evaluate(code, name)
        else:
            exec(compile(code, name, "exec", dont_inherit=True), _main)
    except SystemExit as error:
        outcome = {"exit": _exit_code(error)}
    except BaseException as error:
        if isinstance(error, MemoryError):
            _reserve = None
        outcome = {"error": _describe(error)}
    try:
        _flush()
    except BaseException:
        # The user's own stream, or one that the user closed.
        pass
    return outcome


# ---------------------------------------------------------------------------------------------------------------------


def _publish():
    """Makes the sandbox's own names visible: everywhere, and as module goru for type checkers and editors."""
    module = types.ModuleType("goru", "What the sandbox offers beyond Python.")
    for item in (call, async_call, HostError, HostCallLimitError):
        item.__module__ = "builtins"
        setattr(builtins, item.__name__, item)
        setattr(module, item.__name__, item)
    module.__all__ = ["call", "async_call", "HostError", "HostCallLimitError"]
    sys.modules["goru"] = module
    builtins.__goru_run__ = _run


def _preload():
    import socket

    socket.socket.__init__ = _no_socket
    for name in ("create_connection", "create_server", "getaddrinfo", "gethostbyname", "gethostname", "getfqdn"):
        setattr(socket, name, _refuse(_blocked_modules["socket"]))
    threading.Thread.start = _no_thread
    for name in (
        "abc argparse base64 bisect bz2 calendar cmath collections collections.abc contextlib copy csv dataclasses datetime "
        "decimal difflib enum fnmatch fractions functools glob hashlib heapq hmac html inspect itertools json logging math "
        "numbers operator pathlib pickle pprint queue random re secrets shutil sqlite3 statistics string struct tempfile "
        "textwrap threading timeit types typing unicodedata unittest urllib.parse uuid xml.etree.ElementTree zlib"
    ).split():
        importlib.import_module(name)
    seeded = _Seeded()
    # statistics draws from the shared generator of random, so it comes after it. What else imports random makes generators of
    # its own, from the host's entropy.
    seeded.keep("random")
    seeded.keep("statistics")
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
