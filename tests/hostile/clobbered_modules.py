# expect: ok guest_exception trap
# Destroys every module that the runtime's own code uses.
import sys, linecache, asyncio, marshal, traceback, json, io, os, ast, builtins
g = builtins.__goru_run__.__globals__
for module in (linecache, asyncio, marshal, traceback, json, io, ast):
    for name in list(vars(module)):
        if not name.startswith("__"):
            setattr(module, name, None)
for name in list(g):
    if name not in ("_exchange", "_OK"):
        g[name] = None
sys.modules.clear()
raise ValueError("now report this")
