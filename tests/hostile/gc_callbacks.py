# expect: ok exited
import gc
def callback(phase, info):
    call("echo", phase=phase)
    raise SystemExit(9)
gc.callbacks.append(callback)
gc.set_threshold(1)
gc.unfreeze()
l = [[] for _ in range(1000)]
