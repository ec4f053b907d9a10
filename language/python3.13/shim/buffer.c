#include "shim.h"

#include <stdlib.h>
#include <string.h>

enum { LEAST = 1024, KEEP = 64 * 1024 };

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
    memcpy(buffer->data + buffer->size, data, size);
    buffer->size += size;
}

void buffer_byte(Buffer *buffer, uint8_t byte)
{
    if (!reserve(buffer, 1))
        return;
    buffer->data[buffer->size++] = (char)byte;
}

void buffer_u32(Buffer *buffer, uint32_t value)
{
    buffer_append(buffer, &value, sizeof(value));
}

void buffer_reset(Buffer *buffer)
{
    if (buffer->capacity > KEEP) {
        free(buffer->data);
        buffer->data = NULL;
        buffer->capacity = 0;
    }
    buffer->size = 0;
    buffer->failed = false;
}
