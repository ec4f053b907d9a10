# expect: ok
# expect 3.13: guest_exception
# next: trap
# next 3.13: ok
# Takes away what starts the next run.
import builtins
del builtins.__goru_run__
print("deleted")
