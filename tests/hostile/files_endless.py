# expect: timeout
# timeout: 700
# scratch: 4
import os
try: os.chdir("/work")
except OSError: pass
i = 0
while True:
    i += 1
    try:
        with open(str(i % 50), "ab") as f: f.write(b"x" * 5000)
        os.rename(str(i % 50), str((i * 7) % 50))
        os.listdir(".")
    except OSError:
        for name in range(50):
            try: os.unlink(str(name))
            except OSError: pass
