# expect: ok
# alive: yes
# output: old 1
# memory: 256
# Values beyond every limit. Each is refused, and what was there stays.
import asyncio

big = "x" * (20 << 20)
deep = 1
for _ in range(100000):
    deep = [deep]

def attempt(function):
    try:
        function()
    except (OSError, ValueError, TypeError, RuntimeError, MemoryError):
        return
    print("accepted", function.__code__.co_firstlineno)

try:
    kv.set("kept", "old")
except RuntimeError:
    pass
for function in (
    lambda: kv.set("kept", big), lambda: kv.set(big, 1), lambda: kv.get(big), lambda: kv.delete(big), lambda: kv.set("kept", deep),
    lambda: kv.set("kept", [0] * 100000), lambda: kv.set("kept", "\0" * (60 << 10)), lambda: kv.set("kept", {str(i): i for i in range(50000)}),
    lambda: fs.write_text("/data/x", big), lambda: fs.write_bytes("/data/x", b"\xff" * (20 << 20)), lambda: fs.read_text(big),
    lambda: fs.write_text("/data/x", "\0" * (11 << 20)), lambda: fs.read_text("/" + "a/" * 100000), lambda: fs.write_json("/data/x", deep),
    lambda: http.get("http://localhost/" + big), lambda: http.post("http://localhost/", body=big),
    lambda: http.get("http://localhost/", headers={"a": big}), lambda: http.get("http://localhost/", headers=[("a", "b")] * 100000),
    lambda: http.get("http://localhost/", params={"a": ["b"] * 100000}), lambda: http.request(big, "http://localhost/"),
    lambda: http.secret(big),
):
    attempt(function)

async def many():
    results = await asyncio.gather(*(kv.async_set(f"k{i}", i) for i in range(3000)), return_exceptions=True)
    return len(results) == 3000

print(kv.get("kept"), int(asyncio.run(many())))
