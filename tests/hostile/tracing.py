# expect: ok guest_exception trap
# Trace functions see the runtime's own code when a run ends.
import sys, threading
def tracer(frame, event, arg):
    if frame.f_code.co_filename == "<goru>" and event == "line":
        frame.f_globals["_OK"] = None
        frame.f_locals.clear()
    return tracer
sys.settrace(tracer)
sys.setprofile(tracer)
