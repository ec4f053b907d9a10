# expect: guest_exception
# An error whose members have the wrong types.
import marshal, os
fd = os.open("/.goru/host", os.O_RDWR)
os.write(fd, marshal.dumps((ord("r"), {"error": {"type": [], "message": {}, "traceback": 7}}), 2))
