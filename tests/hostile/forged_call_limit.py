# expect: guest_exception
# Says that it has met the limit of calls, of which it made none.
import marshal, os
try:
    from _goru import exchange_bytes as send
except ImportError:
    fd = os.open("/.goru/host", os.O_RDWR)
    send = lambda request: os.write(fd, request)
send(marshal.dumps((ord("r"), {"error": {"kind": "call_limit", "type": "HostCallLimitError", "message": "", "traceback": ""}}), 2))
