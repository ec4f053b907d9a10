#include "shim.h"
#include "source_map.h"

#include <stdlib.h>
#include <string.h>

// A session that gives every run a name of its own does not keep them all.
enum { SOURCES = 32, TOTAL_SIZE = 8 * 1024 * 1024, SHOWN_WIDTH = 120 };

typedef struct Source {
    SourceText given;
    size_t total;
    bool map_read;         // `map` is what there is, if anything
    SourceMap *map;
    const char *generated; // what a translated text became; read with the map
    size_t generated_size;
} Source;

static Source sources[SOURCES]; // oldest first
static size_t source_count;
static size_t total_size;

static void drop(JSContext *ctx, size_t index)
{
    Source *source = &sources[index];
    total_size -= source->total;
    JS_FreeCString(ctx, source->given.name);
    JS_FreeCString(ctx, source->given.text);
    free(source->given.map);
    source_map_free(ctx, source->map);
    JS_FreeCString(ctx, source->generated);
    memmove(source, source + 1, (source_count - index - 1) * sizeof(Source));
    source_count--;
}

void sources_keep(JSContext *ctx, SourceText text)
{
    for (size_t i = 0; i < source_count; i++) {
        if (strcmp(sources[i].given.name, text.name) == 0) {
            drop(ctx, i);
            break;
        }
    }
    size_t total = text.size + text.map_size;
    while (source_count > 0 && (source_count == SOURCES || total_size + total > TOTAL_SIZE))
        drop(ctx, 0);
    sources[source_count++] = (Source){.given = text, .total = total};
    total_size += total;
}

static Source *find(const char *name, size_t size)
{
    for (size_t i = 0; i < source_count; i++) {
        if (strlen(sources[i].given.name) == size && memcmp(sources[i].given.name, name, size) == 0)
            return &sources[i];
    }
    return NULL;
}

// ---- maps ----

static void read_translation(JSContext *ctx, Source *source)
{
    // Made once more, with its mappings: only code that fails needs them.
    JSValue code = JS_NewStringLen(ctx, source->given.text, source->given.size);
    JSValue mappings = JS_UNDEFINED;
    JSValue translated = JS_IsException(code) ? code : translate(ctx, code, source->given.name, &mappings);
    JS_FreeValue(ctx, code);
    if (JS_IsString(translated))
        source->generated = JS_ToCStringLen(ctx, &source->generated_size, translated);
    JS_FreeValue(ctx, translated);
    if (source->generated)
        source->map = source_map_of_translation(ctx, mappings);
    else
        JS_FreeValue(ctx, mappings);
    if (JS_HasException(ctx))
        JS_FreeValue(ctx, JS_GetException(ctx));
}

static SourceMap *map_of(JSContext *ctx, Source *source)
{
    if (source->map_read)
        return source->map;
    source->map_read = true;
    const SourceText *given = &source->given;
    if (given->translated) {
        read_translation(ctx, source);
    } else if (given->map) {
        source->map = source_map_parse(ctx, given->map, given->map_size);
    } else {
        source->map = source_map_inline(ctx, given->text, given->size);
    }
    return source->map;
}

// ---- lines ----

// The line of a text without its line end; lines count from 1. False where it has no such line.
static bool line_of(const char *text, size_t size, int line, const char **start, const char **stop)
{
    const char *end = text + size;
    if (line < 1)
        return false;
    for (int i = 1; i < line; i++) {
        text = memchr(text, '\n', (size_t)(end - text));
        if (!text)
            return false;
        text++;
    }
    *start = text;
    *stop = memchr(text, '\n', (size_t)(end - text));
    if (!*stop)
        *stop = end;
    if (*stop > text && (*stop)[-1] == '\r')
        --*stop;
    return true;
}

static bool is_continuation(char c)
{
    return ((unsigned char)c & 0xC0) == 0x80;
}

// The engine's columns count bytes, those of source maps UTF-16 units; both start with 0 in here.
static uint32_t units_before(const char *start, const char *stop, int bytes)
{
    uint32_t units = 0;
    for (const char *p = start; p < stop && p - start < bytes; p++) {
        if (!is_continuation(*p))
            units += (unsigned char)*p >= 0xF0 ? 2 : 1;
    }
    return units;
}

static int bytes_before(const char *start, const char *stop, int units)
{
    const char *p = start;
    for (int passed = 0; p < stop && passed < units; passed += (unsigned char)*p++ >= 0xF0 ? 2 : 1) {
        while (p + 1 < stop && is_continuation(p[1]))
            p++;
    }
    return (int)(p - start);
}

bool sources_append_origin(JSContext *ctx, Buffer *out, const FramePlace *place)
{
    Source *source = find(place->name, place->name_size);
    SourceMap *map = source ? map_of(ctx, source) : NULL;
    if (!map)
        return false;
    bool translated = source->given.translated;
    const char *start, *stop;
    if (!line_of(translated ? source->generated : source->given.text,
                 translated ? source->generated_size : source->given.size, place->line, &start, &stop))
        return false;
    MappedPlace origin;
    uint32_t column = units_before(start, stop, place->column - 1);
    if (!source_map_find(map, (uint32_t)place->line - 1, column, &origin))
        return false;
    size_t before = out->size;
    if (translated) {
        buffer_append(out, place->name, place->name_size);
    } else if (!source_map_name(ctx, map, origin.source, source->given.name, out)) {
        out->size = before;
        return false;
    }
    buffer_byte(out, ':');
    buffer_number(out, (int64_t)origin.line + 1);
    buffer_byte(out, ':');
    buffer_number(out, (int64_t)origin.column + 1);
    return true;
}

static void show_line(Buffer *out, const FramePlace *place, const char *start, const char *stop, int column)
{
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
    buffer_append(out, place->name, place->name_size);
    buffer_byte(out, ':');
    buffer_number(out, place->line);
    buffer_byte(out, '\n');
    buffer_append(out, start, (size_t)(stop - start));
    buffer_byte(out, '\n');
    for (const char *p = start; p < caret; p++) {
        if (!is_continuation(*p))
            buffer_byte(out, *p == '\t' ? '\t' : ' ');
    }
    buffer_text(out, "^\n");
}

// The text that a source map holds of the source of this name; NULL where none does. Free with JS_FreeCString.
static const char *find_content(JSContext *ctx, const FramePlace *place, size_t *size)
{
    for (size_t i = source_count; i-- > 0;) {
        const SourceMap *map = sources[i].map;
        for (uint32_t s = 0; map && s < source_map_count(map); s++) {
            Buffer name = {0};
            bool same = source_map_name(ctx, map, s, sources[i].given.name, &name) && name.size == place->name_size &&
                        memcmp(name.data, place->name, name.size) == 0;
            buffer_reset(&name, 0);
            if (same)
                return source_map_content(ctx, map, s, size);
        }
    }
    return NULL;
}

bool sources_show(JSContext *ctx, Buffer *out, const FramePlace *place)
{
    const char *start, *stop;
    const Source *source = find(place->name, place->name_size);
    if (source) {
        if (!line_of(source->given.text, source->given.size, place->line, &start, &stop))
            return false;
        bool mapped = source->given.translated && source->map;
        show_line(out, place, start, stop, mapped ? bytes_before(start, stop, place->column - 1) + 1 : place->column);
        return true;
    }
    size_t size;
    const char *content = find_content(ctx, place, &size);
    bool known = content && line_of(content, size, place->line, &start, &stop);
    if (known)
        show_line(out, place, start, stop, bytes_before(start, stop, place->column - 1) + 1);
    JS_FreeCString(ctx, content);
    return known;
}
