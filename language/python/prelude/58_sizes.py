import sys

# Sizes and indices end at 2**31 - 1 here, which programs take for a machine's largest number where they ask sys.maxsize: as infinity
# in algorithms it gives wrong answers. They find what nearly every other machine says; what asks for a container of that size gets an
# error, as it does there.


def _length(sequence, length=len):
    """len() for random, which picks from ranges of any length."""
    try:
        return length(sequence)
    except OverflowError:
        if type(sequence) is not range:
            raise
        start, stop, step = sequence.start, sequence.stop, sequence.step
        return max(0, (stop - start + step - (1 if step > 0 else -1)) // step)


_SIZES_HINT = (
    "Sizes and indices of the sandbox end at 2**31 - 1 (2147483647), len() of a range too: for a range r longer than that, say "
    "(r.stop - r.start) // r.step.\n"
)


def _sizes_begin():
    """At the end of the image's making."""
    import random

    random.len = _length
    sys.maxsize = 2**63 - 1
