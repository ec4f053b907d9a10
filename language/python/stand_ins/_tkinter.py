"""Tcl and Tk, which need a screen."""

from _stand_in import constants, refuse

TK_VERSION = TCL_VERSION = "8.6"
constants(globals(), "READABLE=2 WRITABLE=4 EXCEPTION=8 DONT_WAIT=2 WINDOW_EVENTS=4 FILE_EVENTS=8 TIMER_EVENTS=16 IDLE_EVENTS=32")
constants(globals(), "ALL_EVENTS=-3")


class TclError(Exception):
    pass


class Tcl_Obj:
    def __new__(cls, *args, **kwargs):
        raise TypeError("cannot create '_tkinter.Tcl_Obj' instances")


class TkappType(Tcl_Obj):
    pass


class TkttType(Tcl_Obj):
    pass


create = refuse("create", "the sandbox has no screen to draw on; write the picture as SVG text, or print the values", TclError)


def getbusywaitinterval():
    return 20


def setbusywaitinterval(new_val, /):
    pass
