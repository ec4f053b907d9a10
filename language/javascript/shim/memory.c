#include "shim.h"

#include <malloc.h>
#include <stdlib.h>

// Enough for the error object, its stack and the report of it.
enum { RESERVE_SIZE = 256 * 1024 };

bool memory_exhausted;

static void *reserve;

void memory_release_reserve(void)
{
    free(reserve);
    reserve = NULL;
}

void memory_ask_for_all(void)
{
    // Four gibibytes are four pieces of the first size, and what each smaller one can add.
    enum { FIRST = 1 << 30, LAST = 1 << 16, MOST = 64 };
    void *volatile blocks[MOST];
    int count = 0;
    for (size_t size = FIRST; size >= LAST && count < MOST;) {
        blocks[count] = malloc(size);
        if (blocks[count])
            count++;
        else
            size /= 2;
    }
    while (count > 0)
        free(blocks[--count]);
}

void memory_begin_run(void)
{
    memory_exhausted = false;
    if (reserve)
        return;
    // Where a former run filled the memory, what little is free is for the guest to make room with.
    void *probe = malloc(3 * RESERVE_SIZE);
    if (!probe)
        return;
    free(probe);
    reserve = malloc(RESERVE_SIZE);
}

void memory_close_holes(void)
{
    // Behind everything that is in use.
    char *end = malloc(RESERVE_SIZE);
    if (!end)
        return;
    for (size_t size = RESERVE_SIZE / 2; size >= 16; size -= size > 1024 ? size / 4 : 16) {
        char *block;
        // What is taken here is never given back: the image keeps its holes, and runs leave them alone.
        while ((block = malloc(size)) && block < end) {
        }
        free(block);
    }
    free(end);
}

// A failed allocation stays failed, so that the guest sees an ordinary "out of memory" error; what the reserve held
// serves the small allocations that follow.
static void *checked(void *pointer)
{
    if (!pointer) {
        memory_exhausted = true;
        memory_release_reserve();
    }
    return pointer;
}

static void *heap_calloc(void *opaque, size_t count, size_t size)
{
    (void)opaque;
    return checked(calloc(count, size));
}

static void *heap_malloc(void *opaque, size_t size)
{
    (void)opaque;
    return checked(malloc(size));
}

static void heap_free(void *opaque, void *pointer)
{
    (void)opaque;
    free(pointer);
}

static void *heap_realloc(void *opaque, void *pointer, size_t size)
{
    (void)opaque;
    return checked(realloc(pointer, size));
}

static size_t heap_usable_size(const void *pointer)
{
    return malloc_usable_size((void *)pointer);
}

const JSMallocFunctions memory_functions = {
    heap_calloc, heap_malloc, heap_free, heap_realloc, heap_usable_size,
};
