"""Hostile use of numpy's C code ends as everything else in a sandbox does."""

import pytest

# Each ends in an exception of Python that code can catch, and the sandbox goes on.
CAUGHT = {
    "more memory than there is": "np.ones(10**9)",
    "an impossible size": "np.empty(2**60)",
    "a product of sizes that overflows": "np.empty((2**16, 2**16, 2**16))",
    "strides beyond the memory": "np.ndarray((4,), np.int64, np.zeros(4), strides=(2**30,))",
    "an offset beyond a buffer": "np.frombuffer(b'12345678', np.int64, offset=9)",
    "a wrong buffer": "np.frombuffer(b'123', np.int64)",
    "a transform without memory for it": "np.fft.fft(np.ones(4_000_037))",
    "outer of large vectors": "np.multiply.outer(np.ones(50_000), np.ones(50_000))",
    "a negative size": "np.zeros(-1)",
    "a pickle that names a wrong state": "np.ndarray.__setstate__(np.zeros(2), (1, (2**28,), np.dtype('f8'), False, b'short'))",
    "a dtype with fields beyond its size": "np.dtype({'names': ['a'], 'formats': ['i8'], 'offsets': [8], 'itemsize': 8})",
    "deep nesting": "np.array(eval('[' * 60 + ']' * 60)).reshape(99)",
    "an index beyond 32 bits": "np.arange(3)[np.array([2**32])]",
    "repeats without end": "np.repeat(np.ones(10**6), 10**4)",
    "a huge string type": "np.zeros(10, 'U500000000')",
    "a library of C": "np.ctypeslib.load_library('libc', '.')",
}
# Each runs on for long, and is stopped at the timeout.
STOPPED = {
    "a large product": "np.ones((3000, 3000)) @ np.ones((3000, 3000)).T",
    "a product of objects": "np.ones((900, 900), object) @ np.ones((900, 900), object)",
    "singular values": "np.linalg.svd(np.random.rand(1500, 1500))",
    "sorting again and again": "[np.sort(np.random.rand(10**6)) for _ in range(10**4)]",
    "drawing without end": "[np.random.standard_gamma(2, 10**6) for _ in range(10**4)]",
    "a broadcast over little memory": "while True: np.lib.stride_tricks.as_strided(np.ones(1, \"i1\"), (2**15, 2**15), (0, 0)).sum()",
    "convolutions": "np.convolve(np.ones(10**6), np.ones(10**6))",
}


@pytest.mark.parametrize("name", CAUGHT)
def test_is_an_exception(goru, name):
    code = f"import numpy as np\ntry:\n    {CAUGHT[name]}\nexcept Exception as error:\n    print('caught')\nprint(np.arange(4).sum())"
    run = goru("--memory", "256mb", "-c", code)
    assert (run.stdout, run.returncode) == ("caught\n6\n", 0), run.stderr


@pytest.mark.parametrize("name", STOPPED)
def test_is_stopped_at_the_timeout(goru, name):
    run = goru("--timeout", "700ms", "--memory", "512mb", "-c", f"import numpy as np\n{STOPPED[name]}", timeout=60)
    assert run.returncode == 124, run.stderr


def test_views_beyond_an_array_reach_only_the_sandbox(goru):
    """as_strided makes views of any memory of the guest; that outside of it faults, and the program lives."""
    code = "import numpy as np\nv = np.lib.stride_tricks.as_strided(np.ones(1), (1,), (8,))\nw = np.ndarray.__new__(np.ndarray, (1,))\n"
    code += "far = np.lib.stride_tricks.as_strided(np.ones(2), (2,), (2**31 - 8,))\nprint(far[1])"
    run = goru("-c", code)
    assert run.returncode in (0, 1, 134), run.stderr
    again = goru("-c", "import numpy as np\nprint(np.ones(2).sum())")
    assert again.stdout == "2.0\n"
