// Functions of the C library that look for a byte, 16 bytes at a time; its own go 4 at a time or one by one. Blocks are read
// where they are aligned, so none reaches beyond the end of memory where the byte comes before it, whatever size was named.
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <wasm_simd128.h>

enum { BLOCK = 16 };

// The bytes of an aligned block that are equal to one of a block of equal bytes, as bits.
static inline uint32_t equal(const char *block, v128_t byte)
{
    return wasm_i8x16_bitmask(wasm_i8x16_eq(wasm_v128_load(block), byte));
}

// The first of `size` bytes that is one of two, which may be the same; NULL where there is none.
static inline const char *find(const char *from, size_t size, v128_t one, v128_t other)
{
    if (size == 0)
        return NULL;
    const unsigned before = (uintptr_t)from % BLOCK;
    const char *at = from - before;
    uint32_t found = (equal(at, one) | equal(at, other)) >> before << before;
    while (!found) {
        at += BLOCK;
        if ((size_t)(at - from) >= size)
            return NULL;
        found = equal(at, one) | equal(at, other);
    }
    at += __builtin_ctz(found);
    return (size_t)(at - from) < size ? at : NULL;
}

void *memchr(const void *from, int byte, size_t size)
{
    const v128_t wanted = wasm_i8x16_splat((int8_t)byte);
    return (void *)find(from, size, wanted, wanted);
}

size_t strlen(const char *text)
{
    const v128_t zero = wasm_i8x16_splat(0);
    return (size_t)(find(text, SIZE_MAX, zero, zero) - text);
}

size_t strnlen(const char *text, size_t most)
{
    const v128_t zero = wasm_i8x16_splat(0);
    const char *end = find(text, most, zero, zero);
    return end ? (size_t)(end - text) : most;
}

char *strchr(const char *text, int byte)
{
    const char *at = find(text, SIZE_MAX, wasm_i8x16_splat((int8_t)byte), wasm_i8x16_splat(0));
    return *at == (char)byte ? (char *)at : NULL;
}

char *strncpy(char *restrict into, const char *restrict text, size_t size)
{
    const size_t length = strnlen(text, size);
    memcpy(into, text, length);
    memset(into + length, 0, size - length);
    return into;
}
