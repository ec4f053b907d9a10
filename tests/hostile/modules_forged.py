# expect: ok
# alive: yes
# output: 1
# Reserved names with arguments that the prelude would never send, alone and in batches.
import marshal, os

nan, inf = float("nan"), float("inf")
odd = [None, True, -1, 2**63, nan, inf, 1e308, "", "x", "\0", "\ud800", "x" * 5000, [], [[]], {}, b"", b"\xff\0" * 50, bytearray(5),
       memoryview(b"abc")[::2], {"base64": "QQ=="}, [[1, 2]], [["a"]], [["a", "b", "c"]], [["a\r\nb", "c\nd"]]]
names = ["goru:", "goru:.", "goru:kv", "goru:kv.", "goru:.get", "goru:nope.get", "goru:kv.get.more", "goru:KV.get", "goru:kv.get\0",
         "goru:__proto__.x", "goru:" + "x" * 100000, "goru:fs.read\n", "goru:http.request ", "goru:goru:kv.get"]
methods = {"http.request": ["method", "url", "headers", "body", "timeout", "redirect"], "http.secret": ["name"],
           "fs.read": ["path"], "fs.write": ["path", "data"], "fs.append": ["path", "data"], "fs.list": ["path", "links"],
           "fs.exists": ["path"], "fs.stat": ["path"], "fs.mkdir": ["path", "parents", "exist_ok"], "fs.remove": ["path"],
           "fs.rename": ["from", "to"], "kv.get": ["key"], "kv.set": ["key", "value"], "kv.delete": ["key"], "kv.keys": []}
good = {"method": "GET", "url": "http://refused.example/", "path": "/data/none", "from": "/data/a", "to": "/data/b", "key": "k",
        "value": "1", "data": "text", "name": "SECRET"}
calls = [(name, {}) for name in names]
for method, members in methods.items():
    base = {member: good[member] for member in members if member in good}
    calls += [("goru:" + method, {}), ("goru:" + method, {"a": 1, **base, "b": [[[]]]})]
    calls += [("goru:" + method, {**base, member: value}) for member in members for value in odd]

def attempt(name, args):
    try:
        call(name, **args)
    except (OSError, ValueError, TypeError, RuntimeError):
        pass

for name, args in calls:
    attempt(name, args)

device = os.open("/.goru/host", os.O_RDWR)
for start in range(0, len(calls), 50):
    batch = [(10**6 + start + i, name, args) for i, (name, args) in enumerate(calls[start : start + 50])]
    try:
        os.write(device, marshal.dumps((ord("b"), batch, [], 100), 2))
    except (OSError, ValueError):
        pass
for args in ([], None, "x", [["key", "k"]]):
    os.write(device, marshal.dumps((ord("c"), "goru:kv.get", args), 2))
print(1)
