# expect: trap memory_limit guest_exception
# No limit, then as deep as it goes.
import sys
sys.setrecursionlimit(2**31 - 1)
class A:
    def __getattr__(self, name): return getattr(self, name)
A().x
