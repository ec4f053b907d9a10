# expect: ok
# alive: yes
# output: refused
import os
for path in ("/etc/passwd", "/packages/../etc/passwd", "/.goru/../etc/passwd", "..", "/packages/../../..", "/proc/self/mem",
             "x", "/.goru/host/..", "/packages/new", "/dev/null", "\x00"):
    for flags in (os.O_RDONLY, os.O_RDWR | os.O_CREAT, os.O_WRONLY | os.O_TRUNC, os.O_DIRECTORY):
        try: fd = os.open(path, flags)
        except (OSError, ValueError): continue
        try: names = os.listdir(path)
        except OSError: names = []
        assert "passwd" not in names and not os.fstat(fd).st_size, path
print("refused")
