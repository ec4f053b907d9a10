# expect: ok guest_exception trap timeout exited
# timeout: 1000
# next 3.13: guest_exception
import sys
def hook(event, args): raise RuntimeError(event)
sys.addaudithook(hook)
open("x")
