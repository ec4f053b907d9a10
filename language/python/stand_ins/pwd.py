"""The users of the system: the one that the sandbox's code runs as, and root."""

import operator



class struct_passwd(tuple):
    __slots__ = ()
    n_fields = n_sequence_fields = 7
    n_unnamed_fields = 0
    pw_name = property(lambda self: self[0], doc="user name")
    pw_passwd = property(lambda self: self[1], doc="password")
    pw_uid = property(lambda self: self[2], doc="user id")
    pw_gid = property(lambda self: self[3], doc="group id")
    pw_gecos = property(lambda self: self[4], doc="real name")
    pw_dir = property(lambda self: self[5], doc="home directory")
    pw_shell = property(lambda self: self[6], doc="shell program")

    def __repr__(self):
        names = ("pw_name", "pw_passwd", "pw_uid", "pw_gid", "pw_gecos", "pw_dir", "pw_shell")
        return f"pwd.struct_passwd({', '.join(f'{name}={value!r}' for name, value in zip(names, self))})"


_USERS = (
    struct_passwd(("root", "x", 0, 0, "root", "/", "")),
    struct_passwd(("user", "x", 1000, 1000, "the sandbox's code", "/home", "")),
)


def getpwuid(uid, /):
    uid = operator.index(uid)
    for user in _USERS:
        if user.pw_uid == uid:
            return user
    raise KeyError(f"getpwuid(): uid not found: {uid}")


def getpwnam(name, /):
    if not isinstance(name, str):
        raise TypeError(f"getpwnam() argument must be str, not {type(name).__name__}")
    if "\0" in name:
        raise ValueError("embedded null byte")
    for user in _USERS:
        if user.pw_name == name:
            return user
    raise KeyError(f"getpwnam(): name not found: {name!r}")


def getpwall():
    return list(_USERS)


