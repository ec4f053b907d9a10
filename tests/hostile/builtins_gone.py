# expect: ok guest_exception trap
# next: guest_exception
# An interpreter without builtins.
import builtins
for name in list(vars(builtins)):
    if name not in ("__goru_run__",):
        delattr(builtins, name)
