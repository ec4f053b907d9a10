// Compiles JavaScript to the engine's bytecode while the guest is built: the script on standard input, the bytes on standard output.

#include <stdio.h>
#include <stdlib.h>

#include "engine.h"
#include "quickjs.h"

// Nothing that is compiled runs here.
JSValue intl_method(JSContext *ctx, JSValueConst this_value, int argc, JSValueConst *argv, int method)
{
    (void)this_value;
    (void)argc;
    (void)argv;
    (void)method;
    return JS_ThrowPlainError(ctx, "nothing runs in the compiler");
}

int main(void)
{
    size_t size = 0, capacity = 1 << 20;
    char *text = malloc(capacity + 1);
    while (text) {
        const size_t count = fread(text + size, 1, capacity - size, stdin);
        if (count == 0)
            break;
        size += count;
        if (size == capacity)
            text = realloc(text, (capacity *= 2) + 1);
    }
    JSRuntime *rt = JS_NewRuntime();
    JSContext *ctx = rt ? engine_new_context(rt) : NULL;
    if (!text || !ctx)
        return 1;
    JS_SetMaxStackSize(rt, 0);
    text[size] = '\0';
    JSValue compiled = JS_Eval(ctx, text, size, "goru:late", JS_EVAL_TYPE_GLOBAL | JS_EVAL_FLAG_COMPILE_ONLY);
    if (JS_IsException(compiled)) {
        const char *message = JS_ToCString(ctx, JS_GetException(ctx));
        fprintf(stderr, "%s\n", message ? message : "no memory");
        return 1;
    }
    size_t written;
    const uint8_t *bytes = JS_WriteObject(ctx, &written, compiled, JS_WRITE_OBJ_BYTECODE | JS_WRITE_OBJ_STRIP_SOURCE);
    if (!bytes || fwrite(bytes, 1, written, stdout) != written || fflush(stdout) != 0)
        return 1;
    return 0;
}
