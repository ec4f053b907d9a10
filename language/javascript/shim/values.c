#include "shim.h"

#include <math.h>
#include <string.h>

#include "stack.h"

// Values of kv as JSON text. What is written here is read back as an equal value of the same type, and everything that JSON
// would drop or change is refused:
//   - an integer outside the safe range is a BigInt, a number of that size is written with a fraction;
//   - what is undefined, functions, NaN, dates, maps and objects of other classes are refused.

enum {
    KEEP_SIZE = 64 * 1024,
    MAX_DEPTH = 200, // as deep as what crosses may be
    SAFE_DIGITS = 16,
};
static const char max_safe[] = "9007199254740991";

static JSValue object_proto;

static int refuse(JSContext *ctx, const char *what)
{
    JS_ThrowTypeError(ctx,
                      "kv cannot store %s; it stores plain objects, arrays, strings, finite numbers, booleans, null and "
                      "BigInts outside the safe range of numbers",
                      what);
    return -1;
}

static int out_of_memory(JSContext *ctx)
{
    memory_release_reserve();
    JS_ThrowOutOfMemory(ctx);
    return -1;
}

static int write_number(JSContext *ctx, Buffer *out, JSValueConst value)
{
    double number;
    if (JS_ToFloat64(ctx, &number, value) < 0)
        return -1;
    if (isnan(number))
        return refuse(ctx, "NaN");
    if (isinf(number))
        return refuse(ctx, "Infinity");
    if (number == 0 && signbit(number)) {
        buffer_text(out, "-0.0");
        return 0;
    }
    const char *text = JS_ToCString(ctx, value);
    if (!text)
        return -1;
    buffer_text(out, text);
    // From 1e21 on the text has an exponent already.
    if (fabs(number) > 9007199254740991.0 && fabs(number) < 1e21)
        buffer_text(out, ".0");
    JS_FreeCString(ctx, text);
    return 0;
}

static int write_bigint(JSContext *ctx, Buffer *out, JSValueConst value)
{
    size_t size;
    const char *text = JS_ToCStringLen(ctx, &size, value);
    if (!text)
        return -1;
    const char *magnitude = *text == '-' ? text + 1 : text;
    size_t length = size - (size_t)(magnitude - text);
    bool safe = length < SAFE_DIGITS || (length == SAFE_DIGITS && strcmp(magnitude, max_safe) <= 0);
    if (!safe)
        buffer_append(out, text, size);
    JS_FreeCString(ctx, text);
    return safe ? refuse(ctx, "a small BigInt, which would come back as a number") : 0;
}

static int write_string(JSContext *ctx, Buffer *out, JSValueConst value)
{
    size_t size;
    const char *text = JS_ToCStringLen(ctx, &size, value);
    if (!text)
        return -1;
    buffer_json_string(out, text, size);
    JS_FreeCString(ctx, text);
    return 0;
}

static int write_value(JSContext *ctx, Buffer *out, JSValueConst value, int depth);

// Writes and takes a member.
static int write_member(JSContext *ctx, Buffer *out, JSValue member, int depth)
{
    int result = JS_IsException(member) ? -1 : write_value(ctx, out, member, depth);
    JS_FreeValue(ctx, member);
    return result;
}

static int write_array(JSContext *ctx, Buffer *out, JSValueConst array, int depth)
{
    int64_t count;
    if (JS_GetLength(ctx, array, &count) < 0)
        return -1;
    buffer_byte(out, '[');
    for (int64_t i = 0; i < count; i++) {
        if (i > 0)
            buffer_byte(out, ',');
        if (write_member(ctx, out, JS_GetPropertyInt64(ctx, array, i), depth + 1) < 0)
            return -1;
        if (out->failed)
            return out_of_memory(ctx);
    }
    buffer_byte(out, ']');
    return 0;
}

static int write_object(JSContext *ctx, Buffer *out, JSValueConst object, int depth)
{
    JSPropertyEnum *keys;
    uint32_t count;
    if (JS_GetOwnPropertyNames(ctx, &keys, &count, object, JS_GPN_STRING_MASK | JS_GPN_SYMBOL_MASK | JS_GPN_ENUM_ONLY) < 0)
        return -1;
    buffer_byte(out, '{');
    int result = 0;
    for (uint32_t i = 0; i < count && result == 0; i++) {
        JSValue key = JS_AtomToValue(ctx, keys[i].atom);
        if (JS_IsException(key)) {
            result = -1;
        } else if (JS_IsSymbol(key)) {
            result = refuse(ctx, "a property whose key is a symbol");
        } else {
            if (i > 0)
                buffer_byte(out, ',');
            result = write_string(ctx, out, key);
            buffer_byte(out, ':');
            if (result == 0)
                result = write_member(ctx, out, JS_GetProperty(ctx, object, keys[i].atom), depth + 1);
            if (result == 0 && out->failed)
                result = out_of_memory(ctx);
        }
        JS_FreeValue(ctx, key);
    }
    buffer_byte(out, '}');
    JS_FreePropertyEnum(ctx, keys, count);
    return result;
}

int value_is_array(JSContext *ctx, JSValueConst value)
{
    if (!JS_IsProxy(value))
        return JS_IsArray(value);
    JSValue target = JS_GetProxyTarget(ctx, value);
    while (JS_IsProxy(target)) {
        JSValue next = JS_GetProxyTarget(ctx, target);
        JS_FreeValue(ctx, target);
        target = next;
    }
    int result = JS_IsException(target) ? -1 : JS_IsArray(target);
    JS_FreeValue(ctx, target);
    return result;
}

// 1 for a plain object, 0 for one of another class.
static int is_plain(JSContext *ctx, JSValueConst object)
{
    // What a proxy stands for is whatever it says.
    if (JS_IsProxy(object))
        return 1;
    if (engine_kind(object) != KIND_OBJECT)
        return 0;
    JSValue proto = JS_GetPrototype(ctx, object);
    if (JS_IsException(proto))
        return -1;
    int plain = JS_IsNull(proto) || JS_IsStrictEqual(ctx, proto, object_proto);
    JS_FreeValue(ctx, proto);
    return plain;
}

static int write_value(JSContext *ctx, Buffer *out, JSValueConst value, int depth)
{
    if (stack_padded_address() < engine_stack_limit(ctx)) {
        JS_ThrowRangeError(ctx, "Maximum call stack size exceeded");
        return -1;
    }
    if (JS_IsString(value))
        return write_string(ctx, out, value);
    if (JS_IsNumber(value))
        return write_number(ctx, out, value);
    if (JS_IsNull(value) || JS_IsBool(value)) {
        buffer_text(out, JS_IsNull(value) ? "null" : JS_ToBool(ctx, value) ? "true" : "false");
        return 0;
    }
    if (JS_IsBigInt(value))
        return write_bigint(ctx, out, value);
    if (JS_IsUndefined(value))
        return refuse(ctx, "what is undefined");
    if (JS_IsSymbol(value))
        return refuse(ctx, "a symbol");
    if (JS_IsFunction(ctx, value))
        return refuse(ctx, "a function");
    if (depth >= MAX_DEPTH) {
        JS_ThrowTypeError(ctx, "kv cannot store a value that is circular or nested deeper than %d levels", MAX_DEPTH);
        return -1;
    }
    int array = value_is_array(ctx, value);
    if (array < 0)
        return -1;
    if (array)
        return write_array(ctx, out, value, depth);
    int plain = is_plain(ctx, value);
    if (plain < 0)
        return -1;
    return plain ? write_object(ctx, out, value, depth) : refuse(ctx, "an object of a class");
}

// valueText(value) -> its JSON text
static JSValue native_value_text(JSContext *ctx, JSValueConst this_value, int argc, JSValueConst *argv)
{
    (void)this_value;
    // Getters may store values themselves, so every call has a buffer of its own.
    Buffer out = {0};
    int failed = write_value(ctx, &out, argc > 0 ? argv[0] : JS_UNDEFINED, 0);
    if (!failed && out.failed)
        failed = out_of_memory(ctx);
    JSValue result = failed ? JS_EXCEPTION : JS_NewStringLen(ctx, out.data, out.size);
    buffer_reset(&out, 0);
    return result;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

// Whether the text has an integer that a number cannot hold; may say so of digits in a string.
static bool has_big_integer(const char *text, size_t size)
{
    for (size_t i = 0; i < size;) {
        if (!is_digit(text[i])) {
            i++;
            continue;
        }
        size_t start = i;
        while (i < size && is_digit(text[i]))
            i++;
        if (i - start < SAFE_DIGITS)
            continue;
        bool fraction = i < size && (text[i] == '.' || text[i] == 'e' || text[i] == 'E');
        bool number = start == 0 || !strchr(".+eE\"", text[start - 1]);
        if (number && !fraction)
            return true;
    }
    return false;
}

// parseValue(text) -> the value, or undefined where that would lose digits
static JSValue native_parse_value(JSContext *ctx, JSValueConst this_value, int argc, JSValueConst *argv)
{
    (void)this_value;
    size_t size;
    const char *text = argc > 0 ? JS_ToCStringLen(ctx, &size, argv[0]) : NULL;
    if (!text)
        return JS_EXCEPTION;
    JSValue result = has_big_integer(text, size) ? JS_UNDEFINED : JS_ParseJSON(ctx, text, size, "goru:kv");
    JS_FreeCString(ctx, text);
    return result;
}

int values_install(JSContext *ctx, JSValueConst native)
{
    static const JSCFunctionListEntry functions[] = {
        JS_CFUNC_DEF("valueText", 1, native_value_text),
        JS_CFUNC_DEF("parseValue", 1, native_parse_value),
    };
    JSValue object = JS_NewObject(ctx);
    object_proto = JS_GetPrototype(ctx, object);
    JS_FreeValue(ctx, object);
    return JS_SetPropertyFunctionList(ctx, native, functions, sizeof(functions) / sizeof(functions[0]));
}
