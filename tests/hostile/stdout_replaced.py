# expect: ok guest_exception
# alive: yes
import sys
class Bad:
    def write(self, text): raise ValueError
    def flush(self):
        while False: pass
        raise ValueError
sys.stdout = sys.stderr = sys.__stdout__ = sys.__stderr__ = Bad()
