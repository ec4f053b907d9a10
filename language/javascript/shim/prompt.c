#include "shim.h"

#include <string.h>

// A number behind a colon; 0: there is none.
static size_t read_number(const char **text)
{
    size_t number = 0;
    if (**text != ':')
        return 0;
    while (*++*text >= '0' && **text <= '9')
        number = number * 10 + (size_t)(**text - '0');
    return number;
}

static bool says(JSContext *ctx, JSValueConst error, const char *what)
{
    JSValue value = JS_GetPropertyStr(ctx, error, "message");
    const char *message = JS_ToCString(ctx, value);
    JS_FreeValue(ctx, value);
    bool result = message && strstr(message, what);
    JS_FreeCString(ctx, message);
    return result;
}

// Where in the text the parser found the error.
static bool place_of(JSContext *ctx, JSValueConst error, const char *text, size_t size, const char *name, size_t *at)
{
    JSValue stack = engine_error_stack(ctx, error);
    const char *place = JS_IsString(stack) ? JS_ToCString(ctx, stack) : NULL;
    JS_FreeValue(ctx, stack);
    const char *found = place ? strstr(place, name) : NULL;
    const char *after = found ? found + strlen(name) : "";
    size_t line = read_number(&after);
    size_t column = read_number(&after);
    JS_FreeCString(ctx, place);
    *at = 0;
    for (size_t passed = 1; passed < line && *at < size; (*at)++)
        passed += text[*at] == '\n';
    // Columns count characters.
    for (size_t passed = 1; passed < column && *at < size && text[*at] != '\n'; passed++) {
        (*at)++;
        while (*at < size && ((unsigned char)text[*at] & 0xC0) == 0x80)
            (*at)++;
    }
    return line > 0 && column > 0;
}

// Whether what is wrong with a text is only that it ends too early.
static bool wants_more(JSContext *ctx, JSValueConst error, const char *text, size_t size, const char *name)
{
    size_t at;
    if (says(ctx, error, "end of comment") || says(ctx, error, "nterminated comment") || says(ctx, error, "nterminated template"))
        return true;
    if (!place_of(ctx, error, text, size, name, &at))
        return false;
    // The engine tells of a template where it begins, or goes on. Strings end with their line.
    if (at < size && says(ctx, error, "unexpected end of string"))
        return text[at] == '`' || text[at] == '}';
    // Else where the parser met the end: nothing but white space is left there.
    while (at < size && strchr(" \t\r\n", text[at]))
        at++;
    return at == size;
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
