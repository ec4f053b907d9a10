# A program's integers have 64 bits, as on other machines, though positions have 32 here.
import struct

import numpy as np

a = np.array([50_000, 60_000])
print(a.dtype, a**2, a.sum() * 10**6, np.arange(3).dtype, np.array([True, True]).sum().dtype, np.int8([100, 100]).sum())
print(np.dtype(int), np.dtype("int"), np.dtype("uint"), np.int_, np.iinfo(int).max, np.full(2, 7).dtype, np.zeros(2, int).dtype)
print(np.uint8([200, 100]).sum().dtype, np.cumsum(np.int16([30000, 30000])), np.prod([10**9, 10**9]), np.array(2**63).dtype)
print(np.bincount(np.array([0, 1, 1, 3])), np.repeat([1, 2], np.array([2, 3])), np.take(a, np.array([1])), a[np.array([-1])])
print(np.where(np.array([1, 0, 2]) > 0, 10**12, 0), np.indices((2, 2)).dtype, np.mgrid[0:2].dtype, np.arange(10**10, 10**10 + 2))
print(np.array([2**40]) // 3, np.array([7, -7]) % 3, np.array([1, 2]) << 40, np.gcd(12, 18), np.uint64(2**64 - 1), ~np.array([0]))
print(np.array([[1, 2], [3, 4]]) @ np.array([10**10, 1]), np.dot([1, 2], [3, 4]).dtype, np.trace(np.eye(2, dtype=int)))
print(np.add.reduceat(np.arange(8), np.array([0, 4])), np.ravel_multi_index((np.array([1]), np.array([2])), (2, 3)))
for wrong in (lambda: a[np.array([2**32])], lambda: np.take(a, np.array([2**40])), lambda: a[5], lambda: np.int8(300)):
    try:
        wrong()
    except (IndexError, OverflowError) as error:
        print(type(error).__name__)
