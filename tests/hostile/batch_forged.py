# expect: ok
# alive: yes
# Asynchronous calls by hand: repeated and absurd ids, cancelling what never was, wrong shapes.
import marshal, os
try:
    from _goru import exchange_bytes
except ImportError:
    fd = os.open("/.goru/host", os.O_RDWR)
    exchange_bytes = lambda request: os.write(fd, request)

def send(*value):
    exchange_bytes(marshal.dumps((ord("b"), *value), 2))

nan, inf = float("nan"), float("inf")
same = [(1, "echo", {})] * 500
for value in ((same, [], 0), (same, [1] * 1000, None), ([], [1], None), ([], [], nan), ([], [], -inf), ([], [], -1e300),
              ([(2**64 - 1, "echo", {})], [], None), ([(-1, "echo", {})], [], None), ([(1.5, "echo", {})], [], None),
              ([("x", "echo", {})], [], None), ([(1,)], [], None), ([None], [None], None), (None, None, None), (1, 2, 3),
              ([], {}, 0), ([(5, 6, 7)], ["x", -1, 2**64 - 1], 0), ([(1, "echo", [])], [], None), (), ("x",), (1, 2, 3, 4)):
    send(*value)
for _ in range(2000): send([], [], None)
