// Whether there is memory for a transform of `points`: pocketfft throws where there is none, and there are no C++ exceptions here.
#pragma once

// Sets MemoryError and returns false where there is not. Asks for as much as a transform takes at once, and gives it back.
template <typename T> static bool fft_room(size_t points)
{
    using pocketfft::detail::util;
    size_t items = 0;
    bool fits = points < SIZE_MAX / 64;
    if (fits) {
        // As pocketfft chooses: a plan of factors, or Bluestein's way through a larger transform.
        const size_t factor = points < 50 ? 0 : util::largest_prime_factor(points);
        const bool factors = factor < 46341 && factor * factor <= points;
        items = 4 * points + (factors ? 0 : 4 * util::good_size_cmplx(2 * points - 1));
        fits = items < (SIZE_MAX - 65536) / sizeof(pocketfft::detail::cmplx<T>);
    }
    // Not malloc, which the compiler would leave out with the free.
    void *room = fits ? PyMem_RawMalloc(items * sizeof(pocketfft::detail::cmplx<T>) + 65536) : nullptr;
    if (room) {
        PyMem_RawFree(room);
        return true;
    }
    NPY_ALLOW_C_API_DEF
    NPY_ALLOW_C_API;
    PyErr_NoMemory();
    NPY_DISABLE_C_API;
    return false;
}
