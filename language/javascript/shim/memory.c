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
    // A request of two gibibytes or more fails in the allocator. Of these, memory cannot hold three.
    enum { COUNT = 3, SIZE = INT32_MAX - (1 << 20) };
    void *volatile blocks[COUNT];
    for (int i = 0; i < COUNT; i++)
        blocks[i] = malloc(SIZE);
    for (int i = 0; i < COUNT; i++)
        free(blocks[i]);
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
