#include "shim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// How http, fs and kv speak to the host. Their JavaScript has checked the types of what is sent here, and no guest code
// runs while a request is built.

// Requests up to this size keep their buffer.
enum { KEEP_SIZE = 64 * 1024 };

static Buffer arguments; // reused by every request

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static void append_base64(Buffer *out, const uint8_t *data, size_t size)
{
    // In pieces, so that growing the buffer is checked rarely.
    char piece[1024];
    size_t used = 0;
    for (size_t i = 0; i < size; i += 3) {
        size_t left = size - i;
        uint32_t bits = (uint32_t)data[i] << 16 | (left > 1 ? (uint32_t)data[i + 1] << 8 : 0) | (left > 2 ? data[i + 2] : 0);
        piece[used++] = digits[bits >> 18];
        piece[used++] = digits[bits >> 12 & 63];
        piece[used++] = left > 1 ? digits[bits >> 6 & 63] : '=';
        piece[used++] = left > 2 ? digits[bits & 63] : '=';
        if (used == sizeof(piece)) {
            buffer_append(out, piece, used);
            used = 0;
        }
    }
    buffer_append(out, piece, used);
}

// Decodes what the host encoded. Returns the number of bytes.
static size_t decode_base64(uint8_t *out, const char *text, size_t size)
{
    static uint8_t values[256];
    if (values['B'] == 0) {
        for (uint8_t i = 0; i < 64; i++)
            values[(uint8_t)digits[i]] = i;
    }
    while (size > 0 && text[size - 1] == '=')
        size--;
    size_t count = 0;
    uint32_t bits = 0;
    for (size_t i = 0; i < size; i++) {
        bits = bits << 6 | values[(uint8_t)text[i]];
        if (i % 4 != 0)
            out[count++] = (uint8_t)(bits >> (6 - i % 4 * 2));
    }
    return count;
}

// Control characters become six times as long in JSON.
static bool is_mostly_text(const uint8_t *data, size_t size)
{
    size_t controls = 0;
    for (size_t i = 0; i < size; i++)
        controls += data[i] < 0x20 && data[i] != '\n' && data[i] != '\r' && data[i] != '\t';
    return controls <= size / 16;
}

static int append_bytes(JSContext *ctx, Buffer *out, JSValueConst value)
{
    uint8_t *data;
    size_t size;
    if (text_view_bytes(ctx, value, &data, &size) < 0)
        return -1;
    if (is_mostly_text(data, size) && text_is_utf8(data, size)) {
        buffer_json_string(out, (const char *)data, size);
        return 0;
    }
    buffer_text(out, "{\"base64\":\"");
    append_base64(out, data, size);
    buffer_text(out, "\"}");
    return 0;
}

static int append_string(JSContext *ctx, Buffer *out, JSValueConst value)
{
    size_t size;
    const char *text = JS_ToCStringLen(ctx, &size, value);
    if (!text)
        return -1;
    bool lone = false;
    for (const char *at = text; !lone && (at = memchr(at, 0xED, size - (size_t)(at - text))); at++)
        lone = (unsigned char)at[1] >= 0xA0;
    if (!lone)
        buffer_json_string(out, text, size);
    JS_FreeCString(ctx, text);
    if (lone)
        JS_ThrowTypeError(ctx, "text with a lone surrogate has no UTF-8 form");
    return lone ? -1 : 0;
}

// A list [name, value, name, value...] as a list of pairs.
static int append_pairs(JSContext *ctx, Buffer *out, JSValueConst list)
{
    int64_t count;
    if (JS_GetLength(ctx, list, &count) < 0)
        return -1;
    buffer_byte(out, '[');
    for (int64_t i = 0; i < count; i++) {
        buffer_text(out, i % 2 != 0 ? "," : i == 0 ? "[" : ",[");
        JSValue item = JS_GetPropertyInt64(ctx, list, i);
        int failed = append_string(ctx, out, item);
        JS_FreeValue(ctx, item);
        if (failed)
            return -1;
        if (i % 2 != 0)
            buffer_byte(out, ']');
    }
    buffer_byte(out, ']');
    return 0;
}

static int append_value(JSContext *ctx, Buffer *out, JSValueConst value)
{
    if (JS_IsString(value))
        return append_string(ctx, out, value);
    if (JS_IsBool(value)) {
        buffer_text(out, JS_ToBool(ctx, value) ? "true" : "false");
        return 0;
    }
    if (JS_IsNumber(value)) {
        double number;
        char text[32];
        if (JS_ToFloat64(ctx, &number, value) < 0)
            return -1;
        snprintf(text, sizeof(text), "%.17g", number);
        buffer_text(out, text);
        return 0;
    }
    return JS_IsArray(value) ? append_pairs(ctx, out, value) : append_bytes(ctx, out, value);
}

// Builds the object of (name, key, value, key, value...); what is undefined is left out.
static int build(JSContext *ctx, int argc, JSValueConst *argv)
{
    buffer_reset(&arguments, KEEP_SIZE);
    buffer_byte(&arguments, '{');
    for (int i = 1; i + 1 < argc; i += 2) {
        if (JS_IsUndefined(argv[i + 1]))
            continue;
        if (arguments.size > 1)
            buffer_byte(&arguments, ',');
        if (append_string(ctx, &arguments, argv[i]) < 0)
            return -1;
        buffer_byte(&arguments, ':');
        if (append_value(ctx, &arguments, argv[i + 1]) < 0)
            return -1;
    }
    buffer_byte(&arguments, '}');
    if (arguments.failed) {
        memory_release_reserve();
        JS_ThrowOutOfMemory(ctx);
        return -1;
    }
    return 0;
}

// ask(name, key, value...) -> the host's answer
static JSValue native_ask(JSContext *ctx, JSValueConst this_value, int argc, JSValueConst *argv)
{
    (void)this_value;
    JSValue result = build(ctx, argc, argv) < 0 ? JS_EXCEPTION : host_send(ctx, argv[0], arguments.data, arguments.size);
    buffer_reset(&arguments, KEEP_SIZE);
    return result;
}

// start(name, key, value...) -> a promise of the host's answer
static JSValue native_start(JSContext *ctx, JSValueConst this_value, int argc, JSValueConst *argv)
{
    (void)this_value;
    JSValue result = build(ctx, argc, argv) < 0 ? JS_EXCEPTION : host_start(ctx, argv[0], arguments.data, arguments.size);
    buffer_reset(&arguments, KEEP_SIZE);
    return result;
}

// bytes(answer) -> Uint8Array of what crosses as a string or as {base64: text}
static JSValue native_bytes(JSContext *ctx, JSValueConst this_value, int argc, JSValueConst *argv)
{
    (void)this_value;
    bool plain = argc > 0 && JS_IsString(argv[0]);
    JSValue value = plain ? JS_DupValue(ctx, argv[0]) : JS_GetPropertyStr(ctx, argc > 0 ? argv[0] : JS_UNDEFINED, "base64");
    size_t size;
    const char *text = JS_IsException(value) ? NULL : JS_ToCStringLen(ctx, &size, value);
    JS_FreeValue(ctx, value);
    if (!text)
        return JS_EXCEPTION;
    JSValue result;
    uint8_t *decoded = plain ? NULL : malloc(size + 1);
    if (plain) {
        result = JS_NewUint8ArrayCopy(ctx, (const uint8_t *)text, size);
    } else if (!decoded) {
        memory_release_reserve();
        result = JS_ThrowOutOfMemory(ctx);
    } else {
        result = JS_NewUint8ArrayCopy(ctx, decoded, decode_base64(decoded, text, size));
    }
    free(decoded);
    JS_FreeCString(ctx, text);
    return result;
}

int wire_install(JSContext *ctx, JSValueConst native)
{
    static const JSCFunctionListEntry functions[] = {
        JS_CFUNC_DEF("ask", 1, native_ask),
        JS_CFUNC_DEF("start", 1, native_start),
        JS_CFUNC_DEF("bytes", 1, native_bytes),
    };
    return JS_SetPropertyFunctionList(ctx, native, functions, sizeof(functions) / sizeof(functions[0]));
}
