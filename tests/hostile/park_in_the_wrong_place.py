# expect: trap
# expect 3.13: timeout
# timeout: 2000
# alive: no
# After a forged outcome a read of standard input parks: from here, where the stack is another one.
import marshal, os
fd = os.open("/.goru/host", os.O_RDWR)
os.write(fd, marshal.dumps((ord("r"), {}), 2))
os.read(0, 100)
print("still here")
while True: os.read(0, 100)
