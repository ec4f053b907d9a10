"""ctypes without machine code: numbers of C's types can be made, types be declared, and nothing can be called.

Sizes are those of Linux on x86-64, which is what programs expect.
"""

import struct

__version__ = "1.1.0"
RTLD_LOCAL = 0
RTLD_GLOBAL = 256
DEFAULT_MODE = RTLD_LOCAL

_NO_CODE = "the sandbox cannot load or call native code (ctypes); call a host function instead"
_NO_MEMORY = "the sandbox has no memory that ctypes can lay out; use struct and bytearray"


class ArgumentError(Exception):
    pass


class _Meta(type):
    """Types that can be declared: `c_int * 4`."""

    def __mul__(cls, length):
        if not isinstance(length, int):
            raise TypeError(f"can't multiply sequence by non-int of type {type(length).__name__!r}")
        if length < 0:
            raise ValueError("Array length must be >= 0, not " + str(length))
        return _Meta(f"{cls.__name__}_Array_{length}", (Array,), {"_type_": cls, "_length_": length})

    __rmul__ = __mul__

    def from_buffer(cls, source, offset=0, /):
        raise OSError(_NO_MEMORY)

    from_buffer_copy = from_buffer

    def from_address(cls, address, /):
        raise OSError(_NO_MEMORY)

    def in_dll(cls, library, name, /):
        raise OSError(_NO_CODE)

    def from_param(cls, value, /):
        return value if isinstance(value, cls) else cls(value)


class _CData(metaclass=_Meta):
    pass


class _SimpleCData(_CData):
    """A number or an address of C's."""

    _type_ = None

    def __init__(self, value=None, /):
        if self._type_ is None:
            raise TypeError("abstract class")
        self.value = self._zero() if value is None else value

    @classmethod
    def _zero(cls):
        return {"?": False, "c": b"\0", "u": "\0", "P": None, "z": None, "Z": None, "O": None}.get(
            cls._type_, 0.0 if cls._type_ in "fdg" else 0
        )

    @property
    def value(self):
        return self._value

    @value.setter
    def value(self, value):
        self._value = _as_c(self._type_, value)

    def __bool__(self):
        return bool(self._value) and self._value not in (b"\0", "\0")

    def __repr__(self):
        return f"{type(self).__name__}({self._value!r})"


_SIZES = {"?": 1, "c": 1, "b": 1, "B": 1, "u": 4, "h": 2, "H": 2, "i": 4, "I": 4, "l": 8, "L": 8, "q": 8, "Q": 8, "f": 4, "d": 8}
_SIZES |= {"g": 16, "P": 8, "z": 8, "Z": 8, "O": 8}
_UNSIGNED = "BHILQ"
_INTEGERS = "bBhHiIlLqQ"


def _as_c(code, value):
    """The value that C would keep."""
    if code in _INTEGERS:
        if not hasattr(value, "__index__"):
            raise TypeError(f"an integer is required (got type {type(value).__name__})")
        bits = 8 * _SIZES[code]
        number = value.__index__() & ((1 << bits) - 1)
        return number - (1 << bits) if code not in _UNSIGNED and number >> (bits - 1) else number
    if code == "f":
        return struct.unpack("f", struct.pack("f", value))[0]
    if code in "dg":
        if isinstance(value, (str, bytes)):
            raise TypeError(f"must be real number, not {type(value).__name__}")
        return float(value)
    if code == "?":
        return bool(value)
    if code == "c":
        if isinstance(value, int):
            value = bytes([value])
        if not isinstance(value, (bytes, bytearray)) or len(value) != 1:
            raise TypeError("one character bytes, bytearray, or an integer in range(256) expected")
        return bytes(value)
    if code == "u":
        if not isinstance(value, str) or len(value) != 1:
            raise TypeError("a unicode character expected")
        return value
    if code in "zZ":
        if value is not None and not isinstance(value, bytes if code == "z" else str):
            raise TypeError(f"{'bytes' if code == 'z' else 'str'} or integer address expected instead of {type(value).__name__}")
        return value
    if code == "P":
        if value is None or value == 0:
            return None
        if not isinstance(value, int):
            raise TypeError("cannot be converted to pointer")
        return value & ((1 << 64) - 1)
    return value


def _simple(name, code):
    globals()[name] = _Meta(name, (_SimpleCData,), {"_type_": code, "__module__": "ctypes"})


for _item in (
    "c_bool=? c_char=c c_byte=b c_ubyte=B c_wchar=u c_short=h c_ushort=H c_int=i c_uint=I c_long=l c_ulong=L "
    "c_float=f c_double=d c_longdouble=g c_char_p=z c_wchar_p=Z c_void_p=P py_object=O"
).split():
    _simple(*_item.split("="))
c_longlong = c_int64 = c_ssize_t = c_time_t = c_long
c_ulonglong = c_uint64 = c_size_t = c_ulong
c_int8, c_int16, c_int32 = c_byte, c_short, c_int
c_uint8, c_uint16, c_uint32 = c_ubyte, c_ushort, c_uint
c_voidp = c_void_p


class _Declared(_CData):
    """What can be declared and not be made."""

    def __init__(self, *args, **kwargs):
        raise OSError(_NO_MEMORY)


class Array(_Declared):
    _type_ = None
    _length_ = 0


class Structure(_Declared):
    pass


class Union(_Declared):
    pass


class BigEndianStructure(Structure):
    pass


class LittleEndianStructure(Structure):
    pass


class BigEndianUnion(Union):
    pass


class LittleEndianUnion(Union):
    pass


class _Pointer(_Declared):
    _type_ = None


class _CFuncPtr(_Declared):
    def __init__(self, *args, **kwargs):
        raise OSError(_NO_CODE)


_pointers = {}


def POINTER(cls, /):
    if cls not in _pointers:
        name = "c_void_p" if cls is None else f"LP_{cls if isinstance(cls, str) else cls.__name__}"
        _pointers[cls] = c_void_p if cls is None else _Meta(name, (_Pointer,), {"_type_": cls})
    return _pointers[cls]


def _prototype(restype, argtypes):
    return _Meta("CFunctionType", (_CFuncPtr,), {"_restype_": restype, "_argtypes_": argtypes})


def CFUNCTYPE(restype, *argtypes, use_errno=False, use_last_error=False):
    return _prototype(restype, argtypes)


def PYFUNCTYPE(restype, *argtypes):
    return _prototype(restype, argtypes)


def _layout(kind):
    """(size, alignment) of a type."""
    if issubclass(kind, _SimpleCData) and kind._type_ is not None:
        return (_SIZES[kind._type_],) * 2
    if issubclass(kind, Array) and kind._type_ is not None:
        size, alignment = _layout(kind._type_)
        return size * kind._length_, alignment
    if issubclass(kind, (_Pointer, _CFuncPtr)):
        return 8, 8
    if issubclass(kind, (Structure, Union)):
        return _layout_of_fields(kind)
    raise TypeError("this type has no size")


def _layout_of_fields(kind):
    size, alignment = 0, 1
    pack = getattr(kind, "_pack_", None)
    for base in reversed(kind.__mro__):
        for field in vars(base).get("_fields_", ()):
            if len(field) > 2:
                raise NotImplementedError("the sandbox does not lay out bit fields (ctypes); use struct")
            its_size, its_alignment = _layout(field[1])
            its_alignment = min(its_alignment, pack) if pack else its_alignment
            alignment = max(alignment, its_alignment)
            if issubclass(kind, Union):
                size = max(size, its_size)
            else:
                size = -(-size // its_alignment) * its_alignment + its_size
    return -(-size // alignment) * alignment, alignment


def _type_of(thing):
    kind = thing if isinstance(thing, type) else type(thing)
    if not issubclass(kind, _CData):
        raise TypeError("this type has no size")
    return kind


def sizeof(obj_or_type, /):
    return _layout(_type_of(obj_or_type))[0]


def alignment(obj_or_type, /):
    return _layout(_type_of(obj_or_type))[1]


class CDLL:
    """A library of native code."""

    def __init__(self, name, *args, **kwargs):
        raise OSError(f"{name}: {_NO_CODE}")


class PyDLL(CDLL):
    pass


class LibraryLoader:
    def __init__(self, dlltype):
        self._dlltype = dlltype

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        return self._dlltype(name)

    __getitem__ = __getattr__

    def LoadLibrary(self, name):
        return self._dlltype(name)


cdll = LibraryLoader(CDLL)
pydll = LibraryLoader(PyDLL)


class _NoLibrary:
    """pythonapi: the interpreter's own functions."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        raise OSError(f"{name}: {_NO_CODE}")


pythonapi = _NoLibrary()


def _refuse(name, message):
    def refused(*args, **kwargs):
        raise OSError(message)

    refused.__name__ = refused.__qualname__ = name
    globals()[name] = refused


for _item in "addressof byref cast create_string_buffer create_unicode_buffer memmove memset pointer resize string_at wstring_at".split():
    _refuse(_item, _NO_MEMORY)
c_buffer = create_string_buffer

_errno = 0


def get_errno():
    return _errno


def set_errno(value, /):
    global _errno
    old, _errno = _errno, value
    return old
