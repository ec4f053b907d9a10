# expect: trap memory_limit guest_exception ok
# memory: 256
import sys
sys.setrecursionlimit(10**9)
import pickle
l = []
for _ in range(10**5): l = [l]
pickle.dumps(l)
