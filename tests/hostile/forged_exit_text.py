# expect: exited
# An exit code that is no number.
import marshal, os
fd = os.open("/.goru/host", os.O_RDWR)
os.write(fd, marshal.dumps((ord("r"), {"exit": {"a": []}}), 2))
