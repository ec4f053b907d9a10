# expect: timeout memory_limit
# timeout: 300
import os
while True: os.urandom(30_000_000)
