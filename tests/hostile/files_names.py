# expect: ok
# alive: yes
# scratch: 4
# output: bounded
# timeout: 60000
import errno, os
known = (errno.ENOENT, errno.ENAMETOOLONG, errno.EILSEQ, errno.ENOSPC, errno.EACCES, errno.ENOTCAPABLE, errno.EINVAL, errno.EEXIST, errno.EISDIR, errno.EPERM,
         errno.EBUSY, errno.EXDEV, errno.ENOTEMPTY, errno.ENOTDIR, errno.EROFS, errno.EDQUOT, errno.EMFILE, errno.ENOTSUP)
def attempt(do, *args):
    try: do(*args)
    except OSError as e: assert e.errno in known, (do, args, e)
    except ValueError: pass
def make(path): os.close(os.open(path, os.O_CREAT | os.O_RDWR))
try:
    for i in range(200_000): make(f"/work/{i}")
except OSError as e: assert e.errno in known, e
else: raise AssertionError("no bound")
for _ in range(3): count = len(os.listdir("/work")) if os.path.isdir("/work") else 0
assert count <= 70_000
for name in os.listdir("/work") if os.path.isdir("/work") else (): os.unlink("/work/" + name)
path = "/work"
try:
    while len(path) < 10_000:
        path += "/d"
        os.mkdir(path)
except OSError as e: assert e.errno in known, e
names = ["x" * 255, "x" * 256, "x" * 5000, "a/" * 3000, "\udcff", "\x00", "..", ".", "", "a\nb", "\u202e", "/" * 4000 + "x", "../" * 500 + "etc/passwd"]
for base in ("/work/", "/data/", "/dev/", "/packages/", "/.goru/", "/"):
    for name in names:
        for do in (make, os.mkdir, os.listdir, os.stat, os.unlink, os.rmdir, os.readlink): attempt(do, base + name)
        attempt(os.rename, base + name, "/work/y")
        attempt(os.rename, "/work", base + name)
        attempt(os.symlink, "/etc/passwd", base + name)
        attempt(os.link, "/work", base + name)
print("bounded")
