import json
import json.encoder

# How the built-in modules put values into a request.

_compact = {"allow_nan": False, "separators": (",", ":")}
_json_value = json.JSONDecoder().decode
# What json.dumps and json.loads make anew, and look for, in every call.
_encode = json.encoder.c_make_encoder(
    None, json.JSONEncoder().default, json.encoder.encode_basestring, None, ":", ",", False, False, False
)
_scan = json.JSONDecoder().scan_once


def _exact_json(value):
    """The value's JSON text; lone surrogates, which have no UTF-8 form, are escaped."""
    try:
        text = "".join(_encode(value, 0))
    except RecursionError:
        # Or it is circular, and this says so.
        text = json.dumps(value, ensure_ascii=False, **_compact)
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            return json.dumps(value, **_compact)
    return text


def _value_of_json(text):
    """The value of a text that is known to be JSON."""
    try:
        return _scan(text, 0)[0]
    except StopIteration:
        # It begins with white space.
        return _json_value(text)


def _bytes_of(data, what):
    if isinstance(data, (bytes, bytearray)):
        return data
    try:
        return memoryview(data).tobytes()
    except TypeError:
        raise TypeError(f"{what} must be bytes-like, not {type(data).__name__}") from None


def _text_to_wire(text, what):
    """The text itself, once it is sure that it has a UTF-8 form."""
    if not isinstance(text, str):
        raise TypeError(f"{what} must be str, not {type(text).__name__}")
    if not text.isascii():
        text.encode()
    return text
