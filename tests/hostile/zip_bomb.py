# expect: memory_limit timeout
# timeout: 5000
import zlib
data = zlib.compress(b"\0" * 10_000_000)
for _ in range(3): data = zlib.compress(data * 10)
while True: data = zlib.decompress(data)  if len(data) < 1000 else zlib.decompress(zlib.compress(bytes(50_000_000)) ) * 10
