# expect: ok guest_exception trap
# Asks for an answer that is larger than the memory that takes it, then reads only a part of it.
import marshal, os
fd = os.open("/.goru/host", os.O_RDWR)
os.write(fd, marshal.dumps((ord("c"), "echo", {"a": "x" * 1_000_000}), 2))
os.read(fd, 10)
os.write(fd, marshal.dumps((ord("c"), "echo", {"a": "x" * 1_000_000}), 2))
call("echo", a=1)
call("echo", a="y" * 2_000_000)
