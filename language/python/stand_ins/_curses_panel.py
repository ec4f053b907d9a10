"""Panels of curses."""

from _stand_in import refuse_all

__version__ = b"2.1"
version = b"2.1"


class error(Exception):
    pass


class panel:
    def __new__(cls, *args, **kwargs):
        raise TypeError("cannot create '_curses_panel.panel' instances")


refuse_all(globals(), "bottom_panel new_panel top_panel update_panels", "the sandbox has no terminal to draw on", error)
