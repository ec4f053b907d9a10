# expect: trap memory_limit guest_exception ok
# memory: 256
import sys
sys.setrecursionlimit(10**9)
class A: pass
a = None
for _ in range(10**6):
    b = A(); b.a = a; a = b
del a, b
print("freed")
