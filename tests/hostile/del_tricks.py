# expect: ok
# Objects that come back to life, write and call the host while they die.
class A:
    def __del__(self):
        global saved
        saved = self
        print("dying")
        call("echo", a=1)
        raise ValueError
for _ in range(10): A()
import sys
class B:
    def __del__(self):
        while False: pass
        sys.exit(3)
