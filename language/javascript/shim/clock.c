#include "shim.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

static double origin_monotonic_ms;
static double origin_wall_ms;

static double read_ms(clockid_t clock)
{
    struct timespec now;
    if (clock_gettime(clock, &now) != 0)
        return 0;
    return (double)now.tv_sec * 1000.0 + (double)now.tv_nsec / 1e6;
}

double clock_wall_ms(void)
{
    return read_ms(CLOCK_REALTIME);
}

void clock_begin_session(JSContext *ctx)
{
    origin_monotonic_ms = read_ms(CLOCK_MONOTONIC);
    origin_wall_ms = clock_wall_ms();
    uint64_t seed = 0;
    if (getentropy(&seed, sizeof(seed)) != 0)
        seed = (uint64_t)(origin_wall_ms * 1000.0);
    engine_seed_random(ctx, seed);
}

static JSValue performance_now(JSContext *ctx, JSValueConst this_value, int argc, JSValueConst *argv)
{
    (void)this_value;
    (void)argc;
    (void)argv;
    return JS_NewFloat64(ctx, read_ms(CLOCK_MONOTONIC) - origin_monotonic_ms);
}

static JSValue performance_origin(JSContext *ctx, JSValueConst this_value)
{
    (void)this_value;
    return JS_NewFloat64(ctx, origin_wall_ms);
}

// getentropy takes at most 256 bytes at a time.
static int fill_random(uint8_t *data, size_t size)
{
    while (size > 0) {
        size_t part = size < 256 ? size : 256;
        if (getentropy(data, part) != 0)
            return -1;
        data += part;
        size -= part;
    }
    return 0;
}

static JSValue crypto_get_random_values(JSContext *ctx, JSValueConst this_value, int argc, JSValueConst *argv)
{
    (void)this_value;
    int type = argc > 0 ? JS_GetTypedArrayType(argv[0]) : -1;
    if (type < 0 || type == JS_TYPED_ARRAY_FLOAT16 || type == JS_TYPED_ARRAY_FLOAT32 || type == JS_TYPED_ARRAY_FLOAT64)
        return JS_ThrowTypeError(ctx, "crypto.getRandomValues expects a typed array of integers");
    size_t offset, size, element, whole;
    JSValue buffer = JS_GetTypedArrayBuffer(ctx, argv[0], &offset, &size, &element);
    if (JS_IsException(buffer))
        return buffer;
    uint8_t *data = JS_GetArrayBuffer(ctx, &whole, buffer);
    bool immutable = JS_IsImmutableArrayBuffer(buffer) == 1;
    JS_FreeValue(ctx, buffer);
    if (!data && size > 0)
        return JS_EXCEPTION;
    if (size > 65536)
        return JS_ThrowDOMException(ctx, "QuotaExceededError", "crypto.getRandomValues fills at most 65536 bytes");
    if (immutable)
        return JS_ThrowTypeError(ctx, "the buffer is immutable");
    if (size > 0 && fill_random(data + offset, size) != 0)
        return JS_ThrowPlainError(ctx, "the host has no randomness");
    return JS_DupValue(ctx, argv[0]);
}

static JSValue crypto_random_uuid(JSContext *ctx, JSValueConst this_value, int argc, JSValueConst *argv)
{
    (void)this_value;
    (void)argc;
    (void)argv;
    uint8_t b[16];
    if (fill_random(b, sizeof(b)) != 0)
        return JS_ThrowPlainError(ctx, "the host has no randomness");
    b[6] = (uint8_t)((b[6] & 0x0F) | 0x40);
    b[8] = (uint8_t)((b[8] & 0x3F) | 0x80);
    char text[37];
    snprintf(text, sizeof(text), "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1], b[2],
             b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]);
    return JS_NewStringLen(ctx, text, 36);
}

static const JSCFunctionListEntry performance_functions[] = {
    JS_CFUNC_DEF("now", 0, performance_now),
    JS_CGETSET_DEF("timeOrigin", performance_origin, NULL),
    JS_PROP_STRING_DEF("[Symbol.toStringTag]", "Performance", JS_PROP_CONFIGURABLE),
};

static const JSCFunctionListEntry crypto_functions[] = {
    JS_CFUNC_DEF("getRandomValues", 1, crypto_get_random_values),
    JS_CFUNC_DEF("randomUUID", 0, crypto_random_uuid),
    JS_PROP_STRING_DEF("[Symbol.toStringTag]", "Crypto", JS_PROP_CONFIGURABLE),
};

static const JSCFunctionListEntry globals[] = {
    JS_OBJECT_DEF("performance", performance_functions, sizeof(performance_functions) / sizeof(performance_functions[0]),
                  JS_PROP_WRITABLE | JS_PROP_CONFIGURABLE),
    JS_OBJECT_DEF("crypto", crypto_functions, sizeof(crypto_functions) / sizeof(crypto_functions[0]),
                  JS_PROP_WRITABLE | JS_PROP_CONFIGURABLE),
};

int clock_install(JSContext *ctx, JSValueConst native)
{
    (void)native;
    JSValue global = JS_GetGlobalObject(ctx);
    int result = JS_SetPropertyFunctionList(ctx, global, globals, sizeof(globals) / sizeof(globals[0]));
    JS_FreeValue(ctx, global);
    return result;
}
