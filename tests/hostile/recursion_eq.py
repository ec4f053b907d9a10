# expect: trap memory_limit guest_exception ok
# memory: 256
import sys
sys.setrecursionlimit(10**9)
class A:
    def __eq__(self, o): return [self] == [o]
A() == A()
