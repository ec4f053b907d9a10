#include "shim.h"

#include <string.h>

// Made by freeze.py: one row for each module, in the order of their names,
//   MODULE(name, offset of its code, its size, whether it is a package, offset of its source, its size)
// and the two files.
static const unsigned char code[] = {
#embed "stdlib.code"
};

static const unsigned char sources[] = {
#embed "stdlib.sources"
};

#define MODULE(name, at, size, package, source_at, source_size) {name, code + (at), size, package},
const struct _frozen stdlib_modules[] = {
#include "stdlib.inc"
    {NULL, NULL, 0, 0},
};
#undef MODULE

typedef struct Source {
    const char *name;
    uint32_t at;
    uint32_t size;
} Source;

#define MODULE(name, at, size, package, source_at, source_size) {name, source_at, source_size},
static const Source source_table[] = {
#include "stdlib.inc"
};
#undef MODULE

const unsigned char *stdlib_source(const char *name, size_t *size)
{
    size_t low = 0;
    size_t high = sizeof(source_table) / sizeof(source_table[0]);
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = strcmp(name, source_table[middle].name);
        if (order == 0) {
            *size = source_table[middle].size;
            return *size ? sources + source_table[middle].at : NULL;
        }
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}
