// Holds the functions of language/shim/libc_{memory,string}.c against plain loops: every alignment, sizes around their
// blocks, and texts that end where memory ends. Compiled to WebAssembly by tests/CMakeLists.txt and run by libc_test.cpp.
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { AREA = 256, SIZES = 100, ALIGNMENTS = 17, PAGE = 65536 };

static unsigned char from[AREA], to[AREA], expected[AREA];

// The line that failed, as the result of check().
#define EXPECT(condition) \
    if (!(condition))     \
    return __LINE__

static void fill(void)
{
    for (int i = 0; i < AREA; i++) {
        from[i] = (unsigned char)(i * 7 + 1);
        to[i] = expected[i] = (unsigned char)(200 - i);
    }
}

static int same(const unsigned char *a, const unsigned char *b)
{
    for (int i = 0; i < AREA; i++)
        if (a[i] != b[i])
            return 0;
    return 1;
}

static int check_copies(void)
{
    for (int size = 0; size < SIZES; size++)
        for (int source = 0; source < ALIGNMENTS; source++)
            for (int target = 0; target < ALIGNMENTS; target++) {
                fill();
                for (int i = 0; i < size; i++)
                    expected[target + i] = from[source + i];
                EXPECT(memcpy(to + target, from + source, (size_t)size) == to + target);
                EXPECT(same(to, expected));

                fill();
                for (int i = 0; i < size; i++)
                    expected[target + i] = to[source + i];
                EXPECT(memmove(to + target, to + source, (size_t)size) == to + target);
                EXPECT(same(to, expected));
            }
    return 0;
}

static int check_sets(void)
{
    for (int size = 0; size < SIZES; size++)
        for (int target = 0; target < ALIGNMENTS; target++) {
            fill();
            for (int i = 0; i < size; i++)
                expected[target + i] = 0xAB;
            EXPECT(memset(to + target, 0x1AB, (size_t)size) == to + target);
            EXPECT(same(to, expected));
        }
    return 0;
}

static int check_comparisons(void)
{
    for (int size = 0; size < SIZES; size++)
        for (int at = 0; at < ALIGNMENTS; at++) {
            fill();
            memcpy(to, from + at, (size_t)size);
            EXPECT(memcmp(to, from + at, (size_t)size) == 0);
            if (size == 0)
                continue;
            to[size - 1] = 0;
            from[at + size - 1] = 0x80;
            EXPECT(memcmp(to, from + at, (size_t)size) < 0);
            EXPECT(memcmp(from + at, to, (size_t)size) > 0);
            EXPECT(memcmp(from + at, to, (size_t)size - 1) == 0);
        }
    return 0;
}

static int check_searches(void)
{
    for (int size = 0; size < SIZES; size++)
        for (int at = 0; at < ALIGNMENTS; at++) {
            // What lies in front of the text, and behind its end, must not count.
            memset(from, 'x', AREA);
            memset(from, 0, (size_t)at);
            char *text = (char *)from + at;
            memset(text, 'a', (size_t)size);
            text[size] = 0;
            EXPECT(strlen(text) == (size_t)size);
            EXPECT(strnlen(text, SIZE_MAX) == (size_t)size);
            EXPECT(strnlen(text, (size_t)size + 1) == (size_t)size);
            EXPECT(strnlen(text, (size_t)size) == (size_t)size);
            EXPECT(strnlen(text, (size_t)size / 2) == (size_t)size / 2);
            EXPECT(strchr(text, 0) == text + size);
            EXPECT(strchr(text, 'x') == NULL);
            EXPECT(memchr(text, 'x', (size_t)size) == NULL);
            EXPECT(memchr(text, 0, (size_t)size) == NULL);
            EXPECT(memchr(text, 0, (size_t)size + 1) == text + size);
            EXPECT(memchr(text, 0, SIZE_MAX) == text + size);
            for (int hit = 0; hit < size; hit += 5) {
                text[hit] = (char)0xE9;
                EXPECT(strchr(text, 0xE9) == text + hit);
                EXPECT(strchr(text, (char)0xE9) == text + hit);
                EXPECT(memchr(text, 0xE9, (size_t)size) == text + hit);
                text[hit] = 'a';
            }
        }
    return 0;
}

static int check_text_copies(void)
{
    for (int size = 0; size < SIZES; size++)
        for (int length = 0; length < SIZES; length += 3) {
            fill();
            memset(from, 'a', (size_t)length);
            from[length] = 0;
            for (int i = 0; i < size; i++)
                expected[3 + i] = i < length ? 'a' : 0;
            EXPECT(strncpy((char *)to + 3, (char *)from, (size_t)size) == (char *)to + 3);
            EXPECT(same(to, expected));
        }
    return 0;
}

static int check_end_of_memory(void)
{
    char *const end = (char *)(__builtin_wasm_memory_size(0) * PAGE);
    for (int size = 0; size < SIZES; size++) {
        char *text = end - size - 1;
        memset(text, 'a', (size_t)size);
        end[-1] = 0;
        EXPECT(strlen(text) == (size_t)size);
        EXPECT(strnlen(text, SIZES) == (size_t)size);
        EXPECT(strnlen(text, SIZE_MAX) == (size_t)size);
        EXPECT(memchr(text, 0, SIZE_MAX) == end - 1);
        EXPECT(strchr(text, 0) == end - 1);
        EXPECT(memcmp(text, text, (size_t)size + 1) == 0);
        EXPECT(memmove(text - 1, text, (size_t)size + 1) == text - 1);
    }
    return 0;
}

__attribute__((export_name("check"))) int check(void)
{
    int (*const checks[])(void) = {check_copies,   check_sets,        check_comparisons,
                                   check_searches, check_text_copies, check_end_of_memory};
    for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
        int line = checks[i]();
        if (line)
            return line;
    }
    return 0;
}
