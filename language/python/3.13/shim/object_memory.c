#define Py_BUILD_CORE 1
#include "shim.h"

#include <internal/pycore_obmalloc.h>
#include <stdlib.h>

// Small blocks that were freed are kept for the next object of their size, in front of CPython's own allocator: half of the time of
// a loop over integers goes into that one, which finds its state anew in every call. The linker sends all calls here
// (build_guest.sh: --wrap), and __real_ is what they meant.

void *__real_PyObject_Malloc(size_t size);
void *__real_PyObject_Calloc(size_t count, size_t size);
void *__real_PyObject_Realloc(void *block, size_t size);
void __real_PyObject_Free(void *block);
void __real_PyMem_SetAllocator(PyMemAllocatorDomain domain, PyMemAllocatorEx *allocator);

// Sizes are classes of ALIGNMENT bytes, as in CPython's allocator, from 1 on. Class 0 is for blocks that are not its own.
enum { CLASSES = SMALL_REQUEST_THRESHOLD / ALIGNMENT, KEPT_BYTES = 16 * 1024 };

typedef struct Block {
    struct Block *next;
} Block;

static struct {
    Block *first;
    // How many more are kept.
    uint32_t room;
} kept[CLASSES + 1];

// The class of the blocks in a pool, set whenever one is handed out: a pool serves one class for as long as any of its blocks is
// in use, and those that are kept here count as such.
static uint8_t class_of_pool[(size_t)1 << (32 - POOL_BITS)];

// What the C library's allocator gave last: CPython's own gets from there what it does not have.
static void *last_raw;
static void *(*plain_malloc)(void *context, size_t size);

static size_t class_of(size_t size)
{
    return size == 0 ? 1 : (size + ALIGNMENT - 1) / ALIGNMENT;
}

static void *handed_out(void *block, size_t size)
{
    if (block) {
        uint8_t *known = &class_of_pool[(uintptr_t)block >> POOL_BITS];
        size_t class = block == last_raw ? 0 : class_of(size);
        // A page that has it already is not written to.
        if (*known != class)
            *known = (uint8_t)class;
    }
    return block;
}

static void *new_block(size_t size)
{
    last_raw = NULL;
    return handed_out(__real_PyObject_Malloc(size), size);
}

void *__wrap_PyObject_Malloc(size_t size)
{
    size_t class = (size + ALIGNMENT - 1) / ALIGNMENT;
    if (class <= CLASSES) {
        Block *block = kept[class].first;
        if (block) {
            kept[class].first = block->next;
            kept[class].room++;
            return block;
        }
    }
    return new_block(size);
}

void *__wrap_PyObject_Calloc(size_t count, size_t size)
{
    last_raw = NULL;
    // An overflow gives no block.
    return handed_out(__real_PyObject_Calloc(count, size), count * size);
}

void *__wrap_PyObject_Realloc(void *block, size_t size)
{
    last_raw = NULL;
    void *moved = __real_PyObject_Realloc(block, size);
    // One that stays where it is stays in its class.
    return moved == block ? moved : handed_out(moved, size);
}

void __wrap_PyObject_Free(void *block)
{
    size_t class = class_of_pool[(uintptr_t)block >> POOL_BITS];
    if (kept[class].room == 0) {
        __real_PyObject_Free(block);
        return;
    }
    kept[class].room--;
    ((Block *)block)->next = kept[class].first;
    kept[class].first = block;
}

static void keep_none(void)
{
    for (size_t class = 1; class <= CLASSES; class++) {
        while (kept[class].first) {
            Block *block = kept[class].first;
            kept[class].first = block->next;
            __real_PyObject_Free(block);
        }
        kept[class].room = 0;
    }
}

static void keep_some(void)
{
    for (size_t class = 1; class <= CLASSES; class++)
        kept[class].room = KEPT_BYTES / (class * ALIGNMENT);
}

// tracemalloc wants to see every block come and go.
void __wrap_PyMem_SetAllocator(PyMemAllocatorDomain domain, PyMemAllocatorEx *allocator)
{
    bool objects = domain == PYMEM_DOMAIN_OBJ && plain_malloc;
    if (objects)
        keep_none();
    __real_PyMem_SetAllocator(domain, allocator);
    if (objects && allocator->malloc == plain_malloc)
        keep_some();
}

// Given up when memory runs out, so that code which catches a MemoryError has something to go on with: small objects have
// used all there was to the last byte. It is taken back once there is room again.
static void *reserve;
enum { RESERVE = 64 * 1024 };

static void *checked(void *block, size_t size)
{
    if (!block) {
        free(reserve);
        reserve = NULL;
    } else if (!reserve && size >= RESERVE) {
        reserve = malloc(RESERVE);
    }
    return block;
}

static void *raw_malloc(void *context, size_t size)
{
    (void)context;
    return last_raw = checked(malloc(size ? size : 1), size);
}

static void *raw_calloc(void *context, size_t count, size_t size)
{
    (void)context;
    return last_raw = checked(count && size ? calloc(count, size) : calloc(1, 1), count && size ? size : 1);
}

static void *raw_realloc(void *context, void *block, size_t size)
{
    (void)context;
    return last_raw = checked(realloc(block, size ? size : 1), size);
}

static void *arena_malloc(void *context, size_t size)
{
    (void)context;
    void *block = malloc(size);
    // Without one, blocks come from raw_malloc, whose failure is the one that counts.
    return block ? checked(block, size) : NULL;
}

static void arena_free(void *context, void *block, size_t size)
{
    (void)context;
    (void)size;
    free(block);
}

static void raw_free(void *context, void *block)
{
    (void)context;
    free(block);
}

void object_memory_begin(void)
{
    PyMemAllocatorEx raw = {NULL, raw_malloc, raw_calloc, raw_realloc, raw_free};
    __real_PyMem_SetAllocator(PYMEM_DOMAIN_RAW, &raw);
    PyObjectArenaAllocator arenas = {NULL, arena_malloc, arena_free};
    PyObject_SetArenaAllocator(&arenas);
    reserve = malloc(RESERVE);
    PyMemAllocatorEx objects;
    PyMem_GetAllocator(PYMEM_DOMAIN_OBJ, &objects);
    plain_malloc = objects.malloc;
    keep_some();
}
