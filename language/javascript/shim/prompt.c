#include "shim.h"

#include <stdio.h>
#include <string.h>

// Whether what is wrong with a text is only that it ends too early.
static bool wants_more(JSContext *ctx, JSValueConst error, const char *text, size_t size, const char *name)
{
    JSValue value = JS_GetPropertyStr(ctx, error, "message");
    const char *message = JS_ToCString(ctx, value);
    JS_FreeValue(ctx, value);
    // The engine tells of these where they begin. Strings and regular expressions end with their line.
    static const char *const open[] = {"unterminated template", "unexpected end of template", "unexpected end of comment",
                                       "unterminated comment", "Unterminated template", "Unterminated comment"};
    bool result = false;
    for (size_t i = 0; message && i < sizeof(open) / sizeof(open[0]); i++)
        result = result || strstr(message, open[i]);
    JS_FreeCString(ctx, message);
    if (result)
        return true;
    // Else it is where the parser met the end: nothing but white space is left there.
    JSValue stack = engine_error_stack(ctx, error);
    const char *place = JS_IsString(stack) ? JS_ToCString(ctx, stack) : NULL;
    JS_FreeValue(ctx, stack);
    const char *found = place ? strstr(place, name) : NULL;
    unsigned line = 0, column = 0;
    if (found && sscanf(found + strlen(name), ":%u:%u", &line, &column) == 2 && line > 0) {
        size_t at = 0;
        for (unsigned passed = 1; passed < line && at < size; at++)
            passed += text[at] == '\n';
        // Columns count characters.
        for (unsigned passed = 1; passed < column && at < size && text[at] != '\n'; passed++) {
            at++;
            while (at < size && ((unsigned char)text[at] & 0xC0) == 0x80)
                at++;
        }
        while (at < size && strchr(" \t\r\n", text[at]))
            at++;
        result = at == size;
    }
    JS_FreeCString(ctx, place);
    return result;
}

static JSValue is_complete(JSContext *ctx, JSValueConst code)
{
    static const char name[] = "goru:prompt";
    JSValue function = run_compile(ctx, code, name);
    if (!JS_IsException(function)) {
        JS_FreeValue(ctx, function);
        return JS_TRUE;
    }
    JSValue error = JS_GetException(ctx);
    size_t size;
    const char *text = JS_ToCStringLen(ctx, &size, code);
    bool more = text && engine_is_syntax_error(ctx, error) && wants_more(ctx, error, text, size, name);
    JS_FreeCString(ctx, text);
    JS_FreeValue(ctx, error);
    return text ? JS_NewBool(ctx, !more) : JS_EXCEPTION;
}

JSValue prompt_answer(JSContext *ctx, JSValueConst question, JSValueConst code)
{
    const char *kind = JS_ToCString(ctx, question);
    if (!kind)
        return JS_EXCEPTION;
    bool complete = strcmp(kind, "complete") == 0;
    JS_FreeCString(ctx, kind);
    if (complete)
        return is_complete(ctx, code);
    JSValueConst arguments[] = {code};
    return JS_Call(ctx, prelude.prompt_words, JS_UNDEFINED, 1, arguments);
}
