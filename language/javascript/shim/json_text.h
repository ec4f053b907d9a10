// Text of JSON in a buffer.
#pragma once

#include "buffer.h"

void buffer_text(Buffer *buffer, const char *text);
void buffer_number(Buffer *buffer, int64_t number);

// Appends `size` bytes of QuickJS's UTF-8 (which may hold lone surrogates) as a JSON string with its quotes.
void buffer_json_string(Buffer *buffer, const char *text, size_t size);
