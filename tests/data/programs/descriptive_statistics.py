import numpy as np

rng = np.random.default_rng(2024)
scores = rng.normal(70, 12, size=(200, 4)).clip(0, 100)
print(scores.mean(axis=0).round(6), scores.std(axis=0, ddof=1).round(6))
print(np.percentile(scores, [5, 25, 50, 75, 95], axis=0).round(6))
print(np.corrcoef(scores.T).round(6))
print(np.histogram(scores[:, 0], bins=8)[0].tolist(), np.bincount(np.digitize(scores[:, 1], [40, 60, 80])).tolist())
best = np.argsort(scores.sum(axis=1))[::-1][:5]
print(best.tolist(), scores[best].sum(axis=1).round(6))
grades = np.array(list("FDCBA"))[np.searchsorted([45, 55, 65, 80], scores[:10, 0])]
print("".join(grades), np.unique(grades, return_counts=True)[1].tolist())
weights = np.array([0.1, 0.2, 0.3, 0.4])
print(np.average(scores, axis=1, weights=weights)[:3].round(6), np.median(scores).round(6), np.ptp(scores).round(6))
print(np.nanmean(np.where(scores > 90, np.nan, scores)).round(6), np.cov(scores[:, 0], scores[:, 1]).round(6).tolist())
