# expect: ok
# alive: yes
# scratch: 2
# output: held
# next: ok
import errno, os
LIMIT = 2 << 20

def used():
    if not os.path.isdir("/work"): return 0  # raw: no files at all
    return sum(os.stat(os.path.join(d, f)).st_size for d, _, fs in os.walk("/") if not d.startswith(("/dev", "/data", "/pack", "/.goru")) for f in fs)

def full(step):
    """Every way to more bytes ends with ENOSPC, and never above the limit."""
    for i in range(100000):
        try: step(i)
        except OSError as e:
            assert e.errno in (errno.ENOSPC, errno.EFBIG, errno.ENOENT, errno.EACCES, errno.EINVAL, errno.ENOTCAPABLE), e
            break
        assert used() <= LIMIT
    else:
        raise AssertionError("no end")
    assert used() <= LIMIT
    for name in os.listdir("/work") if os.path.isdir("/work") else ():
        os.unlink("/work/" + name)

def write(i):
    with open(f"/work/w{i}", "wb") as f: f.write(bytes(100_000))
def hole(i):
    with open(f"/work/h{i}", "wb") as f:
        f.seek(300_000)
        f.write(b"x")
def grow(i):
    with open(f"/work/g{i}", "wb") as f: f.truncate(123_457)
def append(i):
    with open("/work/a", "ab", buffering=0) as f:
        if f.write(bytes(77_777)) < 77_777: f.write(b"x")
def huge(i):
    with open("/work/x", "wb") as f: f.truncate(1 << 40)
def replace(i):
    with open("/work/t", "wb") as f: f.write(bytes(90_000))
    os.rename("/work/t", f"/work/r{i}")
for step in (write, hole, grow, append, huge, replace): full(step)
print("held")
