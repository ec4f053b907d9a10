#include "shim.h"

#include <string.h>

// How http, fs and kv speak to the host. Their JavaScript has checked the types of what is sent here, and no guest code
// runs while a request is built.

static int append_text(JSContext *ctx, Buffer *out, JSValueConst value)
{
    size_t size;
    const char *text = JS_ToCStringLen(ctx, &size, value);
    if (!text)
        return -1;
    bool lone = false;
    for (const char *at = text; !lone && (at = memchr(at, 0xED, size - (size_t)(at - text))); at++)
        lone = (unsigned char)at[1] >= 0xA0;
    if (!lone)
        marshal_string(out, MARSHAL_TEXT, text, size);
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
    marshal_sequence(out, MARSHAL_LIST, (uint32_t)(count / 2));
    for (int64_t i = 0; i < count; i++) {
        if (i % 2 == 0)
            marshal_sequence(out, MARSHAL_LIST, 2);
        JSValue item = JS_GetPropertyInt64(ctx, list, i);
        int failed = append_text(ctx, out, item);
        JS_FreeValue(ctx, item);
        if (failed)
            return -1;
    }
    return 0;
}

static int append_value(JSContext *ctx, Buffer *out, JSValueConst value)
{
    if (JS_IsString(value))
        return append_text(ctx, out, value);
    if (JS_IsBool(value)) {
        buffer_byte(out, JS_ToBool(ctx, value) ? MARSHAL_TRUE : MARSHAL_FALSE);
        return 0;
    }
    if (JS_IsNumber(value)) {
        double number;
        if (JS_ToFloat64(ctx, &number, value) < 0)
            return -1;
        codec_number(out, number);
        return 0;
    }
    return JS_IsArray(value) ? append_pairs(ctx, out, value) : codec_bytes(ctx, out, value);
}

// Begins the call (name, key, value, key, value...); what is undefined is left out.
static int begin(JSContext *ctx, Buffer *call, int argc, JSValueConst *argv)
{
    if (host_begin(ctx, call, argv[0]) < 0)
        return -1;
    buffer_byte(call, MARSHAL_DICT);
    int failed = 0;
    for (int i = 1; i + 1 < argc && !failed; i += 2) {
        if (JS_IsUndefined(argv[i + 1]))
            continue;
        failed = append_text(ctx, call, argv[i]);
        if (!failed)
            failed = append_value(ctx, call, argv[i + 1]);
    }
    buffer_byte(call, MARSHAL_NULL);
    if (!failed && call->failed) {
        memory_release_reserve();
        JS_ThrowOutOfMemory(ctx);
        failed = -1;
    }
    if (failed)
        host_abandon(call);
    return failed;
}

// ask(name, key, value...) -> the host's answer
static JSValue native_ask(JSContext *ctx, JSValueConst this_value, int argc, JSValueConst *argv)
{
    (void)this_value;
    Buffer call;
    return begin(ctx, &call, argc, argv) < 0 ? JS_EXCEPTION : host_send(ctx, &call);
}

// start(name, key, value...) -> a promise of the host's answer
static JSValue native_start(JSContext *ctx, JSValueConst this_value, int argc, JSValueConst *argv)
{
    (void)this_value;
    Buffer call;
    return begin(ctx, &call, argc, argv) < 0 ? JS_EXCEPTION : host_start(ctx, &call);
}

// cancel(promise): nobody waits any more for what start() began
static JSValue native_cancel(JSContext *ctx, JSValueConst this_value, int argc, JSValueConst *argv)
{
    (void)this_value;
    if (argc > 0 && JS_IsObject(argv[0]))
        host_cancel(ctx, argv[0]);
    return JS_UNDEFINED;
}

int wire_install(JSContext *ctx, JSValueConst native)
{
    static const JSCFunctionListEntry functions[] = {
        JS_CFUNC_DEF("ask", 1, native_ask),
        JS_CFUNC_DEF("start", 1, native_start),
        JS_CFUNC_DEF("cancel", 1, native_cancel),
    };
    return JS_SetPropertyFunctionList(ctx, native, functions, sizeof(functions) / sizeof(functions[0]));
}
