#include "input.h"

#include <stdlib.h>

// Jobs of ordinary size fit in here.
enum { INPUT_SIZE = 16 * 1024 };

static char ordinary[INPUT_SIZE];
char *input = ordinary;
static size_t capacity = INPUT_SIZE;

__attribute__((export_name("goru_buffer"))) char *goru_buffer(int32_t size);

void input_drop(void)
{
    if (input == ordinary)
        return;
    free(input);
    input = ordinary;
    capacity = INPUT_SIZE;
}

bool input_holds(int32_t size)
{
    return size >= 0 && (size_t)size < capacity;
}

char *goru_buffer(int32_t size)
{
    if (size < 0)
        return NULL;
    input_drop();
    if ((size_t)size < capacity)
        return input;
    char *block = malloc((size_t)size + 1);
    if (!block)
        return NULL;
    input = block;
    capacity = (size_t)size + 1;
    return input;
}
