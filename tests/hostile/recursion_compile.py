# expect: trap memory_limit guest_exception ok
# memory: 256
import sys
sys.setrecursionlimit(10**9)
compile("+".join(["1"] * 100000), "f", "eval")
