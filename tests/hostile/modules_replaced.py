# expect: ok guest_exception
# alive: yes
# next: trap
# Everything that the modules use is replaced. Only this sandbox may notice.
import builtins, http as package, json, os, posixpath, urllib.parse

def bad(*args, **kwargs):
    raise SystemError("replaced")

def attempt(function):
    try:
        function()
    except Exception:
        pass

def use():
    for function in (
        lambda: kv.set("k", {"a": ["\ud800", 2**70]}), lambda: kv.get("k"), lambda: fs.write_bytes("/data/x", b"\xff"),
        lambda: fs.read_bytes("/data/x"), lambda: list(fs.walk("/data")), lambda: fs.read_text("/data/none"),
        lambda: package.post("http://refused.example/", json={}, params={"a": 1}), lambda: fs.stat("/data"),
    ):
        attempt(function)

class Text(str):
    def isascii(self): raise SystemError("text")
    def encode(self, *args): raise SystemError("text")
    def __fspath__(self): return self
    def upper(self): return 5
    def partition(self, mark): return 1, 2, 3

for function in (lambda: kv.get(Text("k")), lambda: kv.set("k", Text("v")), lambda: fs.read_text(Text("/data/x")),
                 lambda: package.request(Text("GET"), Text("http://refused.example/"), params={"a": 1})):
    attempt(function)
package.Response.__init__ = package.Headers.__init__ = bad
for module in (json, os, posixpath, urllib.parse):
    for name in list(vars(module)):
        if callable(getattr(module, name)):
            setattr(module, name, bad)
    use()
names = vars(builtins)["fs"].read_text.__globals__
for name in ("_ask", "_errors", "_encode", "_scan", "_bytes_of", "_failure", "_OK", "_CALL"):
    names[name] = bad
    use()
for name in ("isinstance", "type", "len", "getattr", "issubclass", "OSError", "bytes", "memoryview"):
    setattr(builtins, name, bad)
use()
