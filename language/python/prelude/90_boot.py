import builtins
import importlib
import sys
import threading
import types


def _publish():
    """Makes the sandbox's own names visible: everywhere, and as module goru for type checkers and editors."""
    module = types.ModuleType("goru", "What the sandbox offers beyond Python.")
    everywhere = {item.__name__: item for item in (call, async_call, install_pkg, HostError, HostCallLimitError)}
    for item in everywhere.values():
        item.__module__ = "builtins"
    everywhere |= {"http": http, "fs": fs, "kv": kv}
    vars(builtins).update(everywhere, help=_Help())
    vars(module).update(everywhere, Headers=Headers, HTTPError=HTTPError, Response=Response)
    module.__all__ = [*everywhere, "Headers", "HTTPError", "Response"]
    sys.modules["goru"] = module


def _preload():
    import socket

    socket.socket.__init__ = _no_socket
    for name in ("create_connection", "create_server", "getaddrinfo", "gethostbyname"):
        setattr(socket, name, _refuse(_no_sockets))
    socket.gethostname, socket.getfqdn = _gethostname, _getfqdn
    import shutil

    _name_reasons(shutil, {"disk_usage": _NO_DISK})
    threading.Thread.start = _no_thread
    for name in (
        "abc argparse base64 bisect bz2 calendar cmath collections collections.abc contextlib copy csv dataclasses datetime "
        "decimal difflib enum fnmatch fractions functools glob hashlib heapq hmac html inspect itertools json logging math "
        "numbers operator pathlib pickle pprint queue random re secrets shutil sqlite3 statistics string struct tempfile "
        "textwrap threading timeit types typing unicodedata unittest urllib.parse uuid xml.etree.ElementTree zlib"
    ).split():
        importlib.import_module(name)
    global _seeded
    _seeded = seeded = _Seeded()
    # statistics draws from the shared generator of random, so it comes after it. What else imports random makes generators of
    # its own, from the host's entropy.
    seeded.keep("random")
    seeded.keep("statistics")
    sys.meta_path.insert(0, seeded)
    _give_maxsize()
    # Last, so that what was imported above did without, as in every sandbox that does not ask for them.
    sys.meta_path += (_Bundled(), _TimeZones(), _Absent())


def _warm_up():
    """Does what all runs do, until the interpreter has specialised that code: then runs write to less of the image."""
    job = {"name": "<warm>", "first": False, "stdin": False}
    for _ in range(100):
        _run_job({**job, "code": "print(1+1)", "value": False})
        _run_job({**job, "code": "1+1", "value": True})
        _run_job({**job, "code": "raise ValueError", "value": False})


sys.stdout.reconfigure(line_buffering=True)
sys.argv = [""]
_publish()
_preload()
_mount_packages()
_warm_up()
_settle()
