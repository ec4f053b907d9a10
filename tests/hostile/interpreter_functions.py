# expect 3.13: ok
# expect: guest_exception
# alive: yes
# next 3.13: trap
# Calls the functions that the prelude is built on with what they do not expect.
import _goru
for request in (None, (), [], {}, 5, "x", b"x", (ord("c"),), (ord("c"), None), (2**70, None), object(), {1, 2}, (ord("j"), None), (ord("c"), "echo", {"a": object()})):
    try:
        _goru.exchange(request)
    except Exception:
        pass
deep = []
for _ in range(100000): deep = [deep]
for function in (_goru.exchange, _goru.exchange_bytes, _goru.source, _goru.register):
    for value in (deep, None, b"", "", "\ud800", "json", memoryview(b"x")[:0], 7):
        try:
            function(value)
        except Exception:
            pass
loop = {}
loop["me"] = loop
try:
    call("echo", a=loop)
except Exception:
    pass
class Text(str): pass
assert call("echo", a=Text("x"), b=(1, 2.5, True, None), c=2**63, d=-2**63, e="é\u20ac") == {"a": "x", "b": [1, 2.5, True, None], "c": 2**63, "d": -2**63, "e": "é\u20ac"}
_goru.register(None, None)
