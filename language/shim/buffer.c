#include "buffer.h"

#include <stdlib.h>
#include <string.h>

enum { LEAST = 1024 };

static bool reserve(Buffer *buffer, size_t more)
{
    if (buffer->failed)
        return false;
    if (more <= buffer->capacity - buffer->size)
        return true;
    size_t capacity = buffer->capacity ? buffer->capacity : LEAST;
    while (capacity - buffer->size < more) {
        if (capacity > SIZE_MAX / 2) {
            buffer->failed = true;
            return false;
        }
        capacity *= 2;
    }
    char *data = realloc(buffer->data, capacity);
    if (!data) {
        buffer->failed = true;
        return false;
    }
    buffer->data = data;
    buffer->capacity = capacity;
    return true;
}

void buffer_append(Buffer *buffer, const void *data, size_t size)
{
    if (!reserve(buffer, size))
        return;
    // There may be no data at all yet.
    if (size > 0)
        memcpy(buffer->data + buffer->size, data, size);
    buffer->size += size;
}

void buffer_byte(Buffer *buffer, uint8_t byte)
{
    if (!reserve(buffer, 1))
        return;
    buffer->data[buffer->size++] = (char)byte;
}

void buffer_reset(Buffer *buffer, size_t keep)
{
    if (buffer->capacity > keep) {
        free(buffer->data);
        buffer->data = NULL;
        buffer->capacity = 0;
    }
    buffer->size = 0;
    buffer->failed = false;
}
