import numpy as np

rng = np.random.default_rng(3)
m = rng.normal(size=(6, 6))
s = m @ m.T
print(np.linalg.eigvalsh(s).round(6), round(float(np.linalg.det(m)), 6), np.linalg.matrix_rank(m), round(float(np.linalg.norm(m)), 6))
u, d, vt = np.linalg.svd(m)
print(d.round(6), np.allclose(u @ np.diag(d) @ vt, m), np.linalg.cholesky(s).diagonal().round(6))
print(np.sort_complex(np.linalg.eigvals(m)).round(6))
print(np.linalg.pinv(m[:, :3]).round(5).tolist()[0], np.linalg.matrix_power(np.array([[1, 1], [1, 0]]), 30).tolist())
print(np.einsum("ij,jk->ik", m, m).trace().round(6), np.tensordot(m, m).round(6), np.kron([1, 2], [3, 4]), np.cross([1, 0, 0], [0, 1, 0]))
for shape in ((3, 4, 5), (1, 7, 3), (8, 8, 8), (5, 2, 9)):
    a, b = rng.integers(-9, 9, shape[:2]), rng.integers(-9, 9, shape[1:])
    for kind in (np.int64, np.int16, np.float64, np.float32, complex):
        x, y = a.astype(kind), b.astype(kind)
        slow = sum(x[:, [k]] * y[[k], :] for k in range(shape[1]))
        for left, right in ((x, y), (np.asfortranarray(x), y), (x, np.asfortranarray(y)), (x[::-1][::-1], y[:, ::-1][:, ::-1])):
            assert (left @ right == slow).all() and (np.dot(left, right) == slow).all()
t = np.arange(256) / 256
wave = np.sin(2 * np.pi * 20 * t) + 0.5 * np.cos(2 * np.pi * 50 * t)
spectrum = np.abs(np.fft.rfft(wave))
print(np.argsort(spectrum)[-2:].tolist(), spectrum.max().round(6), np.allclose(np.fft.irfft(np.fft.rfft(wave)), wave))
for n in (1, 2, 7, 97, 100, 257, 1000):
    z = rng.normal(size=n) + 1j * rng.normal(size=n)
    slow = np.exp(-2j * np.pi * np.outer(np.arange(n), np.arange(n)) / n) @ z
    assert np.allclose(np.fft.fft(z), slow) and np.allclose(np.fft.ifft(np.fft.fft(z)), z)
print(np.fft.fft2(np.arange(12.0).reshape(3, 4)).round(6)[1].tolist(), np.fft.fftfreq(5, 0.1), np.convolve([1, 2, 3], [0, 1, 0.5]))
masked = np.ma.masked_where(np.arange(6) % 3 == 0, np.arange(6.0))
print(masked, masked.mean(), masked.filled(-1), np.ma.median(masked))
p = np.polynomial.Chebyshev.fit(t, wave, 8)
print(p.coef.round(4), np.roots([1, -6, 11, -6]).round(6), np.poly1d([1, 2]) * np.poly1d([1, 3]))
