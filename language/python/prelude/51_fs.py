import json
import os
import posixpath

# fs: the directories of the host that the session was given. Each function has an async form; what it sends and what it makes
# of the answer is shared by both.


def _fs_path(path):
    if type(path) is not str:
        path = os.fspath(path)
    if _files == "scratch" and path and not path.startswith("/"):
        path = posixpath.join(os.getcwd(), path)
    return _text_to_wire(path, "a path of fs")


def _fs_json(value, indent):
    return json.dumps(value, indent=indent, ensure_ascii=False, allow_nan=False)


def _fs_at(path):
    return {"path": _fs_path(path)}


def _fs_writing(path, data):
    return {"path": _fs_path(path), "data": data}


def _fs_making(path, parents, exist_ok):
    return {"path": _fs_path(path), "parents": bool(parents), "exist_ok": bool(exist_ok)}


def _fs_moving(source, target):
    return {"from": _fs_path(source), "to": _fs_path(target)}


def _fs_in_order(members, value):
    """The dict with its members in the order that people expect; they cross in another one."""
    return {member: value[member] for member in members}


_FS_ENTRY = ("name", "is_dir", "size")
_FS_STAT = ("name", "size", "is_dir", "mod_time")


def _fs_read_text(path):
    """The text of a file, which must be UTF-8."""
    return _ask("goru:fs.read", _fs_at(path)).decode()


def _fs_read_json(path):
    """The value that a file of JSON holds."""
    return _json_value(_fs_read_text(path))


def _fs_read_bytes(path):
    """The bytes of a file."""
    return _ask("goru:fs.read", _fs_at(path))


def _fs_write_text(path, text):
    """Replaces a file's content, all of it or nothing."""
    _ask("goru:fs.write", _fs_writing(path, _text_to_wire(text, "the text to write")))


def _fs_write_json(path, value, indent=None):
    """Replaces a file's content with the value as JSON."""
    _fs_write_text(path, _fs_json(value, indent))


def _fs_write_bytes(path, data):
    """Replaces a file's content, all of it or nothing."""
    _ask("goru:fs.write", _fs_writing(path, _bytes_of(data, "the data to write")))


def _fs_append_text(path, text):
    """Adds text to the end of a file."""
    _ask("goru:fs.append", _fs_writing(path, _text_to_wire(text, "the text to append")))


def _fs_listdir(path):
    """The entries of a folder, sorted by name: dicts of name, is_dir and size."""
    return [_fs_in_order(_FS_ENTRY, entry) for entry in _ask("goru:fs.list", _fs_at(path))]


def _fs_exists(path):
    """Whether there is a file or folder."""
    return _ask("goru:fs.exists", _fs_at(path))


def _fs_stat(path):
    """A dict of name, size, is_dir and mod_time (seconds since 1970)."""
    return _fs_in_order(_FS_STAT, _ask("goru:fs.stat", _fs_at(path)))


def _fs_mkdir(path, parents=False, exist_ok=False):
    """Makes a folder; with parents those above it too."""
    _ask("goru:fs.mkdir", _fs_making(path, parents, exist_ok))


def _fs_remove(path):
    """Removes a file or an empty folder."""
    _ask("goru:fs.remove", _fs_at(path))


def _fs_rename(source, target):
    """Moves a file or folder within its mount; what was at the target is replaced."""
    _ask("goru:fs.rename", _fs_moving(source, target))


def _fs_split(entries):
    """The names of folders and of files, and the folders to go down into: not those that are links."""
    folders = [entry["name"] for entry in entries if entry["is_dir"]]
    files = [entry["name"] for entry in entries if not entry["is_dir"]]
    links = {entry["name"] for entry in entries if entry.get("is_link")}
    return folders, files, links


def _fs_below(path, folders, links):
    return [posixpath.join(path, name) for name in reversed(folders) if name not in links]


def _fs_walk(path):
    """Yields (path, folders, files) for a folder and all below it, from the top down, like os.walk.

    What is taken out of folders is not visited. Links to folders are named and not followed.
    """
    todo = [_fs_path(path)]
    while todo:
        at = todo.pop()
        folders, files, links = _fs_split(_ask("goru:fs.list", {"path": at, "links": True}))
        yield at, folders, files
        todo += _fs_below(at, folders, links)


async def _fs_async_walk(path):
    """Yields (path, folders, files) for a folder and all below it, from the top down, like os.walk."""
    todo = [_fs_path(path)]
    while todo:
        at = todo.pop()
        folders, files, links = _fs_split(await _start("goru:fs.list", {"path": at, "links": True}))
        yield at, folders, files
        todo += _fs_below(at, folders, links)


async def _fs_async_read_text(path):
    """The text of a file, which must be UTF-8."""
    return (await _start("goru:fs.read", _fs_at(path))).decode()


async def _fs_async_read_json(path):
    """The value that a file of JSON holds."""
    return _json_value(await _fs_async_read_text(path))


async def _fs_async_read_bytes(path):
    """The bytes of a file."""
    return await _start("goru:fs.read", _fs_at(path))


async def _fs_async_write_text(path, text):
    """Replaces a file's content, all of it or nothing."""
    await _start("goru:fs.write", _fs_writing(path, _text_to_wire(text, "the text to write")))


async def _fs_async_write_json(path, value, indent=None):
    """Replaces a file's content with the value as JSON."""
    await _fs_async_write_text(path, _fs_json(value, indent))


async def _fs_async_write_bytes(path, data):
    """Replaces a file's content, all of it or nothing."""
    await _start("goru:fs.write", _fs_writing(path, _bytes_of(data, "the data to write")))


async def _fs_async_append_text(path, text):
    """Adds text to the end of a file."""
    await _start("goru:fs.append", _fs_writing(path, _text_to_wire(text, "the text to append")))


async def _fs_async_listdir(path):
    """The entries of a folder, sorted by name: dicts of name, is_dir and size."""
    return [_fs_in_order(_FS_ENTRY, entry) for entry in await _start("goru:fs.list", _fs_at(path))]


async def _fs_async_exists(path):
    """Whether there is a file or folder."""
    return await _start("goru:fs.exists", _fs_at(path))


async def _fs_async_stat(path):
    """A dict of name, size, is_dir and mod_time (seconds since 1970)."""
    return _fs_in_order(_FS_STAT, await _start("goru:fs.stat", _fs_at(path)))


async def _fs_async_mkdir(path, parents=False, exist_ok=False):
    """Makes a folder; with parents those above it too."""
    await _start("goru:fs.mkdir", _fs_making(path, parents, exist_ok))


async def _fs_async_remove(path):
    """Removes a file or an empty folder."""
    await _start("goru:fs.remove", _fs_at(path))


async def _fs_async_rename(source, target):
    """Moves a file or folder within its mount; what was at the target is replaced."""
    await _start("goru:fs.rename", _fs_moving(source, target))


fs = _module(
    "fs",
    "The files and folders that the host shows to this sandbox.",
    (
        _fs_read_text,
        _fs_read_json,
        _fs_read_bytes,
        _fs_write_text,
        _fs_write_json,
        _fs_write_bytes,
        _fs_append_text,
        _fs_listdir,
        _fs_exists,
        _fs_stat,
        _fs_mkdir,
        _fs_remove,
        _fs_rename,
        _fs_walk,
        _fs_async_read_text,
        _fs_async_read_json,
        _fs_async_read_bytes,
        _fs_async_write_text,
        _fs_async_write_json,
        _fs_async_write_bytes,
        _fs_async_append_text,
        _fs_async_listdir,
        _fs_async_exists,
        _fs_async_stat,
        _fs_async_mkdir,
        _fs_async_remove,
        _fs_async_rename,
        _fs_async_walk,
    ),
)
