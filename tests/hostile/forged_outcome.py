# expect: ok guest_exception
# alive: yes
# Reports outcomes of its own: the first one counts, and nothing that is written after it is shown.
# output: before
import marshal, os
try:
    from _goru import exchange_bytes as send
except ImportError:
    fd = os.open("/.goru/host", os.O_RDWR)
    send = lambda request: os.write(fd, request)
print("before")
for outcome in ({"value": "1"}, {"error": 5}, {"exit": "x"}, [], None, {"error": {"type": 1}}):
    send(marshal.dumps((ord("r"), outcome), 2))
print("after")
