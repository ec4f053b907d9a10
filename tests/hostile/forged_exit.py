# expect: exited
# An exit code that fits into nothing.
import marshal, os
fd = os.open("/.goru/host", os.O_RDWR)
os.write(fd, marshal.dumps((ord("r"), {"exit": -(2**63), "error": {"type": "x"}}), 2))
