# expect: ok
# alive: yes
# scratch: 1
# output: refused
import os
far = (2**62, 2**62 - 1, 2**63 - 1, -1, -2**63, 2**40)
for path in ("/work/x", "/data/x"):
    try: fd = os.open(path, os.O_RDWR | os.O_CREAT)
    except OSError: continue
    for at in far:
        for do in (lambda: os.lseek(fd, at, os.SEEK_SET), lambda: os.lseek(fd, at, os.SEEK_CUR), lambda: os.lseek(fd, at, os.SEEK_END),
                   lambda: os.pwrite(fd, b"xx", at), lambda: os.pread(fd, 100, at), lambda: os.truncate(fd, at), lambda: os.ftruncate(fd, at),
                   lambda: os.posix_fallocate(fd, at, at), lambda: os.posix_fallocate(fd, 0, at), lambda: os.utime(fd, ns=(at, at)),
                   lambda: os.write(fd, b"y"), lambda: os.read(fd, 10), lambda: os.posix_fadvise(fd, at, at, 0)):
            try: do()
            except (OSError, OverflowError, ValueError, AttributeError): pass
        assert os.fstat(fd).st_size <= (1 << 20 if path == "/work/x" else 256 << 20), at
    os.ftruncate(fd, 0)
    os.close(fd)
print("refused")
