import hashlib
import hmac
import struct

try:
    import _kdf
except ImportError:
    _kdf = None

# What hashlib has from OpenSSL elsewhere. The arguments and what is said of wrong ones are CPython's (Modules/_hashopenssl.c).

_LONGEST_KEY = 2**31 - 1


def pbkdf2_hmac(hash_name, password, salt, iterations, dklen=None):
    """Password based key derivation function 2 (PKCS #5 v2.0) with HMAC as pseudorandom function."""
    if not isinstance(hash_name, str):
        raise TypeError(f"pbkdf2_hmac() argument 'hash_name' must be str, not {type(hash_name).__name__}")
    password = bytes(memoryview(password))
    salt = bytes(memoryview(salt))
    digest_size = hashlib.new(hash_name).digest_size
    if iterations < 1:
        raise ValueError("iteration value must be greater than 0.")
    if iterations > _LONGEST_KEY:
        raise OverflowError("iteration value is too great.")
    if dklen is None:
        dklen = digest_size
    if dklen < 1:
        raise ValueError("key length must be greater than 0.")
    if dklen > _LONGEST_KEY:
        raise OverflowError("key length is too great.")
    if _kdf is not None and hash_name.lower() in ("sha256", "sha-256"):
        return _kdf.pbkdf2_sha256(password, salt, iterations, dklen)
    keyed = hmac.new(password, digestmod=hash_name)
    # Two copies of the hash in the middle of its work are all that a round takes.
    inner, outer = keyed._inner, keyed._outer
    key = b""
    block = 1
    while len(key) < dklen:
        first = keyed.copy()
        first.update(salt + struct.pack(">I", block))
        last = first.digest()
        mixed = int.from_bytes(last)
        for _ in range(iterations - 1):
            inside = inner.copy()
            inside.update(last)
            outside = outer.copy()
            outside.update(inside.digest())
            last = outside.digest()
            mixed ^= int.from_bytes(last)
        key += mixed.to_bytes(digest_size)
        block += 1
    return key[:dklen]


def scrypt(password, *, salt, n, r, p, maxmem=0, dklen=64):
    """scrypt password-based key derivation function."""
    password = bytes(memoryview(password))
    salt = bytes(memoryview(salt))
    if n < 2 or n & (n - 1):
        raise ValueError("n must be a power of 2.")
    if not 0 <= maxmem <= _LONGEST_KEY:
        raise ValueError(f"maxmem must be positive and smaller than {_LONGEST_KEY}")
    if not 1 <= dklen <= _LONGEST_KEY:
        raise ValueError(f"dklen must be greater than 0 and smaller than {_LONGEST_KEY}")
    # As much as OpenSSL allows itself where nothing is said.
    if r < 1 or p < 1 or r * p >= 2**30 or n >= 2 ** (16 * r) or 128 * r * (n + p + 2) > (maxmem or 32 * 1024 * 1024):
        raise ValueError("Invalid parameter combination for n, r, p, maxmem.")
    if _kdf is None:
        raise NotImplementedError("scrypt needs Python 3.13 here: -l python, Python()")
    return _kdf.scrypt(password, salt, n, r, p, dklen)


for _made in (pbkdf2_hmac, scrypt):
    _made.__module__ = "hashlib"
    setattr(hashlib, _made.__name__, _made)
hashlib.__all__ += ("pbkdf2_hmac", "scrypt")
del pbkdf2_hmac, scrypt
