# expect: guest_exception trap memory_limit
import marshal, random
rng = random.Random(3)
good = marshal.dumps([1, "a", {"b": (2.5, None)}, compile("x", "f", "exec")])
for _ in range(3000):
    data = bytearray(good)
    for _ in range(4): data[rng.randrange(len(data))] = rng.randrange(256)
    try: marshal.loads(bytes(data))
    except Exception: pass
marshal.loads(b"[\xff\xff\xff\x7f")
