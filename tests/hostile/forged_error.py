# expect: guest_exception
# An error whose members have the wrong types.
import marshal, os
try:
    from _goru import exchange_bytes as send
except ImportError:
    fd = os.open("/.goru/host", os.O_RDWR)
    send = lambda request: os.write(fd, request)
send(marshal.dumps((ord("r"), {"error": {"type": [], "message": {}, "traceback": 7}}), 2))
