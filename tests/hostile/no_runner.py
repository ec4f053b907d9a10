# expect: ok
# Takes away what starts the next run.
import builtins
del builtins.__goru_run__
print("deleted")
