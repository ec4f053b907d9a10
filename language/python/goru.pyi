"""What sandboxed Python code sees beyond the standard library.

Copy this file into your project for completion and type checking. Inside the sandbox the functions, errors and modules are
builtins; everything can be imported from module goru, which is what a type checker understands: ``from goru import fs``.
"""

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from os import PathLike
from typing import Any, NotRequired, TypeAlias, TypedDict

__all__ = [
    "call",
    "async_call",
    "HostError",
    "HostCallLimitError",
    "install_pkg",
    "http",
    "fs",
    "kv",
    "Headers",
    "HTTPError",
    "Response",
]

_Bytes: TypeAlias = bytes | bytearray | memoryview
_Value: TypeAlias = (
    None | bool | int | float | str | _Bytes | list["_Value"] | tuple["_Value", ...] | dict[str, "_Value"]
)

# --- host functions ---

class HostError(RuntimeError):
    """A host function failed, does not exist or is not enabled. The message says which."""

class HostCallLimitError(HostError):
    """The run has made all the host calls that it may make."""

class _Parameter(TypedDict):
    name: str
    type: str
    """any, boolean, integer, number, string, bytes, array or object."""
    description: str
    required: bool
    default: NotRequired[Any]

class _HostFunction(TypedDict):
    name: str
    description: str
    parameters: list[_Parameter] | None
    """None: any arguments."""

class _Call:
    def __call__(self, name: str, /, **kwargs: _Value) -> Any:
        """Calls the host function ``name`` and returns its result.

        Arguments are what JSON can express, and bytes; integers have at most 64 bits. Raises HostError, TypeError for arguments that
        cannot cross or that the function does not take, ValueError for ones that are too large.
        """
    def functions(self) -> list[_HostFunction]:
        """The host functions that this sandbox may call, sorted by name; ``help(call)`` prints them."""

call: _Call

async def async_call(name: str, /, **kwargs: _Value) -> Any:
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

# --- http ---

class Headers(dict[str, str]):
    """The headers of a response: keys as received, found whatever their case, repeated ones joined by ", "."""

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None: ...
    def get_all(self, name: str) -> list[str]:
        """The values of a header that may have come several times."""

class HTTPError(OSError):
    """What Response.raise_for_status raises."""

    response: Response
    def __init__(self, message: str, response: Response) -> None: ...

class Response:
    """What a server answered."""

    status_code: int
    url: str
    """Where the response came from, after redirects."""
    headers: Headers
    @property
    def ok(self) -> bool:
        """Whether the status is 200 to 299."""
    @property
    def reason(self) -> str:
        """What the status code means, such as "Not Found"."""
    @property
    def content(self) -> bytes:
        """The body as bytes."""
    @property
    def text(self) -> str:
        """The body as text, by the charset that the server named, else as UTF-8. Wrong bytes become U+FFFD."""
    def json(self) -> Any:
        """The value of a body of JSON. ValueError where it is something else."""
    def raise_for_status(self) -> None:
        """Raises HTTPError for a status of 400 and more."""

_Response: TypeAlias = Response
_ResponseHeaders: TypeAlias = Headers
_HTTPError: TypeAlias = HTTPError
_Body: TypeAlias = str | bytes | bytearray | memoryview | None
_Headers: TypeAlias = Mapping[str, str] | Iterable[tuple[str, str]] | None
_Params: TypeAlias = Mapping[str, Any] | Iterable[tuple[str, Any]] | None

class _Http:
    """Requests to the hosts that the sandbox was given. The same names are in the standard library's package http.

    body: text or bytes. headers, params: a dict or a list of pairs. params is added to the query of the URL, a list repeats its
    name, None is left out. json: a value to send as JSON. timeout: seconds.

    A status is never an exception. PermissionError: the host, the address or http as a whole is not allowed. TimeoutError,
    ConnectionError: no answer came. OSError: a body was too large.
    """

    Headers: type[_ResponseHeaders]
    HTTPError: type[_HTTPError]
    Response: type[_Response]
    def get(
        self,
        url: str,
        *,
        body: _Body = None,
        headers: _Headers = None,
        params: _Params = None,
        json: Any = None,
        timeout: float | None = None,
        allow_redirects: bool = True,
    ) -> _Response:
        """Sends a GET request and waits for the response."""
    def post(
        self,
        url: str,
        *,
        body: _Body = None,
        headers: _Headers = None,
        params: _Params = None,
        json: Any = None,
        timeout: float | None = None,
        allow_redirects: bool = True,
    ) -> _Response:
        """Sends a POST request and waits for the response."""
    def put(
        self,
        url: str,
        *,
        body: _Body = None,
        headers: _Headers = None,
        params: _Params = None,
        json: Any = None,
        timeout: float | None = None,
        allow_redirects: bool = True,
    ) -> _Response:
        """Sends a PUT request and waits for the response."""
    def patch(
        self,
        url: str,
        *,
        body: _Body = None,
        headers: _Headers = None,
        params: _Params = None,
        json: Any = None,
        timeout: float | None = None,
        allow_redirects: bool = True,
    ) -> _Response:
        """Sends a PATCH request and waits for the response."""
    def delete(
        self,
        url: str,
        *,
        body: _Body = None,
        headers: _Headers = None,
        params: _Params = None,
        json: Any = None,
        timeout: float | None = None,
        allow_redirects: bool = True,
    ) -> _Response:
        """Sends a DELETE request and waits for the response."""
    def head(
        self,
        url: str,
        *,
        body: _Body = None,
        headers: _Headers = None,
        params: _Params = None,
        json: Any = None,
        timeout: float | None = None,
        allow_redirects: bool = True,
    ) -> _Response:
        """Sends a HEAD request and waits for the response."""
    def options(
        self,
        url: str,
        *,
        body: _Body = None,
        headers: _Headers = None,
        params: _Params = None,
        json: Any = None,
        timeout: float | None = None,
        allow_redirects: bool = True,
    ) -> _Response:
        """Sends a OPTIONS request and waits for the response."""
    def request(
        self,
        method: str,
        url: str,
        *,
        body: _Body = None,
        headers: _Headers = None,
        params: _Params = None,
        json: Any = None,
        timeout: float | None = None,
        allow_redirects: bool = True,
    ) -> _Response:
        """Sends a request and waits for the response."""
    async def async_get(
        self,
        url: str,
        *,
        body: _Body = None,
        headers: _Headers = None,
        params: _Params = None,
        json: Any = None,
        timeout: float | None = None,
        allow_redirects: bool = True,
    ) -> _Response:
        """Sends a GET request; gathered ones run at the same time."""
    async def async_post(
        self,
        url: str,
        *,
        body: _Body = None,
        headers: _Headers = None,
        params: _Params = None,
        json: Any = None,
        timeout: float | None = None,
        allow_redirects: bool = True,
    ) -> _Response:
        """Sends a POST request; gathered ones run at the same time."""
    async def async_put(
        self,
        url: str,
        *,
        body: _Body = None,
        headers: _Headers = None,
        params: _Params = None,
        json: Any = None,
        timeout: float | None = None,
        allow_redirects: bool = True,
    ) -> _Response:
        """Sends a PUT request; gathered ones run at the same time."""
    async def async_patch(
        self,
        url: str,
        *,
        body: _Body = None,
        headers: _Headers = None,
        params: _Params = None,
        json: Any = None,
        timeout: float | None = None,
        allow_redirects: bool = True,
    ) -> _Response:
        """Sends a PATCH request; gathered ones run at the same time."""
    async def async_delete(
        self,
        url: str,
        *,
        body: _Body = None,
        headers: _Headers = None,
        params: _Params = None,
        json: Any = None,
        timeout: float | None = None,
        allow_redirects: bool = True,
    ) -> _Response:
        """Sends a DELETE request; gathered ones run at the same time."""
    async def async_head(
        self,
        url: str,
        *,
        body: _Body = None,
        headers: _Headers = None,
        params: _Params = None,
        json: Any = None,
        timeout: float | None = None,
        allow_redirects: bool = True,
    ) -> _Response:
        """Sends a HEAD request; gathered ones run at the same time."""
    async def async_options(
        self,
        url: str,
        *,
        body: _Body = None,
        headers: _Headers = None,
        params: _Params = None,
        json: Any = None,
        timeout: float | None = None,
        allow_redirects: bool = True,
    ) -> _Response:
        """Sends a OPTIONS request; gathered ones run at the same time."""
    async def async_request(
        self,
        method: str,
        url: str,
        *,
        body: _Body = None,
        headers: _Headers = None,
        params: _Params = None,
        json: Any = None,
        timeout: float | None = None,
        allow_redirects: bool = True,
    ) -> _Response:
        """Sends a request; gathered ones run at the same time."""
    def secret(self, name: str) -> str:
        """The placeholder of a secret: in a header the host puts the value in its place."""

http: _Http

# --- fs ---

_Path: TypeAlias = str | PathLike[str]

class _Entry(TypedDict):
    name: str
    is_dir: bool
    size: int

class _Stat(TypedDict):
    name: str
    size: int
    is_dir: bool
    mod_time: float

class _Fs:
    """The folders that the host mounted for this sandbox, under absolute paths.

    Raises what the functions of os raise: FileNotFoundError, FileExistsError, PermissionError (also where a mount is read-only
    or fs is off), IsADirectoryError, NotADirectoryError, and OSError with errno EFBIG, EDQUOT or ENOSPC at a limit.
    """

    def read_text(self, path: _Path) -> str:
        """The text of a file, which must be UTF-8 (UnicodeDecodeError)."""
    def read_json(self, path: _Path) -> Any:
        """The value that a file of JSON holds."""
    def read_bytes(self, path: _Path) -> bytes:
        """The bytes of a file."""
    def write_text(self, path: _Path, text: str) -> None:
        """Replaces a file's content, all of it or nothing."""
    def write_json(self, path: _Path, value: Any, indent: int | str | None = None) -> None:
        """Replaces a file's content with the value as JSON."""
    def write_bytes(self, path: _Path, data: bytes | bytearray | memoryview) -> None:
        """Replaces a file's content, all of it or nothing."""
    def append_text(self, path: _Path, text: str) -> None:
        """Adds text to the end of a file."""
    def listdir(self, path: _Path) -> list[_Entry]:
        """The entries of a folder, sorted by name."""
    def exists(self, path: _Path) -> bool:
        """Whether there is a file or folder."""
    def stat(self, path: _Path) -> _Stat:
        """Name, size and kind of a file or folder, and when it was changed (seconds since 1970)."""
    def mkdir(self, path: _Path, parents: bool = False, exist_ok: bool = False) -> None:
        """Makes a folder; with parents those above it too."""
    def remove(self, path: _Path) -> None:
        """Removes a file or an empty folder."""
    def rename(self, source: _Path, target: _Path) -> None:
        """Moves a file or folder within its mount; what was at the target is replaced."""
    def walk(self, path: _Path) -> Iterator[tuple[str, list[str], list[str]]]:
        """Yields (path, folders, files) for a folder and all below it, from the top down, like os.walk.

        What is taken out of folders is not visited. Links to folders are named and not followed.
        """
    async def async_read_text(self, path: _Path) -> str:
        """The text of a file, which must be UTF-8 (UnicodeDecodeError)."""
    async def async_read_json(self, path: _Path) -> Any:
        """The value that a file of JSON holds."""
    async def async_read_bytes(self, path: _Path) -> bytes:
        """The bytes of a file."""
    async def async_write_text(self, path: _Path, text: str) -> None:
        """Replaces a file's content, all of it or nothing."""
    async def async_write_json(self, path: _Path, value: Any, indent: int | str | None = None) -> None:
        """Replaces a file's content with the value as JSON."""
    async def async_write_bytes(self, path: _Path, data: bytes | bytearray | memoryview) -> None:
        """Replaces a file's content, all of it or nothing."""
    async def async_append_text(self, path: _Path, text: str) -> None:
        """Adds text to the end of a file."""
    async def async_listdir(self, path: _Path) -> list[_Entry]:
        """The entries of a folder, sorted by name."""
    async def async_exists(self, path: _Path) -> bool:
        """Whether there is a file or folder."""
    async def async_stat(self, path: _Path) -> _Stat:
        """Name, size and kind of a file or folder, and when it was changed (seconds since 1970)."""
    async def async_mkdir(self, path: _Path, parents: bool = False, exist_ok: bool = False) -> None:
        """Makes a folder; with parents those above it too."""
    async def async_remove(self, path: _Path) -> None:
        """Removes a file or an empty folder."""
    async def async_rename(self, source: _Path, target: _Path) -> None:
        """Moves a file or folder within its mount; what was at the target is replaced."""
    def async_walk(self, path: _Path) -> AsyncIterator[tuple[str, list[str], list[str]]]:
        """Yields (path, folders, files) for a folder and all below it, from the top down, like os.walk."""

fs: _Fs

# --- kv ---

class _KV:
    """JSON values under string keys, kept by the host.

    Integers of any size, text and the order of keys come back exactly; tuples come back as lists. ValueError: NaN, infinity, or
    what is over a limit. TypeError: what JSON cannot express. OSError with errno ENOSPC: the store is full.
    """

    def get(self, key: str, default: Any = None) -> Any:
        """The value under key, or default where there is none."""
    def set(self, key: str, value: Any) -> None:
        """Stores a value that JSON can express."""
    def delete(self, key: str) -> bool:
        """Removes the key and says whether there was one."""
    def keys(self) -> list[str]:
        """All keys, sorted."""
    async def async_get(self, key: str, default: Any = None) -> Any:
        """The value under key, or default where there is none."""
    async def async_set(self, key: str, value: Any) -> None:
        """Stores a value that JSON can express."""
    async def async_delete(self, key: str) -> bool:
        """Removes the key and says whether there was one."""
    async def async_keys(self) -> list[str]:
        """All keys, sorted."""

kv: _KV
