# expect: ok guest_exception trap
# An interpreter without builtins.
import builtins
for name in list(vars(builtins)):
    if name not in ("__goru_run__",):
        delattr(builtins, name)
