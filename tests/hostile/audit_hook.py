# expect: ok guest_exception trap timeout exited
# timeout: 1000
import sys
def hook(event, args): raise RuntimeError(event)
sys.addaudithook(hook)
open("x")
