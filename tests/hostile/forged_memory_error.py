# expect: guest_exception
# Claims kinds that only the host can grant.
import marshal, os
fd = os.open("/.goru/host", os.O_RDWR)
os.write(fd, marshal.dumps((ord("r"), {"error": {"type": "MemoryError", "message": "out of memory", "traceback": ""}}), 2))
