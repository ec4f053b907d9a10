#include "shim.h"

#include <string.h>

enum { MESSAGE_LIMIT = 64 * 1024, TRACEBACK_LIMIT = 256 * 1024 };

static void swallow(JSContext *ctx)
{
    JS_FreeValue(ctx, JS_GetException(ctx));
}

// A string property, or NULL when there is none or reading it fails. Free with JS_FreeCString.
static const char *text_property(JSContext *ctx, JSValueConst object, const char *name, size_t *size)
{
    JSValue value = JS_GetPropertyStr(ctx, object, name);
    const char *text = NULL;
    if (JS_IsString(value))
        text = JS_ToCStringLen(ctx, size, value);
    JS_FreeValue(ctx, value);
    if (!text && JS_HasException(ctx))
        swallow(ctx);
    return text;
}

static size_t cut(const char *text, size_t size, size_t limit)
{
    if (size <= limit)
        return size;
    while (limit > 0 && ((unsigned char)text[limit] & 0xC0) == 0x80)
        limit--;
    return limit;
}

void errors_inspect(JSContext *ctx, Buffer *out, JSValueConst value, size_t limit)
{
    JSValue text = JS_Call(ctx, prelude.inspect, JS_UNDEFINED, 1, &value);
    size_t size;
    const char *bytes = JS_IsString(text) ? JS_ToCStringLen(ctx, &size, text) : NULL;
    JS_FreeValue(ctx, text);
    if (!bytes) {
        if (JS_HasException(ctx))
            swallow(ctx);
        buffer_text(out, "[a value that cannot be shown]");
        return;
    }
    buffer_append(out, bytes, cut(bytes, size, limit));
    JS_FreeCString(ctx, bytes);
}

static void append_field(Buffer *out, const char *key, const char *text, size_t size)
{
    codec_text(out, key);
    marshal_string(out, MARSHAL_TEXT, text, size);
}

// What the host is told that an error is.
static const char EXCEPTION[] = "exception";
static const char MEMORY[] = "memory";

static void report(Buffer *out, const char *kind, const char *type, const char *message, size_t message_size,
                   const char *traceback, size_t traceback_size)
{
    buffer_byte(out, MARSHAL_DICT);
    codec_text(out, "error");
    buffer_byte(out, MARSHAL_DICT);
    append_field(out, "kind", kind, strlen(kind));
    append_field(out, "type", type, strlen(type));
    append_field(out, "message", message, message_size);
    append_field(out, "traceback", traceback, traceback_size);
    buffer_byte(out, MARSHAL_NULL);
    buffer_byte(out, MARSHAL_NULL);
}

static void report_fixed(Buffer *out, const char *kind, const char *type, const char *message, const char *traceback)
{
    report(out, kind, type, message, strlen(message), traceback, strlen(traceback));
}

static void report_no_memory(Buffer *out)
{
    report_fixed(out, MEMORY, "InternalError", "out of memory", "InternalError: out of memory");
}

static void report_error(JSContext *ctx, Buffer *out, const char *kind, JSValueConst error)
{
    size_t type_size = 0, message_size = 0;
    const char *type = text_property(ctx, error, "name", &type_size);
    const char *message = text_property(ctx, error, "message", &message_size);
    const char *shown_type = type && type_size > 0 ? type : "Error";
    if (kind == EXCEPTION && strcmp(shown_type, "HostCallLimitError") == 0)
        kind = "call_limit";
    const char *shown_message = message ? message : "";
    message_size = cut(shown_message, message_size, MESSAGE_LIMIT);

    Buffer traceback = {0};
    Buffer frames = {0};
    frames_of_error(ctx, &frames, error);
    // The first frame whose source is known.
    for (size_t at = 0; !frames.failed && at < frames.size;) {
        FramePlace place;
        if (frames_place(frames.data + at, frames.size - at, &place) &&
            sources_show(ctx, &traceback, &place)) {
            buffer_byte(&traceback, '\n');
            break;
        }
        const char *end = memchr(frames.data + at, '\n', frames.size - at);
        at = end ? (size_t)(end - frames.data) + 1 : frames.size;
    }
    buffer_reset(&frames, 0);
    errors_inspect(ctx, &traceback, error, TRACEBACK_LIMIT);
    if (traceback.failed)
        report(out, kind, shown_type, shown_message, message_size, shown_message, message_size);
    else
        report(out, kind, shown_type, shown_message, message_size, traceback.data, traceback.size);
    buffer_reset(&traceback, 0);
    JS_FreeCString(ctx, type);
    JS_FreeCString(ctx, message);
}

static const char *type_name(JSValueConst value)
{
    if (JS_IsString(value))
        return "string";
    if (JS_IsNumber(value))
        return "number";
    if (JS_IsBool(value))
        return "boolean";
    if (JS_IsBigInt(value))
        return "bigint";
    if (JS_IsSymbol(value))
        return "symbol";
    if (JS_IsUndefined(value))
        return "undefined";
    if (JS_IsNull(value))
        return "null";
    return "object";
}

static void report_value(JSContext *ctx, Buffer *out, JSValueConst value)
{
    Buffer text = {0};
    buffer_text(&text, "Uncaught ");
    errors_inspect(ctx, &text, value, MESSAGE_LIMIT);
    const char *type = type_name(value);
    const char *name = NULL;
    if (JS_IsObject(value)) {
        JSValue constructor = JS_GetPropertyStr(ctx, value, "constructor");
        size_t size;
        if (JS_IsException(constructor))
            swallow(ctx);
        else if (JS_IsObject(constructor))
            name = text_property(ctx, constructor, "name", &size);
        JS_FreeValue(ctx, constructor);
        if (name && *name)
            type = name;
    }
    size_t skip = strlen("Uncaught ");
    if (text.failed)
        report_fixed(out, EXCEPTION, type, "a value was thrown", "a value was thrown");
    else
        report(out, EXCEPTION, type, text.data + skip, text.size - skip, text.data, text.size);
    buffer_reset(&text, 0);
    JS_FreeCString(ctx, name);
}

static bool is_out_of_memory(JSContext *ctx, JSValueConst thrown)
{
    if (!memory_exhausted)
        return false;
    // The engine throws null when there is no memory for the error object itself.
    if (JS_IsNull(thrown))
        return true;
    if (engine_kind(thrown) != KIND_ERROR)
        return false;
    size_t size;
    const char *message = text_property(ctx, thrown, "message", &size);
    bool result = message && strncmp(message, "out of memory", 13) == 0;
    JS_FreeCString(ctx, message);
    return result;
}

void errors_report(JSContext *ctx, Buffer *out, JSValueConst thrown)
{
    // Also one that came while the code waited in the host and has thrown what that answered.
    if (interrupt_poll()) {
        report_fixed(out, "interrupted", "Interrupted", "interrupted", "Interrupted: interrupted");
        return;
    }
    EngineKind kind = engine_kind(thrown);
    bool no_memory = false;
    if (memory_exhausted) {
        memory_release_reserve();
        no_memory = is_out_of_memory(ctx, thrown);
        if (no_memory)
            memory_ask_for_all();
        if (no_memory && kind != KIND_ERROR) {
            report_no_memory(out);
            return;
        }
    }
    size_t before = out->size;
    if (kind == KIND_ERROR || kind == KIND_DOM_EXCEPTION)
        report_error(ctx, out, no_memory ? MEMORY : EXCEPTION, thrown);
    else
        report_value(ctx, out, thrown);
    if (out->failed) {
        out->failed = false;
        out->size = before;
        report_no_memory(out);
    }
}
