# expect: ok output_limit
# scratch: 1
import os
for i in range(200):
    for name in ("stdin", "stdout", "stderr", "null", "zero", "mem", "fd/0", "tty"):
        for flags in (os.O_RDONLY, os.O_WRONLY, os.O_RDWR | os.O_CREAT, os.O_RDWR | os.O_TRUNC):
            try: fd = os.open("/dev/" + name, flags)
            except OSError: continue
            for do in (lambda: os.read(fd, 1 << 20), lambda: os.write(fd, bytes(1 << 16)), lambda: os.lseek(fd, 5, 0), lambda: os.ftruncate(fd, 1 << 40),
                       lambda: os.fstat(fd), lambda: os.listdir(fd)):
                try: do()
                except (OSError, TypeError): pass
            os.close(fd)
