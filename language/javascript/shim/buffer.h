// A growable byte buffer for text that crosses to the host. A failed allocation sticks in `failed`; what was appended
// after it is lost, so the owner checks once at the end.
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

void buffer_append(Buffer *buffer, const char *data, size_t size);
void buffer_text(Buffer *buffer, const char *text);
void buffer_char(Buffer *buffer, char c);
void buffer_number(Buffer *buffer, int64_t number);

// Appends `size` bytes of QuickJS's UTF-8 (which may hold lone surrogates) as a JSON string with its quotes.
void buffer_json_string(Buffer *buffer, const char *text, size_t size);

// Empties the buffer, and gives its memory back when it holds more than `keep` bytes.
void buffer_reset(Buffer *buffer, size_t keep);
