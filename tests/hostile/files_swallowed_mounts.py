# expect: ok
# alive: yes
# scratch: 1
# output: stays
import os, shutil
for path in ("/data", "/work", "/tmp", "/dev", "/packages", "/", "/home", "/.goru"):
    for do in (os.rmdir, os.unlink, lambda p: os.rename(p, "/work/stolen"), lambda p: os.rename("/work", p), lambda p: shutil.rmtree(p, ignore_errors=True),
               lambda p: os.mkdir(p)):
        try: do(path)
        except OSError: pass
import json, re, base64, random
with_files = os.path.isdir("/data")
if with_files:
    open("/data/x", "w").write("still")
    assert open("/data/x").read() == "still" and fs.read_text("/data/x") == "still"
print("stays")
