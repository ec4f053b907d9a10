# expect: trap memory_limit guest_exception ok
# memory: 256
import sys
sys.setrecursionlimit(10**9)
t = int
for _ in range(10**6): t = (t,)
isinstance(1.5, t)
