// A byte buffer that grows, for what crosses to the host. A failed allocation sticks in `failed`; what was appended after it is
// lost, so the owner checks once at the end.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Buffer {
    char *data;
    size_t size;
    size_t capacity;
    bool failed;
} Buffer;

void buffer_append(Buffer *buffer, const void *data, size_t size);
void buffer_byte(Buffer *buffer, uint8_t byte);

// Empties the buffer, and gives its memory back when it holds more than `keep` bytes.
void buffer_reset(Buffer *buffer, size_t keep);
