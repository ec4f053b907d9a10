#include "shim.h"

// kind(value) -> a number of EngineKind
static JSValue native_kind(JSContext *ctx, JSValueConst this_value, int argc, JSValueConst *argv)
{
    (void)this_value;
    return JS_NewInt32(ctx, argc > 0 ? (int32_t)engine_kind(argv[0]) : KIND_PRIMITIVE);
}

// namedKeys(object) -> its own keys but for small integers
static JSValue native_named_keys(JSContext *ctx, JSValueConst this_value, int argc, JSValueConst *argv)
{
    (void)this_value;
    return engine_named_keys(ctx, argc > 0 ? argv[0] : JS_UNDEFINED);
}

// proxyTarget(proxy) -> its target, null when it is revoked
static JSValue native_proxy_target(JSContext *ctx, JSValueConst this_value, int argc, JSValueConst *argv)
{
    (void)this_value;
    if (argc < 1 || !JS_IsProxy(argv[0]))
        return JS_NULL;
    JSValue target = JS_GetProxyTarget(ctx, argv[0]);
    if (JS_IsException(target)) {
        JS_FreeValue(ctx, JS_GetException(ctx));
        return JS_NULL;
    }
    return target;
}

// promiseState(promise) -> -1 none, 0 pending, 1 fulfilled, 2 rejected
static JSValue native_promise_state(JSContext *ctx, JSValueConst this_value, int argc, JSValueConst *argv)
{
    (void)this_value;
    return JS_NewInt32(ctx, argc > 0 ? (int32_t)JS_PromiseState(ctx, argv[0]) : -1);
}

static JSValue native_promise_result(JSContext *ctx, JSValueConst this_value, int argc, JSValueConst *argv)
{
    (void)this_value;
    return argc > 0 && JS_IsPromise(argv[0]) ? JS_PromiseResult(ctx, argv[0]) : JS_UNDEFINED;
}

// lexicalNames() -> what scripts have declared with let, const and class
static JSValue native_lexical_names(JSContext *ctx, JSValueConst this_value, int argc, JSValueConst *argv)
{
    (void)this_value;
    (void)argc;
    (void)argv;
    return engine_lexical_names(ctx);
}

// lexicalValue(name) -> [its value], or undefined
static JSValue native_lexical_value(JSContext *ctx, JSValueConst this_value, int argc, JSValueConst *argv)
{
    (void)this_value;
    JSAtom name = JS_ValueToAtom(ctx, argc > 0 ? argv[0] : JS_UNDEFINED);
    if (name == JS_ATOM_NULL)
        return JS_EXCEPTION;
    JSValue value;
    JSValue *held;
    JSValue result = JS_UNDEFINED;
    if (engine_lexical_value(ctx, name, &value)) {
        result = engine_new_list(ctx, 1, &held);
        if (JS_IsException(result))
            JS_FreeValue(ctx, value);
        else
            *held = value;
    }
    JS_FreeAtom(ctx, name);
    return result;
}

// frames(error) -> the user's own frames of its stack, each with its line end
static JSValue native_frames(JSContext *ctx, JSValueConst this_value, int argc, JSValueConst *argv)
{
    (void)this_value;
    Buffer clean = {0};
    if (argc > 0)
        frames_of_error(ctx, &clean, argv[0]);
    JSValue result = JS_NewStringLen(ctx, clean.data, clean.failed ? 0 : clean.size);
    buffer_reset(&clean, 0);
    return result;
}

int reflect_install(JSContext *ctx, JSValueConst native)
{
    static const JSCFunctionListEntry functions[] = {
        JS_CFUNC_DEF("kind", 1, native_kind),
        JS_CFUNC_DEF("namedKeys", 1, native_named_keys),
        JS_CFUNC_DEF("proxyTarget", 1, native_proxy_target),
        JS_CFUNC_DEF("promiseState", 1, native_promise_state),
        JS_CFUNC_DEF("promiseResult", 1, native_promise_result),
        JS_CFUNC_DEF("frames", 1, native_frames),
        JS_CFUNC_DEF("lexicalNames", 0, native_lexical_names),
        JS_CFUNC_DEF("lexicalValue", 1, native_lexical_value),
    };
    return JS_SetPropertyFunctionList(ctx, native, functions, sizeof(functions) / sizeof(functions[0]));
}
