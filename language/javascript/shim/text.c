#include "shim.h"

#include <string.h>

// The length of the valid UTF-8 sequence at `p`; 0 if there is none, and then *skip is the length of the longest prefix
// that could have become one: the part that a single U+FFFD replaces.
static size_t sequence(const uint8_t *p, size_t size, size_t *skip)
{
    uint8_t lead = p[0];
    uint8_t low = 0x80, high = 0xBF;
    size_t length;
    *skip = 1;
    if (lead < 0x80)
        return 1;
    if (lead >= 0xC2 && lead <= 0xDF)
        length = 2;
    else if (lead >= 0xE0 && lead <= 0xEF)
        length = 3;
    else if (lead >= 0xF0 && lead <= 0xF4)
        length = 4;
    else
        return 0;
    if (lead == 0xE0)
        low = 0xA0;
    else if (lead == 0xED)
        high = 0x9F;
    else if (lead == 0xF0)
        low = 0x90;
    else if (lead == 0xF4)
        high = 0x8F;
    for (size_t i = 1; i < length; i++) {
        if (i >= size || p[i] < low || p[i] > high)
            return 0;
        low = 0x80;
        high = 0xBF;
        *skip = i + 1;
    }
    return length;
}

// The offset of the first invalid sequence, or `size`.
static size_t first_invalid(const uint8_t *data, size_t size)
{
    size_t i = 0;
    while (i < size) {
        size_t skip;
        size_t length = data[i] < 0x80 ? 1 : sequence(data + i, size - i, &skip);
        if (length == 0)
            break;
        i += length;
    }
    return i;
}

bool text_is_utf8(const uint8_t *data, size_t size)
{
    return first_invalid(data, size) == size;
}

JSValue text_decode_utf8(JSContext *ctx, const uint8_t *data, size_t size)
{
    size_t valid = first_invalid(data, size);
    if (valid == size)
        return JS_NewStringLen(ctx, (const char *)data, size);
    Buffer repaired = {0};
    buffer_append(&repaired, (const char *)data, valid);
    for (size_t i = valid; i < size;) {
        size_t skip;
        size_t length = sequence(data + i, size - i, &skip);
        if (length == 0)
            buffer_text(&repaired, "\xEF\xBF\xBD");
        else
            buffer_append(&repaired, (const char *)data + i, length);
        i += length == 0 ? skip : length;
    }
    JSValue result;
    if (repaired.failed) {
        memory_release_reserve();
        result = JS_ThrowOutOfMemory(ctx);
    } else {
        result = JS_NewStringLen(ctx, repaired.data, repaired.size);
    }
    buffer_reset(&repaired, 0);
    return result;
}

const char *text_encode_utf8(JSContext *ctx, size_t *size, JSValueConst value)
{
    const char *text = JS_ToCStringLen(ctx, size, value);
    if (!text)
        return NULL;
    // Text with a lone surrogate is never shared with the string itself, so it may be changed in place.
    size_t i = 0;
    while (i + 2 < *size) {
        char *found = memchr(text + i, 0xED, *size - i - 2);
        if (!found)
            break;
        if ((unsigned char)found[1] >= 0xA0)
            memcpy(found, "\xEF\xBF\xBD", 3);
        i = (size_t)(found - text) + 3;
    }
    return text;
}

int text_view_bytes(JSContext *ctx, JSValueConst value, uint8_t **data, size_t *size)
{
    EngineKind kind = engine_kind(value);
    if (kind == KIND_TYPED_ARRAY || kind == KIND_DATA_VIEW)
        return engine_view_bytes(ctx, value, data, size);
    *data = JS_GetArrayBuffer(ctx, size, value);
    if (*data)
        return 0;
    if (JS_HasException(ctx))
        return -1;
    *data = (uint8_t *)"";
    *size = 0;
    return 0;
}

// utf8Encode(text) -> Uint8Array
static JSValue native_encode(JSContext *ctx, JSValueConst this_value, int argc, JSValueConst *argv)
{
    (void)this_value;
    size_t size;
    const char *text = text_encode_utf8(ctx, &size, argc > 0 ? argv[0] : JS_UNDEFINED);
    if (!text)
        return JS_EXCEPTION;
    JSValue array = JS_NewUint8ArrayCopy(ctx, (const uint8_t *)text, size);
    JS_FreeCString(ctx, text);
    return array;
}

// utf8Decode(bytes, fatal) -> text, or undefined when it is fatal that some bytes are invalid
static JSValue native_decode(JSContext *ctx, JSValueConst this_value, int argc, JSValueConst *argv)
{
    (void)this_value;
    uint8_t *data;
    size_t size;
    if (argc < 2 || text_view_bytes(ctx, argv[0], &data, &size) < 0)
        return JS_EXCEPTION;
    if (JS_ToBool(ctx, argv[1]) && first_invalid(data, size) < size)
        return JS_UNDEFINED;
    return text_decode_utf8(ctx, data, size);
}

// utf8Tail(bytes) -> how many bytes at the end are the beginning of a sequence that is not complete
static JSValue native_tail(JSContext *ctx, JSValueConst this_value, int argc, JSValueConst *argv)
{
    (void)this_value;
    uint8_t *data;
    size_t size;
    if (argc < 1 || text_view_bytes(ctx, argv[0], &data, &size) < 0)
        return JS_EXCEPTION;
    for (size_t back = 1; back <= 3 && back <= size; back++) {
        uint8_t c = data[size - back];
        if (c < 0x80)
            break;
        if (c >= 0xC0) {
            size_t skip;
            size_t need = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : 2;
            bool prefix = sequence(data + size - back, back, &skip) == 0 && skip == back && need > back && c <= 0xF4 && c >= 0xC2;
            return JS_NewInt32(ctx, prefix ? (int32_t)back : 0);
        }
    }
    return JS_NewInt32(ctx, 0);
}

int text_install(JSContext *ctx, JSValueConst native)
{
    static const JSCFunctionListEntry functions[] = {
        JS_CFUNC_DEF("utf8Encode", 1, native_encode),
        JS_CFUNC_DEF("utf8Decode", 2, native_decode),
        JS_CFUNC_DEF("utf8Tail", 1, native_tail),
    };
    return JS_SetPropertyFunctionList(ctx, native, functions, sizeof(functions) / sizeof(functions[0]));
}
