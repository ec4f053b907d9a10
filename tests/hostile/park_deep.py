# expect: trap
# alive: no
# expect 3.13: ok
# alive 3.13: yes
# The same from deep inside callbacks of C functions.
import marshal, os
fd = os.open("/.goru/host", os.O_RDWR)

def key(value):
    os.write(fd, marshal.dumps((ord("r"), {}), 2))
    try:
        os.read(0, 100)
    finally:
        return value

class Odd:
    def __eq__(self, other): return sorted([3, 1, 2], key=key) == other
    __hash__ = lambda self: 1
{Odd(): 1, Odd(): 2}
