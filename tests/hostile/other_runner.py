# expect: ok
# next: trap
# next 3.13: ok
# Puts something else where the host starts runs.
import builtins, os
def run():
    while True: os.read(0, 10)
builtins.__goru_run__ = run
