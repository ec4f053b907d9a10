# expect: ok
# alive: yes
# scratch: 1
# output: bounded
import errno, os, random
random.seed(5)
held = []
try:
    while len(held) < 10_000: held.append(os.open("/work" if len(held) % 2 else f"/work/{len(held)}", os.O_RDONLY if len(held) % 2 else os.O_RDWR | os.O_CREAT))
except OSError as e:
    assert e.errno in (errno.EMFILE, errno.ENFILE, errno.ENOENT, errno.ENOTCAPABLE, errno.EACCES), e
assert len(held) <= 300
for fd in held: os.close(fd)
for fd in held:
    for do in (lambda: os.close(fd), lambda: os.read(fd, 1), lambda: os.write(fd, b"x"), lambda: os.fstat(fd), lambda: os.listdir(fd), lambda: os.ftruncate(fd, 5)):
        try: do()
        except (OSError, TypeError): pass
        else: raise AssertionError(fd)
for _ in range(2000):
    fd = random.choice((random.randrange(5, 300), random.randrange(-5, 2**31)))
    try: random.choice((os.close, os.fstat, os.fsync, lambda fd: os.read(fd, 3), lambda fd: os.lseek(fd, 3, 0)))(fd)
    except (OSError, OverflowError): pass
print("bounded")
