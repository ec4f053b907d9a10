# expect: timeout
# timeout: 1200
# scratch: 4
import os
try:
    for i in range(30_000): os.close(os.open(f"/work/{i}", os.O_CREAT | os.O_RDWR))
except OSError: pass
while True:
    try:
        for entry in os.scandir("/work"): entry.stat()
    except OSError: pass
