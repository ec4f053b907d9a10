import base64
import json
import os

# How the built-in modules put values into a request. Bytes cross as text where they are UTF-8.

_json_text = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode
_json_ascii = json.JSONEncoder(allow_nan=False, separators=(",", ":")).encode
_json_value = json.JSONDecoder().decode


def _exact_json(value):
    """The value's JSON text; lone surrogates, which have no UTF-8 form, are escaped."""
    text = _json_text(value)
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            return _json_ascii(value)
    return text


def _bytes_of(data, what):
    if isinstance(data, (bytes, bytearray)):
        return data
    try:
        return memoryview(data).tobytes()
    except TypeError:
        raise TypeError(f"{what} must be bytes-like, not {type(data).__name__}") from None


def _to_wire(data):
    try:
        return data.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(data).decode("ascii")}


def _text_to_wire(text, what):
    """The text itself, once it is sure that it has a UTF-8 form."""
    if not isinstance(text, str):
        raise TypeError(f"{what} must be str, not {type(text).__name__}")
    if not text.isascii():
        text.encode()
    return text


def _from_wire(value):
    return value.encode() if type(value) is str else base64.b64decode(value["base64"])


def _text_from_wire(value):
    return value if type(value) is str else base64.b64decode(value["base64"]).decode()
