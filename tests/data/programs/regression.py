import numpy as np

rng = np.random.default_rng(7)
x = np.linspace(0, 10, 120)
noise = rng.normal(scale=0.5, size=x.size)
y = 3.5 * x - 2.0 + 0.25 * x**2 + noise
design = np.column_stack([np.ones_like(x), x, x**2])
coefficients, residuals, rank, singular = np.linalg.lstsq(design, y, rcond=None)
print(coefficients.round(6), residuals.round(6), rank, singular.round(6))
print(np.polyfit(x, y, 2).round(6), np.polynomial.Polynomial.fit(x, y, 2).convert().coef.round(6))
gram = design.T @ design
print(np.linalg.solve(gram, design.T @ y).round(6), round(float(np.linalg.cond(gram)), 2))
print((np.linalg.inv(gram) @ gram).round(6) + 0.0)
q, r = np.linalg.qr(design)
print(np.allclose(q @ r, design), np.abs(np.diag(r)).round(6))
predicted = design @ coefficients
print(round(float(1 - ((y - predicted) ** 2).sum() / ((y - y.mean()) ** 2).sum()), 8))
try:
    np.linalg.inv(np.zeros((2, 2)))
except np.linalg.LinAlgError as error:
    print(error)
