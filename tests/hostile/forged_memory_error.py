# expect: guest_exception
# Claims kinds that only the host can grant.
import marshal, os
try:
    from _goru import exchange_bytes as send
except ImportError:
    fd = os.open("/.goru/host", os.O_RDWR)
    send = lambda request: os.write(fd, request)
send(marshal.dumps((ord("r"), {"error": {"type": "MemoryError", "message": "out of memory", "traceback": ""}}), 2))
