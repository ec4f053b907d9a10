# expect: timeout
# timeout: 200
import time
while True:
    try: time.sleep(2**31)
    except BaseException: pass
