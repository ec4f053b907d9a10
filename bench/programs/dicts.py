# Counting, grouping and looking up: dictionaries, sets, lists.
from collections import Counter, defaultdict

state = 42
numbers = []
for _ in range(60000):
    state = (state * 1103515245 + 12345) & 0x7FFFFFFF
    numbers.append(state >> 8)
counts = Counter(n % 1009 for n in numbers)
groups = defaultdict(list)
for n in numbers:
    groups[n % 257].append(n)
seen = set()
repeats = 0
for n in numbers:
    key = n % 40009
    if key in seen:
        repeats += 1
    else:
        seen.add(key)
names = {f"key{n % 5000}": n for n in numbers}
found = sum(names.get(f"key{i}", 0) % 10 for i in range(6000))
print(counts.most_common(1)[0][1], max(len(g) for g in groups.values()), repeats, len(names), found)
