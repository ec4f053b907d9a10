#include "shim.h"

#include <string.h>

// A session that gives every run a name of its own does not keep them all.
enum { SOURCES = 32, TOTAL_SIZE = 8 * 1024 * 1024, SHOWN_WIDTH = 120 };

typedef struct Source {
    const char *name;
    const char *text;
    size_t size;
} Source;

static Source sources[SOURCES]; // oldest first
static size_t source_count;
static size_t total_size;

static void drop(JSContext *ctx, size_t index)
{
    total_size -= sources[index].size;
    JS_FreeCString(ctx, sources[index].name);
    JS_FreeCString(ctx, sources[index].text);
    memmove(&sources[index], &sources[index + 1], (source_count - index - 1) * sizeof(Source));
    source_count--;
}

void sources_keep(JSContext *ctx, const char *name, const char *text, size_t size)
{
    for (size_t i = 0; i < source_count; i++) {
        if (strcmp(sources[i].name, name) == 0) {
            drop(ctx, i);
            break;
        }
    }
    while (source_count > 0 && (source_count == SOURCES || total_size + size > TOTAL_SIZE))
        drop(ctx, 0);
    sources[source_count++] = (Source){name, text, size};
    total_size += size;
}

static const Source *find(const char *name, size_t size)
{
    for (size_t i = 0; i < source_count; i++) {
        if (strlen(sources[i].name) == size && memcmp(sources[i].name, name, size) == 0)
            return &sources[i];
    }
    return NULL;
}

static bool is_continuation(char c)
{
    return ((unsigned char)c & 0xC0) == 0x80;
}

bool sources_show(Buffer *out, const char *name, size_t name_size, int line, int column)
{
    const Source *source = find(name, name_size);
    if (!source || line < 1)
        return false;
    const char *start = source->text;
    const char *end = source->text + source->size;
    for (int i = 1; i < line; i++) {
        start = memchr(start, '\n', (size_t)(end - start));
        if (!start)
            return false;
        start++;
    }
    const char *stop = memchr(start, '\n', (size_t)(end - start));
    if (!stop)
        stop = end;
    if (stop > start && stop[-1] == '\r')
        stop--;
    // The engine's columns count bytes.
    const char *caret = column > 1 && column - 1 < stop - start ? start + column - 1 : column > 1 ? stop : start;
    while (caret > start && caret < stop && is_continuation(*caret))
        caret--;
    // A bundle may be one line: show the part around the column.
    if (caret - start > SHOWN_WIDTH / 2 && stop - start > SHOWN_WIDTH) {
        start = caret - SHOWN_WIDTH / 2;
        while (start < caret && is_continuation(*start))
            start++;
    }
    if (stop - start > SHOWN_WIDTH) {
        stop = start + SHOWN_WIDTH;
        while (stop > caret && is_continuation(*stop))
            stop--;
    }
    buffer_append(out, name, name_size);
    buffer_char(out, ':');
    buffer_number(out, line);
    buffer_char(out, '\n');
    buffer_append(out, start, (size_t)(stop - start));
    buffer_char(out, '\n');
    for (const char *p = start; p < caret; p++) {
        if (!is_continuation(*p))
            buffer_char(out, *p == '\t' ? '\t' : ' ');
    }
    buffer_text(out, "^\n");
    return true;
}
