"""Windows's names of C's types."""

import ctypes

for _item in (
    "BYTE=c_ubyte WORD=c_ushort DWORD=c_ulong CHAR=c_char WCHAR=c_wchar UINT=c_uint INT=c_int DOUBLE=c_double FLOAT=c_float "
    "BOOLEAN=c_ubyte BOOL=c_long ULONG=c_ulong LONG=c_long USHORT=c_ushort SHORT=c_short LARGE_INTEGER=c_longlong "
    "_LARGE_INTEGER=c_longlong ULARGE_INTEGER=c_ulonglong _ULARGE_INTEGER=c_ulonglong OLESTR=c_wchar_p LPOLESTR=c_wchar_p "
    "LPCOLESTR=c_wchar_p LPWSTR=c_wchar_p LPCWSTR=c_wchar_p LPSTR=c_char_p LPCSTR=c_char_p LPVOID=c_void_p LPCVOID=c_void_p "
    "WPARAM=c_ulong LPARAM=c_long ATOM=c_ushort LANGID=c_ushort COLORREF=c_ulong LCTYPE=c_ulong LCID=c_ulong HANDLE=c_void_p "
    "VARIANT_BOOL=c_short"
).split():
    globals()[_item.partition("=")[0]] = getattr(ctypes, _item.partition("=")[2])
for _item in (
    "HACCEL HBITMAP HBRUSH HCOLORSPACE HDC HDESK HDWP HENHMETAFILE HFONT HGDIOBJ HGLOBAL HHOOK HICON HINSTANCE HKEY HKL HLOCAL "
    "HMENU HMETAFILE HMODULE HMONITOR HPALETTE HPEN HRGN HRSRC HSTR HTASK HWINSTA HWND SC_HANDLE SERVICE_STATUS_HANDLE"
).split():
    globals()[_item] = ctypes.c_void_p


class POINT(ctypes.Structure):
    _fields_ = [("x", ctypes.c_long), ("y", ctypes.c_long)]


class RECT(ctypes.Structure):
    _fields_ = [(_side, ctypes.c_long) for _side in ("left", "top", "right", "bottom")]


class SIZE(ctypes.Structure):
    _fields_ = [("cx", ctypes.c_long), ("cy", ctypes.c_long)]


class _COORD(ctypes.Structure):
    _fields_ = [("X", ctypes.c_short), ("Y", ctypes.c_short)]


class _SMALL_RECT(ctypes.Structure):
    _fields_ = [(_side, ctypes.c_short) for _side in ("Left", "Top", "Right", "Bottom")]


class FILETIME(ctypes.Structure):
    _fields_ = [("dwLowDateTime", ctypes.c_ulong), ("dwHighDateTime", ctypes.c_ulong)]


class MSG(ctypes.Structure):
    _fields_ = [
        ("hWnd", ctypes.c_void_p), ("message", ctypes.c_uint), ("wParam", ctypes.c_ulong), ("lParam", ctypes.c_long),
        ("time", ctypes.c_ulong), ("pt", POINT),
    ]


tagPOINT = POINTL = _POINTL = POINT
tagRECT = RECTL = _RECTL = RECT
tagSIZE = SIZEL = SIZE
_FILETIME = FILETIME
tagMSG = MSG
SMALL_RECT = _SMALL_RECT
MAX_PATH = 260
for _item in "BOOL BYTE DWORD FILETIME HANDLE HKEY INT LONG MSG POINT RECT SIZE UINT ULONG WORD".split():
    globals()["P" + _item] = globals()["LP" + _item] = ctypes.POINTER(globals()[_item])
del _item
