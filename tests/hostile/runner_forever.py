# expect: ok
# timeout: 300
# next: timeout
# next 3.13: ok
# The next run never fetches its job.
import builtins
def run():
    while True: pass
builtins.__goru_run__ = run
