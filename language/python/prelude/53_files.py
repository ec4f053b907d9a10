import errno
import os
import stat
import sys

# Files of the session's own (scratch) and the mounts, as programs see them: open, os and what is built on them. What is here is
# turned on at a session's first run, where the session has files; others pay nothing for it.

_files = ""
_NO_FILES = (
    "The sandbox has no files, unless the host gives it some of its own (WithSessionScratch, --scratch) or mounts "
    "folders (WithSessionMount, --mount).\n"
)
_FILES_HINTS = {
    errno.ENOSPC: "The sandbox's own files are full: the host gives more with WithSessionScratch (--scratch SIZE).\n",
    errno.EDQUOT: "The session has written all that it may: the host allows more with WithSessionFsLimits "
    "(--fs-max-total-write).\n",
    errno.EMFILE: "As many files are open as may be: close some, or the host allows more (FsLimits::open_files).\n",
    errno.EROFS: "Packages are read-only.\n",
    errno.EACCES: "The mount's mode does not allow that: the host gives rw (change what exists) or rwc (also create) "
    "with WithSessionMount (--mount VIRTUAL:HOST:rwc).\n",
}


def _files_hint(error):
    """What to do about an error of a file that is there because this is a sandbox."""
    if not _files:
        missing = isinstance(error, (FileNotFoundError, PermissionError)) or error.errno == errno.EROFS
        return _NO_FILES if missing else ""
    if isinstance(error, FileNotFoundError) and _files == "mounts":
        return (
            "There are the host's mounts and nothing else: the host gives a program files of its own with "
            "WithSessionScratch (--scratch).\n"
        )
    return _FILES_HINTS.get(error.errno, "")


def _with_permissions(status, result=os.stat_result, is_dir=stat.S_ISDIR):
    """The C library leaves a file's permissions out; archives would keep files that nobody may read."""
    values = status.__reduce__()[1]
    mode = values[0][0]
    if mode & 0o777:
        return status
    return result((mode | (0o755 if is_dir(mode) else 0o644), *values[0][1:]), values[1])


def _stat_of(ask):
    def asked(*args, **kwargs):
        return _with_permissions(ask(*args, **kwargs))

    asked.__name__ = asked.__qualname__ = ask.__name__
    asked.__doc__ = ask.__doc__
    return asked


def _chmod(path, mode, *, dir_fd=None, follow_symlinks=True):
    """Files have no permissions here: nothing changes, but the file has to be there."""
    os.stat(path)


def _umask(mask):
    """Files have no permissions here."""
    return 0o022


def _files_begin(kind):
    """The session's first run, with files."""
    global _files
    _files = kind
    for name in ("stat", "lstat", "fstat"):
        ask = getattr(os, name)
        asked = _stat_of(ask)
        setattr(os, name, asked)
        for kinds in (os.supports_dir_fd, os.supports_fd, os.supports_follow_symlinks):
            if ask in kinds:
                kinds.discard(ask)
                kinds.add(asked)
    os.chmod = _chmod
    if not hasattr(os, "umask"):
        os.umask = _umask
    if kind == "scratch":
        os.environ.setdefault("HOME", "/home")
        os.chdir("/work")
        sys.path[:] = ["/work", *(entry for entry in sys.path if entry)]
