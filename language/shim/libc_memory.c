// The memory functions of the C library, which Debian's build makes of bulk-memory instructions. Those run as native code of
// the engine, where a guest cannot be stopped. These go 16 bytes at a time.
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <wasm_simd128.h>

// Nothing here is `restrict`: what is read early must stay so, since memmove relies on it.
//
// Forwards. At least 16 bytes end where these do, so the last block may overlap the one before it; it is read first.
static inline void copy_blocks(unsigned char *to, const unsigned char *at, size_t size)
{
    const v128_t last = wasm_v128_load(at + size - 16);
    unsigned char *const end = to + size - 16;
    for (; size > 16; size -= 16, to += 16, at += 16)
        wasm_v128_store(to, wasm_v128_load(at));
    wasm_v128_store(end, last);
}

static inline void *copy(void *into, const void *from, size_t size)
{
    unsigned char *to = into;
    const unsigned char *at = from;
    if (size >= 16) {
        for (; size > 64; size -= 64, to += 64, at += 64) {
            const v128_t a = wasm_v128_load(at);
            const v128_t b = wasm_v128_load(at + 16);
            const v128_t c = wasm_v128_load(at + 32);
            const v128_t d = wasm_v128_load(at + 48);
            wasm_v128_store(to, a);
            wasm_v128_store(to + 16, b);
            wasm_v128_store(to + 32, c);
            wasm_v128_store(to + 48, d);
        }
        copy_blocks(to, at, size);
        return into;
    }
    if (size >= 8) {
        uint64_t first;
        uint64_t last;
        __builtin_memcpy(&first, at, 8);
        __builtin_memcpy(&last, at + size - 8, 8);
        __builtin_memcpy(to, &first, 8);
        __builtin_memcpy(to + size - 8, &last, 8);
        return into;
    }
    if (size >= 4) {
        uint32_t first;
        uint32_t last;
        __builtin_memcpy(&first, at, 4);
        __builtin_memcpy(&last, at + size - 4, 4);
        __builtin_memcpy(to, &first, 4);
        __builtin_memcpy(to + size - 4, &last, 4);
        return into;
    }
    if (size > 0) {
        const unsigned char first = at[0];
        const unsigned char middle = at[size / 2];
        const unsigned char last = at[size - 1];
        to[0] = first;
        to[size / 2] = middle;
        to[size - 1] = last;
    }
    return into;
}

void *memcpy(void *restrict into, const void *restrict from, size_t size)
{
    return copy(into, from, size);
}

void *memmove(void *into, const void *from, size_t size)
{
    unsigned char *to = into;
    const unsigned char *at = from;
    // Forwards is right wherever the target does not begin inside the source, and up to 16 bytes are read before any is
    // written.
    if (size <= 16 || (uintptr_t)to - (uintptr_t)at >= size) {
        if (size <= 16 || (uintptr_t)at - (uintptr_t)to >= size)
            return copy(into, from, size);
        copy_blocks(to, at, size);
        return into;
    }
    const v128_t first = wasm_v128_load(at);
    for (; size > 16; size -= 16)
        wasm_v128_store(to + size - 16, wasm_v128_load(at + size - 16));
    wasm_v128_store(into, first);
    return into;
}

void *memset(void *into, int byte, size_t size)
{
    unsigned char *to = into;
    if (size >= 16) {
        const v128_t block = wasm_i8x16_splat((int8_t)byte);
        unsigned char *const end = to + size - 16;
        for (; size > 16; size -= 16, to += 16)
            wasm_v128_store(to, block);
        wasm_v128_store(end, block);
        return into;
    }
    for (volatile unsigned char *at = to; size > 0; size--)
        *at++ = (unsigned char)byte;
    return into;
}

int memcmp(const void *left, const void *right, size_t size)
{
    const unsigned char *a = left;
    const unsigned char *b = right;
    for (; size >= 16; size -= 16, a += 16, b += 16) {
        const v128_t same = wasm_i8x16_eq(wasm_v128_load(a), wasm_v128_load(b));
        if (!wasm_i8x16_all_true(same)) {
            const unsigned at = (unsigned)__builtin_ctz(~wasm_i8x16_bitmask(same));
            return a[at] - b[at];
        }
    }
    for (; size > 0; size--, a++, b++) {
        if (*a != *b)
            return *a - *b;
    }
    return 0;
}
