# expect: trap memory_limit guest_exception ok
# memory: 256
import sys
sys.setrecursionlimit(10**9)
l = []
for _ in range(10**6): l = [l]
repr(l)
