import _thread
import _threading_local
import asyncio
import concurrent.futures
import contextvars
import itertools
import logging
import queue
import sys
import threading
import time
import types

# Threads where the host allows them (WithSessionThreads): there is one stack, so a thread runs to its end when it is started, as
# itself: with a current_thread, thread-locals and a context of its own. Nothing of this is there before _threads_begin.

_ONLY_ANOTHER = (
    "this waits for what only another thread could do, and in the sandbox a thread runs to its end when it is started: start the "
    "one that fills the queue or frees the lock first, or use asyncio"
)
_thread_start = threading.Thread.start
_thread_sleep = time.sleep
_thread_join = threading.Thread.join
_main_ident = _thread.get_ident()
_thread_now = _main_ident
_stack_size = 0


class _Stuck(RuntimeError):
    """A wait that would never end. It ends whoever started the thread as well: what the thread was to do is not done."""


_Stuck.__name__ = _Stuck.__qualname__ = "RuntimeError"
_Stuck.__module__ = "builtins"


class _Lock:
    """Can be held, and nobody but a timer will ever let go of it while somebody waits."""

    __slots__ = ("__weakref__", "_held")

    def __init__(self):
        self._held = False

    def acquire(self, blocking=True, timeout=-1):
        if not blocking and timeout != -1:
            raise ValueError("can't specify a timeout for a non-blocking call")
        if timeout < 0 and timeout != -1:
            raise ValueError("timeout value must be a non-negative number")
        if not self._held:
            self._held = True
            return True
        if not blocking:
            return False
        if timeout > threading.TIMEOUT_MAX:
            raise OverflowError("timeout value is too large")
        if _wait(lambda: not self._held, timeout):
            self._held = True
            return True
        return False

    def release(self):
        if not self._held:
            raise RuntimeError("release unlocked lock")
        self._held = False

    def locked(self):
        return self._held

    _at_fork_reinit = __init__
    acquire_lock, release_lock, locked_lock = acquire, release, locked

    def __enter__(self):
        return self.acquire()

    def __exit__(self, *args):
        self.release()

    def __repr__(self):
        return f"<{'locked' if self._held else 'unlocked'} _thread.lock object at {id(self):#x}>"


class _Handle:
    """What Thread asks whether it has ended (3.13)."""

    ident = None
    _done = False

    def is_done(self):
        return self._done

    def _set_done(self):
        self._done = True

    def join(self, timeout=None):
        _wait(lambda: self._done, -1 if timeout is None or timeout < 0 else timeout)


_idents = itertools.count(_main_ident + 1)


def _get_ident():
    """get_ident() -> integer

    Return a non-zero integer that uniquely identifies the current thread amongst other threads that exist simultaneously."""
    return _thread_now


def _as_thread(ident, work, context):
    """Runs `work` as the thread of this number."""
    global _thread_now
    before, loop = _thread_now, asyncio._get_running_loop()
    _thread_now = ident
    asyncio._set_running_loop(None)
    try:
        context.run(work)
    finally:
        _thread_now = before
        asyncio._set_running_loop(loop)


# Errors that end the run, and not only the thread that meets them.
_NOT_OF_THREADS = (KeyboardInterrupt, MemoryError, _Stuck)
# Those of threads that were just started.
_thread_errors = []


def _start_thread(self):
    """Start the thread's activity: it has ended when this returns."""
    _thread_start(self)
    if _thread_errors:
        raise _thread_errors.pop()


def _tell(thread):
    """What becomes of an error that a thread's target raises."""
    told = thread._invoke_excepthook

    def tell(thread):
        error = sys.exc_info()[1]
        if isinstance(error, _NOT_OF_THREADS):
            _thread_errors.append(error)
        else:
            told(thread)

    return tell


def _run_thread(bootstrap, handle=None):
    thread = bootstrap.__self__
    thread._invoke_excepthook = _tell(thread)
    try:
        _as_thread(next(_idents), bootstrap, contextvars.Context())
    finally:
        if handle is not None:
            handle._set_done()
        elif thread._tstate_lock is not None and thread._tstate_lock.locked():
            thread._tstate_lock.release()


def _start_joinable(function, handle=None, daemon=True):
    """start_joinable_thread(function[, daemon=True[, handle=None]])"""
    if isinstance(getattr(function, "__self__", None), threading.Thread):
        _run_thread(function, handle)
    else:
        _start_new(function, ())
    return handle


def _start_new(function, args, kwargs={}):  # noqa: B006
    """start_new_thread(function, args[, kwargs])"""
    ident = next(_idents)
    if isinstance(getattr(function, "__self__", None), threading.Thread):
        _run_thread(function)
        return ident

    def work():
        try:
            function(*args, **kwargs)
        except _NOT_OF_THREADS:
            raise
        except SystemExit:
            pass
        except BaseException as error:
            sys.unraisablehook(_Unraisable(error, function))

    _as_thread(ident, work, contextvars.Context())
    return ident


class _Unraisable:
    def __init__(self, error, function):
        self.exc_type, self.exc_value, self.exc_traceback = type(error), error, error.__traceback__
        self.err_msg, self.object = "Exception ignored in thread started by", function


def _set_stack_size(size=0, /):
    """stack_size([size]) -> size

    All threads run on the one stack of the sandbox: the size is kept and changes nothing."""
    global _stack_size
    if size < 0 or 0 < size < 32768:
        raise ValueError(f"size not valid: {size} bytes")
    before, _stack_size = _stack_size, size
    return before


_timers = []


def _next_timer():
    return min((timer for timer in _timers if not timer.finished.is_set()), key=lambda timer: timer._due, default=None)


def _until_next_timer(timeout):
    """Runs the timers that are due. Returns how long an event loop that would wait for `timeout` may wait before the next."""
    while (timer := _next_timer()) is not None:
        left = timer._due - time.monotonic()
        if left > 0:
            return left if timeout is None else min(left, timeout)
        timer.join()
        timeout = 0
    return timeout


def _wait(is_over, timeout):
    """Waits, while timers run, and says whether it is over. -1: without an end, so that only a timer can bring it."""
    end = None if timeout == -1 else time.monotonic() + timeout
    while not is_over():
        timer = _next_timer()
        if timer is not None and (end is None or timer._due <= end):
            timer.join()
        elif end is None:
            raise _Stuck(_ONLY_ANOTHER)
        else:
            _thread_sleep(max(end - time.monotonic(), 0))
            return is_over()
    return True


def _sleep(seconds, /):
    """sleep(seconds)

    Delay execution for a given number of seconds, in which the timers run that are due."""
    if _timers and seconds >= 0:
        _wait(lambda: False, seconds)
    else:
        _thread_sleep(seconds)


def _timer_start(self):
    """A timer runs when it is due while somebody waits or sleeps, or at the program's end: until then it can be cancelled."""
    if not self._initialized:
        raise RuntimeError("thread.__init__() not called")
    if self._started.is_set() or self in _timers:
        raise RuntimeError("threads can only be started once")
    self._due = time.monotonic() + self.interval
    _timers.append(self)


def _timer_join(self, timeout=None):
    if self in _timers:
        wait = self._due - time.monotonic()
        if timeout is not None and not self.finished.is_set() and wait > max(timeout, 0):
            _sleep(max(timeout, 0))
            return
        _timers.remove(self)
        # What is left of it is all that run waits for.
        self.interval = max(wait, 0)
        _start_thread(self)
    _thread_join(self, timeout)


def _timer_is_alive(self):
    if self in _timers:
        return not self.finished.is_set()
    return threading.Thread.is_alive(self)


def _run_timers():
    """At the program's end, which waits for threads that are no daemons."""
    while due := [timer for timer in _timers if not timer.daemon]:
        min(due, key=lambda timer: timer._due).join()
    _timers.clear()


class ThreadPoolExecutor(concurrent.futures.Executor):
    """Does what it is given at once, on the one thread that it has."""

    _counter = itertools.count()

    def __init__(self, max_workers=None, thread_name_prefix="", initializer=None, initargs=()):
        if max_workers is not None and max_workers <= 0:
            raise ValueError("max_workers must be greater than 0")
        if initializer is not None and not callable(initializer):
            raise TypeError("initializer must be a callable")
        self._max_workers = max_workers or 5
        self._initializer, self._initargs = initializer, initargs
        self._thread_name_prefix = thread_name_prefix or f"ThreadPoolExecutor-{next(self._counter)}"
        self._workers = _Workers(self._thread_name_prefix, self._initialize)
        self._broken = self._shutdown = False

    def submit(self, fn, /, *args, **kwargs):
        if self._broken:
            raise BrokenThreadPool(self._broken)
        if self._shutdown:
            raise RuntimeError("cannot schedule new futures after shutdown")
        future = concurrent.futures.Future()
        future.set_running_or_notify_cancel()
        self._workers.do(lambda: self._fill(future, fn, args, kwargs))
        return future

    def _initialize(self):
        try:
            if self._initializer is not None:
                self._initializer(*self._initargs)
        except _NOT_OF_THREADS:
            raise
        except Exception:
            logging.getLogger("concurrent.futures").critical("Exception in initializer:", exc_info=True)
            self._broken = "A thread initializer failed, the thread pool is not usable anymore"

    def _fill(self, future, fn, args, kwargs):
        try:
            if self._broken:
                raise BrokenThreadPool(self._broken)
            result = fn(*args, **kwargs)
        except _NOT_OF_THREADS:
            raise
        except BaseException as error:
            future.set_exception(error)
        else:
            future.set_result(result)

    def shutdown(self, wait=True, *, cancel_futures=False):
        self._shutdown = True


class BrokenThreadPool(concurrent.futures.BrokenExecutor):
    """Raised when a worker thread in a ThreadPoolExecutor failed initializing."""


class _Worker:
    """A thread that does one thing after another."""

    busy = False

    def __init__(self, name):
        self.thread = threading.Thread(name=name, daemon=True)
        threading._dangling.discard(self.thread)
        self.thread._ident = next(_idents)
        self.thread._started.set()
        self.context = contextvars.Context()

    def do(self, work):
        self.busy = True
        threading._active[self.thread._ident] = self.thread
        try:
            _as_thread(self.thread._ident, work, self.context)
        finally:
            self.busy = False
            del threading._active[self.thread._ident]


class _Workers:
    """The threads of a pool: one, and one more for each task that is given from within a task."""

    def __init__(self, name, initialize):
        self.name, self.initialize, self.all = name, initialize, []

    def do(self, work):
        worker = next((worker for worker in self.all if not worker.busy), None)
        if worker is None:
            worker = _Worker(f"{self.name}_{len(self.all)}")
            self.all.append(worker)
            worker.do(self.initialize)
        worker.do(work)


class AsyncResult:
    """What a task of a ThreadPool came to: it has run when this is made."""

    def __init__(self, work, callback=None, error_callback=None):
        try:
            self._value, self._success = work(), True
        except _NOT_OF_THREADS:
            raise
        except Exception as error:
            self._value, self._success = error, False
        told = callback if self._success else error_callback
        if told is not None:
            told(self._value)

    def ready(self):
        return True

    def successful(self):
        return self._success

    def wait(self, timeout=None):
        pass

    def get(self, timeout=None):
        if self._success:
            return self._value
        raise self._value


class MapResult(AsyncResult):
    pass


class ThreadPool:
    """multiprocessing.pool.ThreadPool on the one thread that it has: each task is done when it is given."""

    def __init__(self, processes=None, initializer=None, initargs=()):
        if processes is not None and processes < 1:
            raise ValueError("Number of processes must be at least 1")
        if initializer is not None and not callable(initializer):
            raise TypeError("initializer must be a callable")
        if not _threads_allowed:
            raise RuntimeError(_no_threads)
        self._open = True
        self._workers = _Workers("ThreadPool-worker", lambda: initializer and initializer(*initargs))

    def _do(self, function, *args, **kwargs):
        if not self._open:
            raise ValueError("Pool not running")
        results = []
        self._workers.do(lambda: results.append(function(*args, **kwargs)))
        return results[0]

    def apply(self, func, args=(), kwds={}):  # noqa: B006
        return self._do(func, *args, **kwds)

    def apply_async(self, func, args=(), kwds={}, callback=None, error_callback=None):  # noqa: B006
        if not self._open:
            raise ValueError("Pool not running")
        return AsyncResult(lambda: self._do(func, *args, **kwds), callback, error_callback)

    def map(self, func, iterable, chunksize=None):
        return [self._do(func, item) for item in iterable]

    def map_async(self, func, iterable, chunksize=None, callback=None, error_callback=None):
        return MapResult(lambda: self.map(func, iterable), callback, error_callback)

    def starmap(self, func, iterable, chunksize=None):
        return [self._do(func, *items) for items in iterable]

    def starmap_async(self, func, iterable, chunksize=None, callback=None, error_callback=None):
        return MapResult(lambda: self.starmap(func, iterable), callback, error_callback)

    def imap(self, func, iterable, chunksize=1):
        return (self._do(func, item) for item in iterable)

    imap_unordered = imap

    def close(self):
        self._open = False

    terminate = close

    def join(self):
        if self._open:
            raise ValueError("Pool is still running")

    def __enter__(self):
        return self

    def __exit__(self, *args):
        self.close()


_threads_allowed = False

# Kept ready for sessions with threads; others find the standard library's, whose threads do not start.
_executors = types.ModuleType("concurrent.futures.thread", "Implements ThreadPoolExecutor.")
for _made in (ThreadPoolExecutor, BrokenThreadPool):
    _made.__module__ = _executors.__name__
    setattr(_executors, _made.__name__, _made)


def _threads_begin():
    """The session's first run, with threads."""
    global _threads_allowed
    _threads_allowed = True
    sys.modules[_executors.__name__] = concurrent.futures.thread = _executors
    # An image may have imported the other one.
    vars(concurrent.futures).pop("ThreadPoolExecutor", None)
    for module in (_thread, threading):
        for name, made in (
            ("allocate_lock", _Lock),
            ("_allocate_lock", _Lock),
            ("lock", _Lock),
            ("Lock", _Lock),
            ("LockType", _Lock),
            ("RLock", threading._PyRLock),
            ("get_ident", _get_ident),
            ("get_native_id", _get_ident),
            ("stack_size", _set_stack_size),
            ("start_new_thread", _start_new),
            ("start_new", _start_new),
            ("_start_new_thread", _start_new),
            ("start_joinable_thread", _start_joinable),
            ("_start_joinable_thread", _start_joinable),
            ("_ThreadHandle", _Handle),
            ("_local", _threading_local.local),
            ("local", _threading_local.local),
            ("_set_sentinel", _Lock),
        ):
            if hasattr(module, name):
                setattr(module, name, made)
    threading._CRLock = None
    threading.RLock = threading._PyRLock
    _threading_local.RLock = threading.RLock

    class Local(_threading_local.local):
        _loop = None
        _set_called = False

    _Policy._Local = Local
    asyncio.get_event_loop_policy()._local = Local()
    threading.Thread.start = _start_thread
    time.sleep = _sleep
    threading.Timer.start = _timer_start
    threading.Timer.join = _timer_join
    threading.Timer.is_alive = _timer_is_alive
    queue.SimpleQueue = queue._PySimpleQueue
    _Loop.run_in_executor = asyncio.base_events.BaseEventLoop.run_in_executor
