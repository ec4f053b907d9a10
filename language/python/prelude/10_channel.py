# What runs inside the Python sandbox before any user code. These files and those of the version are one program, in the order
# of their names, and share one namespace. It is executed once, while the image is built; every sandbox starts from what it
# leaves behind. The messages are described in docs/GUEST_ABI.md. User code can reach and break everything here: that only harms
# its own sandbox.

import json

# What crosses. How it crosses is in the version's files.

_CALL, _BATCH, _JOB, _RESULT = b"cbjr"
_FAILED, _OK, _FETCH = range(3)


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


def call(name, /, **kwargs):
    """Calls a host function and returns its result."""
    status, value = _exchange((_CALL, name, kwargs))
    if status != _OK:
        raise _failure(value)
    return value
