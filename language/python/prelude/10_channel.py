# What runs inside the Python sandbox before any user code. These files and those of the version are one program, in the order
# of their names, and share one namespace. It is executed once, while the image is built; every sandbox starts from what it
# leaves behind. The messages are described in docs/GUEST_ABI.md. User code can reach and break everything here: that only harms
# its own sandbox.

import errno
import json
import types

# What crosses. How it crosses is in the version's files.

_CALL, _BATCH, _JOB, _RESULT = b"cbjr"
_FAILED, _OK, _FETCH = range(3)


class HostError(RuntimeError):
    """A host function failed, does not exist or is not enabled."""


class HostCallLimitError(HostError):
    """The run has made all the host calls that it may make."""


_errors = {
    kind.__name__: kind
    for kind in (
        TypeError,
        ValueError,
        OSError,
        PermissionError,
        FileNotFoundError,
        FileExistsError,
        IsADirectoryError,
        NotADirectoryError,
        TimeoutError,
        ConnectionError,
        HostCallLimitError,
    )
}


def _failure(value):
    """The exception for the host's [type, message] or [type, message, details]."""
    kind = _errors.get(value[0], HostError)
    message = value[1]
    details = value[2] if len(value) > 2 else None
    number = getattr(errno, details.get("code") or "", None) if details else None
    if number is None or not issubclass(kind, OSError):
        return kind(message)
    path = details.get("path")
    # OSError picks a class by the number. It may be more precise than the host's, but not another one.
    error = OSError(number, message, path)
    return error if isinstance(error, kind) else kind(number, message, path)


# Stands for bytes while json has the value: no text that has a UTF-8 form.
_HELD = "\udc00 held"


def _plain(value):
    """What json makes of subclasses of the plain types and the like, which marshal refuses; bytes stay bytes."""
    held = []

    def hold(item):
        try:
            held.append(memoryview(item).tobytes())
        except TypeError:
            raise TypeError(f"Object of type {type(item).__name__} is not JSON serializable") from None
        return {_HELD: len(held) - 1}

    text = json.dumps(value, default=hold)
    if not held:
        return json.loads(text)
    return json.loads(text, object_hook=lambda members: held[members[_HELD]] if _HELD in members else members)


def call(name, /, **kwargs):
    """Calls a host function and returns its result."""
    status, value = _exchange((_CALL, name, kwargs))
    if status != _OK:
        raise _failure(value)
    return value


def _ask(name, kwargs):
    """Asks a built-in module of the host, and returns its answer."""
    status, value = _exchange((_CALL, name, kwargs))
    if status != _OK:
        raise _failure(value)
    return value


def _module(name, doc, functions):
    """A built-in module of functions that are called _NAME_FUNCTION here."""
    module = types.ModuleType(name, doc)
    _publish_in(module, name, functions)
    module.__all__ = sorted(function.__name__ for function in functions)
    return module


def _publish_in(module, name, functions):
    for function in functions:
        function.__name__ = function.__name__.removeprefix(f"_{name}_")
        function.__qualname__ = f"{name}.{function.__name__}"
        function.__module__ = name
        setattr(module, function.__name__, function)
