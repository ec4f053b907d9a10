#include "shim.h"

// The translator has a realm of its own: nothing that the user's code does to its built-ins reaches it.
static JSContext *realm;
static JSValue translate_function;

int translate_install(JSContext *ctx, const char *text, size_t size)
{
    realm = engine_new_context(JS_GetRuntime(ctx));
    if (!realm)
        return -1;
    translate_function = JS_Eval(realm, text, size, "goru:translator", JS_EVAL_TYPE_GLOBAL);
    if (!JS_IsFunction(realm, translate_function))
        return -1;
    // What is made at the first use is in the image.
    JSValue code = JS_NewString(realm, "enum E { A }\nclass C<T> { constructor(private a: T) {} }\nconst x = 1 as any;");
    JSValue translated = translate(ctx, code, "goru:warm-up", NULL);
    JS_FreeValue(ctx, code);
    bool failed = JS_IsException(translated);
    JS_FreeValue(ctx, translated);
    return failed ? -1 : 0;
}

bool translate_wanted(void)
{
    return realm != NULL;
}

// An error as if the engine had found it in the source.
static JSValue syntax_error(JSContext *ctx, JSValueConst found, const char *name)
{
    JSValue message = JS_GetPropertyStr(realm, found, "message");
    JSValue line_value = JS_GetPropertyStr(realm, found, "line");
    JSValue column_value = JS_GetPropertyStr(realm, found, "column");
    int32_t line = 1, column = 1;
    JS_ToInt32(realm, &line, line_value);
    JS_ToInt32(realm, &column, column_value);
    const char *text = JS_ToCString(realm, message);
    JS_FreeValue(realm, message);
    JS_FreeValue(realm, line_value);
    JS_FreeValue(realm, column_value);
    if (!text)
        return JS_EXCEPTION;
    JSValue error = engine_new_error(ctx, "SyntaxError", text);
    JS_FreeCString(realm, text);
    if (JS_IsException(error))
        return error;
    Buffer stack = {0};
    buffer_text(&stack, "    at ");
    buffer_text(&stack, name);
    buffer_byte(&stack, ':');
    buffer_number(&stack, line);
    buffer_byte(&stack, ':');
    buffer_number(&stack, column);
    buffer_byte(&stack, '\n');
    if (!stack.failed)
        engine_set_error_stack(ctx, error, JS_NewStringLen(ctx, stack.data, stack.size));
    buffer_reset(&stack, 0);
    return JS_Throw(ctx, error);
}

JSValue translate(JSContext *ctx, JSValueConst code, const char *name, JSValue *mappings)
{
    JSValueConst arguments[] = {code, mappings ? JS_TRUE : JS_FALSE};
    JSValue result = JS_Call(realm, translate_function, JS_UNDEFINED, 2, arguments);
    if (JS_IsException(result))
        return result;
    JSValue translated = JS_GetPropertyStr(realm, result, "code");
    if (JS_IsString(translated) && mappings)
        *mappings = JS_GetPropertyStr(realm, result, "mappings");
    if (!JS_IsString(translated)) {
        JS_FreeValue(realm, translated);
        translated = syntax_error(ctx, result, name);
    }
    JS_FreeValue(realm, result);
    return translated;
}
