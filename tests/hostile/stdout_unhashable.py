# expect: ok guest_exception trap exited
import sys
class Bad(list): pass
sys.stdout = Bad()
