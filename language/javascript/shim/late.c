// What few programs use, as bytes of bytecode in pages that nobody touches before a program asks for it. Functions ready to be
// called would add thousands of names and shapes to the tables of the interpreter, and every run would touch more of those.

#include "shim.h"

#include <string.h>

static const uint8_t intl[] = {
#embed <intl.bytecode>
};
static const uint8_t web[] = {
#embed <web.bytecode>
};
static const uint8_t temporal[] = {
#embed <temporal.bytecode>
};

static const struct {
    const char *name;
    const uint8_t *code;
    size_t size;
} codes[] = {{"intl", intl, sizeof(intl)}, {"web", web, sizeof(web)}, {"temporal", temporal, sizeof(temporal)}};

// lateCode(name) -> the function of (native, shared) that bundle.py in the folder of this name has made
static JSValue native_late_code(JSContext *ctx, JSValueConst this_value, int argc, JSValueConst *argv)
{
    (void)this_value;
    const char *name = argc > 0 ? JS_ToCString(ctx, argv[0]) : NULL;
    if (!name)
        return JS_EXCEPTION;
    JSValue result = JS_UNDEFINED;
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        if (strcmp(name, codes[i].name) != 0)
            continue;
        result = JS_ReadObject(ctx, codes[i].code, codes[i].size, JS_READ_OBJ_BYTECODE);
        if (!JS_IsException(result))
            result = JS_EvalFunction(ctx, result);
    }
    JS_FreeCString(ctx, name);
    return result;
}

int late_install(JSContext *ctx, JSValueConst native)
{
    static const JSCFunctionListEntry functions[] = {JS_CFUNC_DEF("lateCode", 1, native_late_code)};
    return JS_SetPropertyFunctionList(ctx, native, functions, 1);
}
