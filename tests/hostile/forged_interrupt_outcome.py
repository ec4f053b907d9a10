# expect: guest_exception
# Says that the host ended the run.
import marshal, os
try:
    from _goru import exchange_bytes as send
except ImportError:
    fd = os.open("/.goru/host", os.O_RDWR)
    send = lambda request: os.write(fd, request)
send(marshal.dumps((ord("r"), {"error": {"kind": "interrupted", "type": "Interrupted", "message": "", "traceback": ""}}), 2))
