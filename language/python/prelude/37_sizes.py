import csv
import functools
import random
import sys
import types

# Sizes: this machine counts what it holds in 32 bits, and programs use sys.maxsize as a number that is larger than all others.
# They get the one that they know, and the few who ask what the machine can do keep its own.

_TRUE_MAXSIZE = sys.maxsize
_MAXSIZE = 2**63 - 1
_SIZE_HINT = (
    "Lengths, positions and counts end at 2**31 - 1 in the sandbox, whatever sys.maxsize is. Numbers have no such limit: "
    "len(range(a, b)) is b - a, and a loop bisects a range of any length.\n"
)


def _is_size_error(error):
    if isinstance(error, OverflowError):
        return "C ssize_t" in str(error) or "C long" in str(error)
    return isinstance(error, ValueError) and str(error).endswith("0 <= x <= sys.maxsize.")


def _len_of(population):
    """len() that knows long ranges."""
    try:
        return len(population)
    except OverflowError:
        if type(population) is not range:
            raise
    start, stop, step = population.start, population.stop, population.step
    return max(0, (stop - start + step - (1 if step > 0 else -1)) // step)


def _choice(self, seq):
    try:
        n = len(seq)
    except OverflowError:
        n = _len_of(seq)
    if not n:
        raise IndexError("Cannot choose from an empty sequence")
    return seq[self._randbelow(n)]


def _sample_of_long(self, population, k):
    """What random.Random.sample draws where the population is much longer than the sample."""
    n = _len_of(population)
    if not 0 <= k <= n:
        raise ValueError("Sample larger than population or is negative")
    selected = set()
    result = []
    for _ in range(k):
        j = self._randbelow(n)
        while j in selected:
            j = self._randbelow(n)
        selected.add(j)
        result.append(population[j])
    return result


def _extend_random():
    original_sample, original_choices = random.Random.sample, random.Random.choices

    def sample(self, population, k, *, counts=None):
        try:
            return original_sample(self, population, k, counts=counts)
        except OverflowError:
            if type(population) is not range or counts is not None:
                raise
        return _sample_of_long(self, population, k)

    def choices(self, population, weights=None, *, cum_weights=None, k=1):
        try:
            return original_choices(self, population, weights, cum_weights=cum_weights, k=k)
        except OverflowError:
            if type(population) is not range or weights is not None or cum_weights is not None:
                raise
        n = float(_len_of(population))
        return [population[int(self.random() * n)] for _ in range(k)]

    for new, old in ((sample, original_sample), (choices, original_choices), (_choice, random.Random.choice)):
        new.__name__ = old.__name__
        new.__qualname__ = old.__qualname__
        new.__module__ = old.__module__
        new.__doc__ = old.__doc__
        setattr(random.Random, old.__name__, new)
        setattr(random, old.__name__, getattr(random._inst, old.__name__))


def _extend_limits():
    """Limits that mean `none` where they are sys.maxsize."""
    set_limit, cache = csv.field_size_limit, functools.lru_cache

    def field_size_limit(*args):
        return set_limit(*(min(arg, _TRUE_MAXSIZE) if isinstance(arg, int) else arg for arg in args))

    def lru_cache(maxsize=128, typed=False):
        return cache(min(maxsize, _TRUE_MAXSIZE) if isinstance(maxsize, int) else maxsize, typed)

    csv.field_size_limit = functools.wraps(set_limit)(field_size_limit)
    functools.lru_cache = functools.wraps(cache)(lru_cache)


_extend_random()
_extend_limits()


def _give_maxsize():
    """At the end of the boot: the standard library has asked by then, and keeps what it was told."""
    sys.maxsize = _MAXSIZE
    # Set._hash has to be what frozenset's is, and what is decompressed at once has to fit. They ask sys for nothing else.
    for name in ("_collections_abc", "_compression"):
        sys.modules[name].sys = types.SimpleNamespace(maxsize=_TRUE_MAXSIZE)
