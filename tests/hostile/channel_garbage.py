# expect: ok
# alive: yes
# Sends every kind of nonsense through the channel device.
import random
import marshal, os
fd = os.open("/.goru/host", os.O_RDWR)
try:
    from _goru import exchange_bytes as send
except ImportError:
    send = lambda request: os.write(fd, request)
rng = random.Random(1)
for _ in range(300):
    send(bytes(rng.randrange(256) for _ in range(rng.randrange(200))))
for op in range(256):
    if op != ord("r"):
        send(marshal.dumps((op, None), 2))
        send(marshal.dumps((op,), 2))
for value in ((), None, 5, (2**40, None), (-1, None), (1.5, None), ("c", None), ("call", "x"), [99, "echo", {}], {}):
    send(marshal.dumps(value, 2))
for head in (b"(", b"[", b"u", b"s", b"l", b"i", b"g", b"{", b"(\xff\xff\xff\xff", b"[\xff\xff\xff\x7f", b"u\xff\xff\xff\xff", b"l\x00\x00\x00\x80"):
    send(head)
    send(b"(\x02\x00\x00\x00i\x63\x00\x00\x00" + head)
send(b"[\x01\x00\x00\x00" * 100000 + b"N")
send(b"x" * 17_000_000)
for length in (0, 1, 4, 64, 4096, 17_000_000):
    os.read(fd, length)
    os.readv(fd, [bytearray(length), bytearray(1)]) if hasattr(os, "readv") else None
