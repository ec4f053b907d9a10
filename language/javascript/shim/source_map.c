#include "source_map.h"

#include <stdlib.h>
#include <string.h>

enum { NAME_LIMIT = 512, SOURCES_LIMIT = 100000 };

struct SourceMap {
    Mappings mappings;
    const char *mappings_text;
    JSValue sources;  // an array, as is contents; else undefined
    JSValue contents;
    JSValue root;     // a string or undefined
    uint32_t count;
};

static void swallow(JSContext *ctx)
{
    if (JS_HasException(ctx))
        JS_FreeValue(ctx, JS_GetException(ctx));
}

// An own property. Parsed JSON has no getters, but what guest code put into the prototypes is not to run.
static JSValue own(JSContext *ctx, JSValueConst object, JSAtom key)
{
    JSPropertyDescriptor descriptor;
    int found = JS_IsObject(object) ? JS_GetOwnProperty(ctx, &descriptor, object, key) : 0;
    if (found < 0)
        swallow(ctx);
    if (found <= 0)
        return JS_UNDEFINED;
    JS_FreeValue(ctx, descriptor.getter);
    JS_FreeValue(ctx, descriptor.setter);
    return descriptor.value;
}

static JSValue own_named(JSContext *ctx, JSValueConst object, const char *name)
{
    JSAtom key = JS_NewAtom(ctx, name);
    JSValue value = own(ctx, object, key);
    JS_FreeAtom(ctx, key);
    return value;
}

// A string element of an array; NULL where it is none. Free with JS_FreeCString.
static const char *text_at(JSContext *ctx, JSValueConst array, uint32_t index, size_t *size)
{
    JSAtom key = JS_NewAtomUInt32(ctx, index);
    JSValue value = own(ctx, array, key);
    JS_FreeAtom(ctx, key);
    const char *text = JS_IsString(value) ? JS_ToCStringLen(ctx, size, value) : NULL;
    JS_FreeValue(ctx, value);
    if (!text)
        swallow(ctx);
    return text;
}

static uint32_t array_length(JSContext *ctx, JSValueConst array)
{
    int64_t length = 0;
    if (!JS_IsArray(array) || JS_GetLength(ctx, array, &length) < 0)
        swallow(ctx);
    return length > 0 ? (uint32_t)(length < SOURCES_LIMIT ? length : SOURCES_LIMIT) : 0;
}

// Takes all values.
static SourceMap *make(JSContext *ctx, JSValue mappings, JSValue sources, JSValue contents, JSValue root)
{
    SourceMap *map = calloc(1, sizeof(SourceMap));
    size_t size = 0;
    const char *text = map && JS_IsString(mappings) ? JS_ToCStringLen(ctx, &size, mappings) : NULL;
    JS_FreeValue(ctx, mappings);
    if (!text)
        swallow(ctx);
    if (!text || !mappings_open(&map->mappings, text, size)) {
        JS_FreeCString(ctx, text);
        JS_FreeValue(ctx, sources);
        JS_FreeValue(ctx, contents);
        JS_FreeValue(ctx, root);
        free(map);
        return NULL;
    }
    map->mappings_text = text;
    map->sources = sources;
    map->contents = contents;
    map->root = root;
    map->count = array_length(ctx, sources);
    return map;
}

SourceMap *source_map_parse(JSContext *ctx, const char *json, size_t size)
{
    JSValue object = JS_ParseJSON(ctx, json, size, "goru:map");
    if (JS_IsException(object)) {
        swallow(ctx);
        return NULL;
    }
    SourceMap *map = make(ctx, own_named(ctx, object, "mappings"), own_named(ctx, object, "sources"),
                          own_named(ctx, object, "sourcesContent"), own_named(ctx, object, "sourceRoot"));
    JS_FreeValue(ctx, object);
    return map;
}

SourceMap *source_map_of_translation(JSContext *ctx, JSValue mappings)
{
    return make(ctx, mappings, JS_UNDEFINED, JS_UNDEFINED, JS_UNDEFINED);
}

void source_map_free(JSContext *ctx, SourceMap *map)
{
    if (!map)
        return;
    mappings_close(&map->mappings);
    JS_FreeCString(ctx, map->mappings_text);
    JS_FreeValue(ctx, map->sources);
    JS_FreeValue(ctx, map->contents);
    JS_FreeValue(ctx, map->root);
    free(map);
}

bool source_map_find(const SourceMap *map, uint32_t line, uint32_t column, MappedPlace *place)
{
    return mappings_find(&map->mappings, line, column, place);
}

uint32_t source_map_count(const SourceMap *map)
{
    return map->count;
}

const char *source_map_content(JSContext *ctx, const SourceMap *map, uint32_t source, size_t *size)
{
    return source < map->count ? text_at(ctx, map->contents, source, size) : NULL;
}

// ---- names ----

static bool is_absolute(const char *name, size_t size)
{
    if (size > 0 && name[0] == '/')
        return true;
    // A scheme.
    for (size_t i = 0; i + 1 < size; i++) {
        char c = name[i];
        if (c == ':')
            return i > 0 && name[i + 1] == '/';
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.'))
            return false;
    }
    return false;
}

// Appends a path without its "." and, where something is before them, its "..".
static void append_path(Buffer *out, const char *path, size_t size)
{
    size_t start = out->size;
    if (size > 0 && path[0] == '/')
        buffer_byte(out, '/');
    size_t root = out->size;
    for (size_t at = 0; at < size && !out->failed;) {
        const char *part = path + at;
        const char *end = memchr(part, '/', size - at);
        size_t length = end ? (size_t)(end - part) : size - at;
        at += length + 1;
        if (length == 0 || (length == 1 && part[0] == '.'))
            continue;
        if (length == 2 && part[0] == '.' && part[1] == '.' && out->size > root) {
            size_t last = out->size;
            while (last > root && out->data[last - 1] != '/')
                last--;
            if (out->size - last != 2 || memcmp(out->data + last, "..", 2) != 0) {
                out->size = last > root ? last - 1 : root;
                continue;
            }
        }
        if (out->size > root)
            buffer_byte(out, '/');
        buffer_append(out, part, length);
    }
    // What a name holds is shown in one line.
    for (size_t i = start; !out->failed && i < out->size; i++) {
        if ((unsigned char)out->data[i] < 0x20 || out->data[i] == 0x7F)
            out->data[i] = '?';
    }
}

bool source_map_name(JSContext *ctx, const SourceMap *map, uint32_t source, const char *code_name, Buffer *out)
{
    size_t size;
    const char *name = source < map->count ? text_at(ctx, map->sources, source, &size) : NULL;
    if (!name)
        return false;
    Buffer path = {0};
    if (!is_absolute(name, size)) {
        size_t root_size;
        const char *root = JS_IsString(map->root) ? JS_ToCStringLen(ctx, &root_size, map->root) : NULL;
        bool has_root = root && root_size > 0;
        const char *slash = has_root && is_absolute(root, root_size) ? NULL : strrchr(code_name, '/');
        if (slash)
            buffer_append(&path, code_name, (size_t)(slash - code_name) + 1);
        if (has_root) {
            buffer_append(&path, root, root_size);
            buffer_byte(&path, '/');
        }
        JS_FreeCString(ctx, root);
    }
    buffer_append(&path, name, size);
    JS_FreeCString(ctx, name);
    bool usable = !path.failed && path.size > 0 && path.size <= NAME_LIMIT;
    if (usable && is_absolute(path.data, path.size) && path.data[0] != '/') {
        // The name of a bundler's making, such as webpack://app/./src/main.js: only what follows "//" is a path.
        const char *rest = memchr(path.data, '/', path.size);
        size_t skip = (size_t)(rest - path.data) + 1;
        while (skip < path.size && path.data[skip] == '/')
            skip++;
        buffer_append(out, path.data, skip);
        append_path(out, path.data + skip, path.size - skip);
    } else if (usable) {
        append_path(out, path.data, path.size);
    }
    buffer_reset(&path, 0);
    return usable && !out->failed;
}

// ---- maps inside the code ----

static int base64_digit(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

static const char *last_mark(const char *code, size_t size, const char *mark)
{
    size_t length = strlen(mark);
    for (size_t i = size >= length ? size - length + 1 : 0; i-- > 0;) {
        if (code[i] == mark[0] && memcmp(code + i, mark, length) == 0)
            return code + i;
    }
    return NULL;
}

SourceMap *source_map_inline(JSContext *ctx, const char *code, size_t size)
{
    static const char mark[] = "//# sourceMappingURL=data:application/json";
    static const char encoding[] = ";base64,";
    const char *end = code + size;
    const char *at = last_mark(code, size, mark);
    if (!at)
        return NULL;
    at += sizeof(mark) - 1;
    const char *comma = memchr(at, ',', (size_t)(end - at) < 64 ? (size_t)(end - at) : 64);
    if (!comma || comma - at < 7 || memcmp(comma - 7, encoding, 8) != 0)
        return NULL;
    at = comma + 1;
    size_t length = 0;
    while (at + length < end && base64_digit(at[length]) >= 0)
        length++;
    // One byte more for the NUL that the parser wants.
    char *json = malloc(length / 4 * 3 + 4);
    if (!json)
        return NULL;
    size_t written = 0;
    uint32_t bits = 0;
    for (size_t i = 0; i < length; i++) {
        bits = bits << 6 | (uint32_t)base64_digit(at[i]);
        if (i % 4 != 0)
            json[written++] = (char)(bits >> (6 - 2 * (i % 4)) & 0xFF);
    }
    json[written] = '\0';
    SourceMap *map = source_map_parse(ctx, json, written);
    free(json);
    return map;
}
