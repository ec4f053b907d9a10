# expect: guest_exception
# Says that memory was short where the host has refused none.
import marshal, os
try:
    from _goru import exchange_bytes as send
except ImportError:
    fd = os.open("/.goru/host", os.O_RDWR)
    send = lambda request: os.write(fd, request)
send(marshal.dumps((ord("r"), {"error": {"kind": "memory", "type": "MemoryError", "message": "", "traceback": ""}}), 2))
