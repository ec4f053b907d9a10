import ast
import atexit
import gc
import io
import json
import linecache
import logging
import os
import sys
import traceback

# Runs.

_OURS = "<goru>"
# Sources that tracebacks can quote; a session that runs for ever keeps the newest.
_MAX_SOURCES = 1000
_sources = {}
_MAX_REPR = 64 * 1024
_main = sys.modules["__main__"].__dict__
_stdin_used = False


_BUILT_AT = os.path.dirname(traceback.format_exc.__code__.co_filename) + "/"
_FOUND_AT = f"/usr/local/lib/python3.{sys.version_info.minor}/"


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


def _is_ours(error):
    """Whether the error comes from one of our own functions: below the first frame of the user's there is one of ours."""
    place = error.__traceback__ and error.__traceback__.tb_next
    while place is not None:
        if place.tb_frame.f_code.co_filename == _OURS:
            return True
        place = place.tb_next
    return False


def _hint(error):
    """What to do about an error that only a sandbox has."""
    if isinstance(error, OSError) and not _is_ours(error):
        return _files_hint(error)
    if _is_size_error(error):
        return _SIZE_HINT
    if type(error).__name__ == "ZoneInfoNotFoundError":
        return _zone_hint(error)
    if isinstance(error, EOFError) and not _stdin_used:
        return (
            "The code has no standard input: the host gives it some with RunOptions::stdin_data or on_stdin (--stdin FILE; "
            "goru FILE and goru -c hand on what is piped in).\n"
        )
    return ""


def _ask_for_all(reader=io.BufferedReader, source=io.BytesIO):
    """Asks the host for all memory that there can be, piece by piece. It believes that memory was short where it has refused
    some, and a request that is larger than all memory fails without asking it."""
    held = []
    size = 1 << 30
    while size >= 1 << 16:
        try:
            held.append(reader(source(), size))
        except MemoryError:
            size >>= 1


def _kind_of(error, args_of=BaseException.args.__get__):
    """What the host is told that the error is. Runs no code of the user's."""
    if issubclass(type(error), MemoryError):
        # Errors that code raises itself have a message.
        if not args_of(error):
            _ask_for_all()
        return "memory"
    return "call_limit" if issubclass(type(error), HostCallLimitError) else "exception"


def _format(error):
    """The traceback, without what is ours."""
    summary = traceback.TracebackException(type(error), error, error.__traceback__)
    _clean(summary, set())
    return "".join(summary.format())


def _describe(error):
    """The error of an outcome. Works, if in fewer words, where memory is exhausted."""
    kind = _kind_of(error)
    name = type(error).__name__
    try:
        module = type(error).__module__
        if isinstance(error, MemoryError):
            traceback.clear_frames(error.__traceback__)
        text = _format(error) + _hint(error)
        try:
            message = str(error)
        except Exception:
            message = "<exception str() failed>"
        if module not in ("builtins", "__main__", _OURS):
            name = f"{module}.{type(error).__qualname__}"
        return {"kind": kind, "type": name, "message": message, "traceback": text}
    except BaseException:
        return {"kind": kind, "type": name, "message": "", "traceback": name}


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


def _interact(code, name):
    """Runs what was entered at a prompt: values of expressions are shown, and the last one is kept in _."""
    tree = compile(code, name, "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
    for statement in tree.body:
        exec(compile(ast.Interactive([statement]), name, "single", dont_inherit=True), _main)


def _open_stdin():
    """As the interpreter does it (Python/pylifecycle.c, create_stdio)."""
    global _stdin_used
    _stdin_used = True
    raw = io.FileIO(0, "rb", closefd=False)
    raw.name = "<stdin>"
    stream = io.TextIOWrapper(io.BufferedReader(raw), encoding="utf-8", errors="surrogateescape", newline="\n")
    stream.mode = "r"
    sys.stdin = sys.__stdin__ = stream


def _set_arguments(job):
    """sys.argv and __file__, as a program that was started by its name finds them."""
    name = job["name"]
    own = {"<string>": "-c", "<stdin>": ""}.get(name, name)
    sys.argv = [own, *job.get("arguments", ())]
    if name.startswith("<"):
        _main.pop("__file__", None)
    else:
        # Where the program would lie: beside the files that it was given.
        _main["__file__"] = os.path.join(os.getcwd(), os.path.basename(name)) if _files == "scratch" else name


def _run_exit_handlers():
    """What the interpreter does at a program's end. Errors in handlers are written, and the others still run."""
    _run_timers()
    while atexit._ncallbacks():
        atexit._run_exitfuncs()


def _tell_excepthook(error):
    """Whether the program's own sys.excepthook has told of the error."""
    hook = getattr(sys, "excepthook", None)
    if hook is None or hook is sys.__excepthook__:
        return False
    try:
        hook(type(error), error, error.__traceback__)
    except SystemExit:
        raise
    except BaseException as wrong:
        if wrong.__context__ is error:
            # It was over when the hook was called.
            wrong.__context__ = None
        print("Error in sys.excepthook:", _format(wrong), "Original exception was:", sep="\n", file=sys.stderr)
        return False
    return True


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


def _outcome_of(error):
    """The outcome of a run that ended with an error."""
    try:
        told = not isinstance(error, (MemoryError, KeyboardInterrupt)) and _tell_excepthook(error)
    except SystemExit as end:
        return {"exit": _exit_code(end)}
    described = _describe(error)
    if told:
        described |= {"traceback": "", "reported": True}
    return {"error": described}


# Given back when memory runs out, so that the outcome of the run can still be told.
_RESERVE = 1 << 20
_reserve = bytearray(_RESERVE)
_out_of_memory = {"error": {"kind": "memory", "type": "MemoryError", "message": "", "traceback": "MemoryError\n"}}


def _run_job(job):
    global _reserve
    if _reserve is None:
        try:
            _reserve = bytearray(_RESERVE)
        except MemoryError:
            pass
    code = job["code"]
    name = job["name"]
    if job["first"]:
        if "environment" in job:
            os.environ.update(job["environment"])
        if "files" in job:
            _files_begin(job["files"])
        if "threads" in job:
            _threads_begin()
        for renew in _at_first_run:
            renew()
    if job["first"] or "arguments" in job:
        _set_arguments(job)
    if job["stdin"] or _stdin_used:
        _open_stdin()
    _remember(name, code)
    outcome = {}
    try:
        if "environment" in job and "TZ" in job["environment"]:
            _set_local_zone()
        if job["value"]:
            outcome = _evaluate(code, name)
        elif "interactive" in job:
            _interact(code, name)
        else:
            exec(compile(code, name, "exec", dont_inherit=True), _main)
    except SystemExit as error:
        outcome = {"exit": _exit_code(error)}
    except BaseException as error:
        if isinstance(error, MemoryError):
            _reserve = None
        outcome = _outcome_of(error)
    if "last" in job:
        if atexit._ncallbacks() > _exit_handlers or logging._handlerList or _timers:
            try:
                _run_exit_handlers()
            except BaseException as error:
                outcome = _outcome_of(error)
    elif atexit._ncallbacks() > _exit_handlers:
        outcome["exit_handlers"] = True
    try:
        _flush()
    except BaseException:
        # The user's own stream, or one that the user closed.
        pass
    return outcome


# Handlers that modules of the image have registered; they tidy up for programs that use them.
_exit_handlers = 0
# Called when nothing of the image is to change any more.
_at_settling = []


def _settle():
    """What exists now stays for ever: the image is taken next."""
    global _reserve, _exit_handlers
    _exit_handlers = atexit._ncallbacks()
    # Made anew at the end: this has to be freed when it is needed.
    _reserve = None
    linecache.clearcache()
    _sources.clear()
    gc.collect()
    gc.freeze()
    for finish in _at_settling:
        finish()
    _reserve = bytearray(_RESERVE)
