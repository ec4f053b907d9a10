# Sorting: the built-in sort with keys, a heap, and a quicksort in the language itself.
import heapq

state = 7
numbers = []
for _ in range(30000):
    state = (state * 1103515245 + 12345) & 0x7FFFFFFF
    numbers.append(state)


def quicksort(items):
    if len(items) < 2:
        return items
    pivot = items[len(items) // 2]
    return (
        quicksort([x for x in items if x < pivot])
        + [x for x in items if x == pivot]
        + quicksort([x for x in items if x > pivot])
    )


by_key = sorted(numbers, key=lambda n: (n % 100, n))
heap = numbers[:]
heapq.heapify(heap)
popped = [heapq.heappop(heap) for _ in range(10000)]
print(by_key[0], by_key[-1], popped[-1], quicksort(numbers) == sorted(numbers))
