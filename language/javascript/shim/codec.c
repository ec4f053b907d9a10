#include "shim.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "stack.h"

// Arguments of host functions are what JSON.stringify makes of them: toJSON is called, undefined members are left out, numbers
// that JSON does not have are null. Two things differ: bytes stay bytes, and what it would drop without a word is refused.

typedef struct Encoder {
    JSContext *ctx;
    Buffer *out;
    // The objects that the value lies in.
    void *open[MARSHAL_MAX_DEPTH];
    int depth;
} Encoder;

// Where a value lies: under a name, or in a list where there is no name.
typedef struct Place {
    JSAtom name;
    int64_t index;
} Place;

static JSAtom to_json;
static JSAtom raw_json;
static JSAtom nowhere;

void codec_text(Buffer *out, const char *text)
{
    marshal_string(out, MARSHAL_TEXT, text, strlen(text));
}

void codec_begin(Buffer *out, char op)
{
    marshal_sequence(out, MARSHAL_TUPLE, 2);
    marshal_integer(out, op);
}

void codec_number(Buffer *out, double number)
{
    // 2 to the power of 63, of 64.
    const double half = 9223372036854775808.0, whole = 18446744073709551616.0;
    if (!isfinite(number))
        buffer_byte(out, MARSHAL_NONE);
    else if (number != trunc(number) || number < -half || number >= whole)
        marshal_float(out, number);
    else if (number < half)
        marshal_integer(out, (int64_t)number);
    else
        marshal_unsigned(out, (uint64_t)number);
}

static int out_of_memory(JSContext *ctx)
{
    memory_release_reserve();
    JS_ThrowOutOfMemory(ctx);
    return -1;
}

static JSValue place_text(JSContext *ctx, Place place)
{
    if (place.name != JS_ATOM_NULL)
        return JS_AtomToString(ctx, place.name);
    char digits[24];
    int size = snprintf(digits, sizeof(digits), "%lld", (long long)place.index);
    return JS_NewStringLen(ctx, digits, (size_t)size);
}

static void refuse(JSContext *ctx, Place place, const char *kind)
{
    JSValue text = place_text(ctx, place);
    const char *key = JS_IsException(text) ? NULL : JS_ToCString(ctx, text);
    JS_FreeValue(ctx, text);
    if (key)
        JS_ThrowTypeError(ctx, "cannot send argument '%.80s' to the host: it is a %s", key, kind);
    JS_FreeCString(ctx, key);
}

static JSValue call_to_json(JSContext *ctx, JSValueConst value, JSValueConst method, Place place)
{
    JSValue key = place_text(ctx, place);
    if (JS_IsException(key))
        return key;
    JSValue result = JS_Call(ctx, method, value, 1, (JSValueConst *)&key);
    JS_FreeValue(ctx, key);
    return result;
}

// What crosses in the place of a value, which it takes.
static JSValue prepare(JSContext *ctx, JSValue value, Place place)
{
    if (JS_IsObject(value) || JS_IsBigInt(value)) {
        JSValue method = JS_GetProperty(ctx, value, to_json);
        if (JS_IsException(method) || JS_IsFunction(ctx, method)) {
            JSValue made = JS_IsException(method) ? method : call_to_json(ctx, value, method, place);
            JS_FreeValue(ctx, value);
            value = made;
        }
        JS_FreeValue(ctx, method);
    }
    if (!JS_IsException(value) && JS_IsObject(value))
        value = engine_unbox(ctx, value);
    const char *refused = JS_IsSymbol(value)           ? "symbol"
                          : JS_IsBigInt(value)         ? "BigInt"
                          : JS_IsFunction(ctx, value) ? "function"
                                                       : NULL;
    if (!refused)
        return value;
    JS_FreeValue(ctx, value);
    refuse(ctx, place, refused);
    return JS_EXCEPTION;
}

static int encode(Encoder *e, JSValueConst value);

static int encode_text(Encoder *e, JSValueConst value)
{
    size_t size;
    const char *text = JS_ToCStringLen(e->ctx, &size, value);
    if (!text)
        return -1;
    marshal_string(e->out, MARSHAL_TEXT, text, size);
    JS_FreeCString(e->ctx, text);
    return 0;
}

int codec_bytes(JSContext *ctx, Buffer *out, JSValueConst value)
{
    uint8_t *data;
    size_t size;
    if (text_view_bytes(ctx, value, &data, &size) < 0)
        return -1;
    marshal_string(out, MARSHAL_BYTES, data, size);
    return 0;
}

static int encode_array(Encoder *e, JSValueConst array)
{
    int64_t count;
    if (JS_GetLength(e->ctx, array, &count) < 0)
        return -1;
    marshal_sequence(e->out, MARSHAL_LIST, (uint32_t)count);
    int result = 0;
    for (int64_t i = 0; i < count && result == 0; i++) {
        JSValue item = JS_GetPropertyInt64(e->ctx, array, i);
        if (!JS_IsException(item))
            item = prepare(e->ctx, item, (Place){.index = i});
        result = JS_IsException(item) ? -1 : encode(e, item);
        JS_FreeValue(e->ctx, item);
    }
    return result;
}

static int encode_member(Encoder *e, JSValueConst object, JSAtom name)
{
    JSContext *ctx = e->ctx;
    JSValue value = JS_GetProperty(ctx, object, name);
    if (!JS_IsException(value))
        value = prepare(ctx, value, (Place){.name = name});
    if (JS_IsException(value) || JS_IsUndefined(value))
        return JS_IsException(value) ? -1 : 0;
    size_t size;
    const char *key = JS_AtomToCStringLen(ctx, &size, name);
    int result = -1;
    if (key) {
        marshal_string(e->out, MARSHAL_TEXT, key, size);
        result = encode(e, value);
    }
    JS_FreeCString(ctx, key);
    JS_FreeValue(ctx, value);
    return result;
}

static int encode_object(Encoder *e, JSValueConst object)
{
    JSPropertyEnum *names;
    uint32_t count;
    if (JS_GetOwnPropertyNames(e->ctx, &names, &count, object, JS_GPN_STRING_MASK | JS_GPN_ENUM_ONLY) < 0)
        return -1;
    buffer_byte(e->out, MARSHAL_DICT);
    int result = 0;
    for (uint32_t i = 0; i < count && result == 0; i++)
        result = encode_member(e, object, names[i].atom);
    buffer_byte(e->out, MARSHAL_NULL);
    JS_FreePropertyEnum(e->ctx, names, count);
    return result;
}

// An integer of 64 bits in decimal digits. False, and nothing appended, where the text is something else.
static bool encode_digits(Buffer *out, const char *text, size_t size)
{
    bool negative = size > 0 && *text == '-';
    // The negative ones reach one further.
    const uint64_t most = negative ? (uint64_t)INT64_MAX + 1 : UINT64_MAX;
    uint64_t magnitude = 0;
    for (size_t i = negative; i < size; i++) {
        unsigned digit = (unsigned)text[i] - '0';
        if (digit > 9 || magnitude > (most - digit) / 10)
            return false;
        magnitude = magnitude * 10 + digit;
    }
    if (size == (size_t)negative)
        return false;
    if (negative)
        marshal_integer(out, (int64_t)(~magnitude + 1));
    else
        marshal_unsigned(out, magnitude);
    return true;
}

// JSON.rawJSON(text): a primitive in its JSON text. Integers that no number holds are why there is such a thing.
static int encode_raw(Encoder *e, JSValueConst object)
{
    JSValue text_value = JS_GetProperty(e->ctx, object, raw_json);
    size_t size;
    const char *text = JS_IsException(text_value) ? NULL : JS_ToCStringLen(e->ctx, &size, text_value);
    JS_FreeValue(e->ctx, text_value);
    if (!text)
        return -1;
    int result = 0;
    if (!encode_digits(e->out, text, size)) {
        JSValue value = JS_ParseJSON(e->ctx, text, size, "goru:raw");
        result = JS_IsException(value) ? -1 : encode(e, value);
        JS_FreeValue(e->ctx, value);
    }
    JS_FreeCString(e->ctx, text);
    return result;
}

// An array, or an object whose members cross.
static int encode_container(Encoder *e, JSValueConst value)
{
    JSContext *ctx = e->ctx;
    if (stack_padded_address() < engine_stack_limit(ctx)) {
        JS_ThrowRangeError(ctx, "Maximum call stack size exceeded");
        return -1;
    }
    void *object = JS_VALUE_GET_PTR(value);
    for (int i = 0; i < e->depth; i++) {
        if (e->open[i] == object) {
            JS_ThrowTypeError(ctx, "circular reference");
            return -1;
        }
    }
    if (e->depth == MARSHAL_MAX_DEPTH) {
        JS_ThrowTypeError(ctx, "the value is nested too deeply");
        return -1;
    }
    int array = value_is_array(ctx, value);
    if (array < 0)
        return -1;
    e->open[e->depth++] = object;
    int result = array ? encode_array(e, value) : encode_object(e, value);
    e->depth--;
    return result;
}

static int encode(Encoder *e, JSValueConst value)
{
    if (e->out->failed)
        return out_of_memory(e->ctx);
    switch (JS_VALUE_GET_NORM_TAG(value)) {
    case JS_TAG_INT:
        marshal_integer(e->out, JS_VALUE_GET_INT(value));
        return 0;
    case JS_TAG_FLOAT64:
        codec_number(e->out, JS_VALUE_GET_FLOAT64(value));
        return 0;
    case JS_TAG_BOOL:
        buffer_byte(e->out, JS_VALUE_GET_BOOL(value) ? MARSHAL_TRUE : MARSHAL_FALSE);
        return 0;
    case JS_TAG_OBJECT:
        break;
    default:
        if (JS_IsString(value))
            return encode_text(e, value);
        buffer_byte(e->out, MARSHAL_NONE);
        return 0;
    }
    switch (engine_kind(value)) {
    case KIND_TYPED_ARRAY:
    case KIND_ARRAY_BUFFER:
    case KIND_DATA_VIEW:
        return codec_bytes(e->ctx, e->out, value);
    default:
        return engine_is_raw_json(value) ? encode_raw(e, value) : encode_container(e, value);
    }
}

int codec_arguments(JSContext *ctx, Buffer *out, JSValueConst args)
{
    static const char wrong[] = "the arguments of a host call must be an object such as {id: 1}";
    if (JS_IsUndefined(args)) {
        buffer_byte(out, MARSHAL_DICT);
        buffer_byte(out, MARSHAL_NULL);
        return 0;
    }
    if (!JS_IsObject(args) || JS_IsArray(args) || JS_IsFunction(ctx, args)) {
        JS_ThrowTypeError(ctx, wrong);
        return -1;
    }
    JSValue value = prepare(ctx, JS_DupValue(ctx, args), (Place){.name = nowhere});
    if (JS_IsUndefined(value))
        JS_ThrowTypeError(ctx, wrong);
    Encoder encoder = {.ctx = ctx, .out = out};
    int result = JS_IsException(value) || JS_IsUndefined(value) ? -1 : encode(&encoder, value);
    JS_FreeValue(ctx, value);
    if (result == 0 && out->failed)
        return out_of_memory(ctx);
    return result;
}

// ---- what the host sent ----

static JSValue damaged(JSContext *ctx)
{
    return JS_ThrowPlainError(ctx, "the host's answer is damaged");
}

static JSValue decode(JSContext *ctx, MarshalReader *reader, int depth);

// A key, whatever its letters: JS_NewAtomLen takes UTF-8 for Latin-1.
static JSAtom decode_key(JSContext *ctx, MarshalReader *reader)
{
    uint8_t type;
    uint32_t size;
    if (!marshal_take(reader, &type, sizeof(type)) || type != MARSHAL_TEXT || !marshal_take_size(reader, &size)) {
        damaged(ctx);
        return JS_ATOM_NULL;
    }
    const char *text = (const char *)reader->at;
    reader->at += size;
    bool ascii = true;
    for (uint32_t i = 0; ascii && i < size; i++)
        ascii = (unsigned char)text[i] < 0x80;
    if (ascii)
        return JS_NewAtomLen(ctx, text, size);
    JSValue key = JS_NewStringLen(ctx, text, size);
    JSAtom atom = JS_IsException(key) ? JS_ATOM_NULL : JS_ValueToAtom(ctx, key);
    JS_FreeValue(ctx, key);
    return atom;
}

static JSValue decode_dict(JSContext *ctx, MarshalReader *reader, int depth)
{
    JSValue object = JS_NewObject(ctx);
    if (JS_IsException(object))
        return object;
    while (reader->at < reader->end && *reader->at != MARSHAL_NULL) {
        JSAtom key = decode_key(ctx, reader);
        JSValue value = key == JS_ATOM_NULL ? JS_EXCEPTION : decode(ctx, reader, depth + 1);
        // Not set: what guest code did to prototypes has no part in it.
        int defined = JS_IsException(value) ? -1 : JS_DefinePropertyValue(ctx, object, key, value, JS_PROP_C_W_E);
        JS_FreeAtom(ctx, key);
        if (defined < 0) {
            JS_FreeValue(ctx, object);
            return JS_EXCEPTION;
        }
    }
    if (reader->at == reader->end) {
        JS_FreeValue(ctx, object);
        return damaged(ctx);
    }
    reader->at++;
    return object;
}

static JSValue decode_list(JSContext *ctx, MarshalReader *reader, int depth)
{
    uint32_t count;
    if (!marshal_take_size(reader, &count))
        return damaged(ctx);
    JSValue *items;
    JSValue array = engine_new_list(ctx, count, &items);
    for (uint32_t i = 0; i < count && !JS_IsException(array); i++) {
        JSValue item = decode(ctx, reader, depth + 1);
        if (JS_IsException(item)) {
            JS_FreeValue(ctx, array);
            return item;
        }
        items[i] = item;
    }
    return array;
}

static JSValue decode_container(JSContext *ctx, MarshalReader *reader, bool dict, int depth)
{
    if (depth > MARSHAL_MAX_DEPTH)
        return damaged(ctx);
    if (stack_padded_address() < engine_stack_limit(ctx))
        return JS_ThrowRangeError(ctx, "Maximum call stack size exceeded");
    return dict ? decode_dict(ctx, reader, depth) : decode_list(ctx, reader, depth);
}

static JSValue decode(JSContext *ctx, MarshalReader *reader, int depth)
{
    uint8_t type;
    if (!marshal_take(reader, &type, sizeof(type)))
        return damaged(ctx);
    switch (type) {
    case MARSHAL_NONE:
        return JS_NULL;
    case MARSHAL_TRUE:
    case MARSHAL_FALSE:
        return JS_NewBool(ctx, type == MARSHAL_TRUE);
    case MARSHAL_INT: {
        int32_t number;
        return marshal_take(reader, &number, sizeof(number)) ? JS_NewInt32(ctx, number) : damaged(ctx);
    }
    case MARSHAL_LONG: {
        bool negative;
        uint64_t magnitude;
        if (!marshal_take_long(reader, &negative, &magnitude))
            return damaged(ctx);
        return JS_NewNumber(ctx, negative ? -(double)magnitude : (double)magnitude);
    }
    case MARSHAL_FLOAT: {
        double number;
        if (!marshal_take(reader, &number, sizeof(number)))
            return damaged(ctx);
        return isfinite(number) ? JS_NewNumber(ctx, number) : JS_NULL;
    }
    case MARSHAL_TEXT:
    case MARSHAL_BYTES: {
        uint32_t size;
        if (!marshal_take_size(reader, &size))
            return damaged(ctx);
        const uint8_t *data = reader->at;
        reader->at += size;
        return type == MARSHAL_TEXT ? JS_NewStringLen(ctx, (const char *)data, size) : JS_NewUint8ArrayCopy(ctx, data, size);
    }
    case MARSHAL_TUPLE:
    case MARSHAL_LIST:
    case MARSHAL_DICT:
        return decode_container(ctx, reader, type == MARSHAL_DICT, depth);
    default:
        return damaged(ctx);
    }
}

JSValue codec_decode(JSContext *ctx, const char *data, size_t size)
{
    MarshalReader reader = {(const uint8_t *)data, (const uint8_t *)data + size};
    JSValue value = decode(ctx, &reader, 0);
    if (!JS_IsException(value) && reader.at != reader.end) {
        JS_FreeValue(ctx, value);
        return damaged(ctx);
    }
    return value;
}

JSValue codec_decode_answer(JSContext *ctx, const char *data, size_t size, bool *ok)
{
    // (status, value)
    static const uint8_t head[] = {MARSHAL_TUPLE, 2, 0, 0, 0, MARSHAL_INT};
    enum { STATUS = sizeof(head), VALUE = STATUS + 4 };
    *ok = false;
    if (size < VALUE || memcmp(data, head, sizeof(head)) != 0)
        return damaged(ctx);
    *ok = data[STATUS] == 1;
    return codec_decode(ctx, data + VALUE, size - VALUE);
}

int codec_install(JSContext *ctx)
{
    to_json = JS_NewAtom(ctx, "toJSON");
    raw_json = JS_NewAtom(ctx, "rawJSON");
    nowhere = JS_NewAtom(ctx, "");
    return to_json == JS_ATOM_NULL || raw_json == JS_ATOM_NULL || nowhere == JS_ATOM_NULL ? -1 : 0;
}
