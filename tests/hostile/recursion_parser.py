# expect: trap memory_limit guest_exception ok
# memory: 256
import sys
sys.setrecursionlimit(10**9)
eval("(" * 10**5 + ")" * 10**5)
