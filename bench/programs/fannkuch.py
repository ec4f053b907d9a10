# Pancake flips over all permutations: small lists and slices.
def fannkuch(n):
    permutation = list(range(n))
    count = [0] * n
    most = checksum = turns = 0
    r = n
    while True:
        while r != 1:
            count[r - 1] = r
            r -= 1
        if permutation[0] != 0:
            work = permutation[:]
            flips = 0
            first = work[0]
            while first:
                work[: first + 1] = work[first::-1]
                flips += 1
                first = work[0]
            most = max(most, flips)
            checksum += flips if turns % 2 == 0 else -flips
        while True:
            if r == n:
                return checksum, most
            permutation.insert(r, permutation.pop(0))
            count[r] -= 1
            if count[r] > 0:
                break
            r += 1
        turns += 1


print(*fannkuch(8))
