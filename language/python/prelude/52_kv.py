# kv: JSON values under string keys. A value crosses as its JSON text, so that nothing on the way can change it.


def _kv_key(key):
    return {"key": _text_to_wire(key, "a key of kv")}


def _kv_get(key, default=None):
    """The value under key, or default where there is none."""
    text = _ask("goru:kv.get", _kv_key(key))
    return default if text is None else _value_of_json(text)


def _kv_set(key, value):
    """Stores a value that JSON can express; tuples become lists and other keys of a dict than str become str."""
    _ask("goru:kv.set", {**_kv_key(key), "value": _exact_json(value)})


def _kv_delete(key):
    """Removes the key and says whether there was one."""
    return _ask("goru:kv.delete", _kv_key(key))


def _kv_keys():
    """All keys, sorted."""
    return _ask("goru:kv.keys", {})


async def _kv_async_get(key, default=None):
    """The value under key, or default where there is none."""
    text = await _start("goru:kv.get", _kv_key(key))
    return default if text is None else _value_of_json(text)


async def _kv_async_set(key, value):
    """Stores a value that JSON can express."""
    await _start("goru:kv.set", {**_kv_key(key), "value": _exact_json(value)})


async def _kv_async_delete(key):
    """Removes the key and says whether there was one."""
    return await _start("goru:kv.delete", _kv_key(key))


async def _kv_async_keys():
    """All keys, sorted."""
    return await _start("goru:kv.keys", {})


kv = _module(
    "kv",
    "JSON values under string keys, kept by the host.",
    (
        _kv_get,
        _kv_set,
        _kv_delete,
        _kv_keys,
        _kv_async_get,
        _kv_async_set,
        _kv_async_delete,
        _kv_async_keys,
    ),
)
