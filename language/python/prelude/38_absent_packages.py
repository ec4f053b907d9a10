import importlib.abc
import importlib.machinery
import sys

# Modules that are not there: the error of their import says what to use.

_DATA = 'the image data has it: goru --image data, WithImage("data"); here there are array, statistics and math'
_ARRAYS = "it is native code, which the sandbox does not run; use array, statistics and math, or a host function that uses it"
_TABLES = "it is native code, which the sandbox does not run; use csv, sqlite3 and lists, or a host function that uses it"
_CLIENT = "the sandbox has no sockets; use http, where the host allows it (--allow-host)"
_DATABASE = "the sandbox has no sockets; use sqlite3, kv or a host function"
_SERVER = "it is a server, and the sandbox has no sockets; jinja2 has templates"
_LEARNING = "it is native code, which the sandbox does not run; call the model through a host function"
_PICTURES = "it is native code, which the sandbox does not run; write SVG as text, or use a host function"
_MARKUP = "it is native code, which the sandbox does not run; use xml.etree.ElementTree, html.parser or beautifulsoup4"
_CRYPTOGRAPHY = "it is native code, which the sandbox does not run; use hashlib, hmac and secrets, or a host function"
_SCREEN = "the sandbox has no screen"

# {module: why it cannot be there}
_impossible = {
    name: why
    for names, why in (
        ("numpy", _DATA),
        ("scipy numba", _ARRAYS),
        ("pandas polars pyarrow", _TABLES),
        ("requests httpx aiohttp urllib3 websockets websocket paramiko grpc zmq selenium playwright openai anthropic", _CLIENT),
        ("psycopg psycopg2 asyncpg pymongo redis MySQLdb pymysql", _DATABASE),
        ("django flask fastapi celery gunicorn uvicorn", _SERVER),
        ("torch torchvision tensorflow keras jax transformers sklearn xgboost", _LEARNING),
        ("matplotlib seaborn PIL cv2", _PICTURES),
        ("lxml", _MARKUP),
        ("cryptography nacl Crypto", _CRYPTOGRAPHY),
        ("PyQt5 PyQt6 PySide6 pygame", _SCREEN),
        ("psutil _multiprocessing", _no_processes),
    )
    for name in names.split()
}
# {module: package that has it}, where it works.
_installable = {
    name: package or name
    for name, _, package in (
        item.partition("=")
        for item in (
            "anyio attr=attrs attrs bs4=beautifulsoup4 click dateutil=python-dateutil docx=python-docx jinja2 joblib jsonschema loguru "
            "markdown more_itertools=more-itertools mpmath networkx openpyxl plotly pydantic pytest pytz rich sortedcontainers sympy "
            "tabulate toml tqdm typing_extensions=typing-extensions xlsxwriter yaml=pyyaml"
        ).split()
    )
}


def _why_absent(name):
    """What to say of a module that is not there, or an empty text."""
    top, _, rest = name.partition(".")
    if rest and top in sys.modules:
        # It is there, without this part.
        return ""
    if top in _impossible:
        return _impossible[top]
    if top in _installable:
        package = _installable[top]
        return (
            f"`goru deps install {package}` brings it, `--packages DIR` lets code see it; "
            f"install_pkg({package!r}) where the host allows it"
        )
    return ""


class _Absent(importlib.abc.MetaPathFinder):
    """The last finder: nobody has the module."""

    def find_spec(self, name, path=None, target=None):
        why = _why_absent(name)
        # Whoever only asks whether there is such a module (importlib.util.find_spec) is told so.
        if why and sys._getframe(2).f_code.co_name == "_find_and_load_unlocked":
            raise ModuleNotFoundError(f"No module named {name!r}: {why}", name=name)
        return None


def _zone_hint(error):
    """The name of a time zone that there is not."""
    import difflib
    import zoneinfo

    key = str(error).rpartition(" ")[2]
    names = sorted(zoneinfo.available_timezones())
    near = [name for name in names if name.rpartition("/")[2].lower() == key.rpartition("/")[2].lower()]
    near = near or difflib.get_close_matches(key, names)
    return (
        f"Time zones have the names of the IANA database{' (' + ', '.join(near[:3]) + '?)' if near else ''}; "
        "zoneinfo.available_timezones() lists them.\n"
    )
