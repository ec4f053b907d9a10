import numpy as np

rng = np.random.default_rng(12345)
points = rng.random((100_000, 2))
print(4 * np.count_nonzero((points**2).sum(axis=1) <= 1) / len(points))
steps = rng.choice([-1, 1], size=(500, 300))
walks = steps.cumsum(axis=1)
print(walks[:, -1].mean(), walks.max(), walks.min(), int((walks == 0).any(axis=1).sum()))
paths = 100 * np.exp(np.cumsum(rng.normal(0.0002, 0.01, size=(1000, 252)), axis=1))
payoff = np.maximum(paths[:, -1] - 105, 0)
print(payoff.mean().round(6), np.quantile(paths[:, -1], [0.05, 0.5, 0.95]).round(6))
np.random.seed(99)
print(np.random.randint(0, 1000, 8), np.random.rand(3).round(8), np.random.permutation(8), np.random.choice(["a", "b", "c"], 5))
print(np.random.normal(size=3).round(8), np.random.poisson(4, 6), np.random.binomial(20, 0.3, 6), np.random.exponential(2.0, 2).round(8))
for kind in (np.random.MT19937, np.random.PCG64, np.random.Philox, np.random.SFC64):
    generator = np.random.Generator(kind(5))
    print(kind.__name__, generator.integers(0, 10**15, 2), generator.standard_gamma(2.5, 2).round(8), generator.multinomial(10, [0.2, 0.3, 0.5]))
generator.shuffle(order := np.arange(10))
print(order, generator.dirichlet([1, 2, 3]).round(8), generator.hypergeometric(10, 5, 6, 4))
