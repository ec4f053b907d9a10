# Digests and compression: code that is C below the language.
import hashlib
import zlib

data = bytes(i * i % 251 for i in range(200000))
digest = b""
for i in range(10):
    digest = hashlib.sha256(data + digest).digest()
packed = zlib.compress(data * 2, 6)
crc = zlib.crc32(zlib.decompress(packed))
print(digest.hex(), len(packed) > 0, crc)
