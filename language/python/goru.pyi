"""What sandboxed Python code sees beyond the standard library.

Copy this file into your project for completion and type checking. Inside the sandbox every name is a builtin; the same names can
be imported from module goru, which is what a type checker understands: ``from goru import call``.
"""

from typing import Any, TypeAlias

Json: TypeAlias = None | bool | int | float | str | list["Json"] | tuple["Json", ...] | dict[str, "Json"]

class HostError(RuntimeError):
    """A host function failed, does not exist or is not enabled. The message says which."""

class HostCallLimitError(HostError):
    """The run has made all the host calls that it may make."""

def call(name: str, /, **kwargs: Json) -> Any:
    """Calls the host function ``name`` and returns its result.

    Arguments are what JSON can express; integers have at most 64 bits. Raises HostError, TypeError for arguments that
    cannot cross, ValueError for ones that are too large.
    """

async def async_call(name: str, /, **kwargs: Json) -> Any:
    """Calls the host function ``name`` without blocking the event loop.

    Calls that are gathered cross to the host together and run concurrently. Cancelling the task tells the host function to
    stop.
    """

def install_pkg(name: str, specifier: str = "", /) -> dict[str, str]:
    """Installs a package, and what it needs, into this sandbox alone; it can be imported at once.

    ``install_pkg("python-dateutil", ">=2.8")``. Returns the names and versions of all that was installed. Raises PermissionError
    where the host does not allow the package, ValueError for a wrong name or version and for what cannot work in the sandbox,
    TimeoutError, and HostError where the index cannot be reached.
    """
