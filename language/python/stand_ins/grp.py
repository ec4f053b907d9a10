"""The groups of the system: those of the users in pwd."""

import operator


class struct_group(tuple):
    __slots__ = ()
    n_fields = n_sequence_fields = 4
    n_unnamed_fields = 0
    gr_name = property(lambda self: self[0], doc="group name")
    gr_passwd = property(lambda self: self[1], doc="password")
    gr_gid = property(lambda self: self[2], doc="group id")
    gr_mem = property(lambda self: self[3], doc="group members")

    def __repr__(self):
        names = ("gr_name", "gr_passwd", "gr_gid", "gr_mem")
        return f"grp.struct_group({', '.join(f'{name}={value!r}' for name, value in zip(names, self))})"


_GROUPS = (("root", "x", 0), ("user", "x", 1000))


def getgrall():
    return [struct_group((*group, [])) for group in _GROUPS]


def getgrgid(id):
    id = operator.index(id)
    for group in getgrall():
        if group.gr_gid == id:
            return group
    raise KeyError(f"getgrgid(): gid not found: {id}")


def getgrnam(name):
    if not isinstance(name, str):
        raise TypeError(f"getgrnam() argument must be str, not {type(name).__name__}")
    if "\0" in name:
        raise ValueError("embedded null byte")
    for group in getgrall():
        if group.gr_name == name:
            return group
    raise KeyError(f"getgrnam(): name not found: {name!r}")
