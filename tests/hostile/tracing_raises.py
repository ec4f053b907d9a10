# expect: ok guest_exception trap
import sys
def tracer(frame, event, arg): raise RuntimeError("no")
sys.settrace(tracer)
sys.setprofile(tracer)
