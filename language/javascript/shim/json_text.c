#include "json_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void buffer_text(Buffer *buffer, const char *text)
{
    buffer_append(buffer, text, strlen(text));
}

void buffer_number(Buffer *buffer, int64_t number)
{
    char text[24];
    int size = snprintf(text, sizeof(text), "%lld", (long long)number);
    buffer_append(buffer, text, (size_t)size);
}

void buffer_json_string(Buffer *buffer, const char *text, size_t size)
{
    static const char hex[] = "0123456789abcdef";
    buffer_byte(buffer, '"');
    size_t start = 0;
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)text[i];
        char escape[6] = {'\\', 'u', '0', '0', 0, 0};
        size_t escape_size = 0;
        size_t taken = 1;
        if (c == '"' || c == '\\') {
            escape[1] = (char)c;
            escape_size = 2;
        } else if (c == '\n' || c == '\t' || c == '\r') {
            escape[1] = c == '\n' ? 'n' : c == '\t' ? 't' : 'r';
            escape_size = 2;
        } else if (c < 0x20) {
            escape[4] = hex[c >> 4];
            escape[5] = hex[c & 15];
            escape_size = 6;
        } else if (c == 0xED && i + 2 < size && (unsigned char)text[i + 1] >= 0xA0) {
            // A lone surrogate: JSON can carry it only as an escape.
            unsigned low = ((unsigned char)text[i + 1] & 0x3Fu) << 6 | ((unsigned char)text[i + 2] & 0x3Fu);
            unsigned unit = 0xD000u | low;
            escape[2] = hex[unit >> 12];
            escape[3] = hex[(unit >> 8) & 15];
            escape[4] = hex[(unit >> 4) & 15];
            escape[5] = hex[unit & 15];
            escape_size = 6;
            taken = 3;
        }
        if (escape_size == 0)
            continue;
        buffer_append(buffer, text + start, i - start);
        buffer_append(buffer, escape, escape_size);
        i += taken - 1;
        start = i + 1;
    }
    buffer_append(buffer, text + start, size - start);
    buffer_byte(buffer, '"');
}
