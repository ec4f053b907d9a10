// The data of Intl, which intl/bundle.py makes, packed. It lies in pages that nobody touches before a program asks for Intl; its
// code is in late.c.

#include "shim.h"
#include "time_zone.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// intl/locales.py says what is in it.
static const unsigned char data[] = {
#embed <locales.bin>
};

typedef struct Text {
    const unsigned char *packed;
    size_t packed_size;
    size_t size;
} Text;

static size_t read_number(const char **at)
{
    size_t number = 0;
    while (**at >= '0' && **at <= '9')
        number = number * 10 + (size_t)(*(*at)++ - '0');
    (*at)++;
    return number;
}

static bool find(const char *key, size_t key_size, Text *found)
{
    const char *at = (const char *)data;
    bool known = false;
    for (size_t left = read_number(&at); left > 0; left--) {
        const char *space = strchr(at, ' ');
        const bool same = (size_t)(space - at) == key_size && memcmp(at, key, key_size) == 0;
        at = space + 1;
        const size_t offset = read_number(&at);
        const size_t packed_size = read_number(&at);
        const size_t size = read_number(&at);
        if (same) {
            *found = (Text){(const unsigned char *)offset, packed_size, size};
            known = true;
        }
    }
    // The texts begin behind the last line.
    found->packed = (const unsigned char *)at + (size_t)found->packed;
    return known;
}

static size_t read_length(const unsigned char **at, size_t length)
{
    if (length < 15)
        return length;
    unsigned char more;
    do {
        more = *(*at)++;
        length += more;
    } while (more == 255);
    return length;
}

// Reads an LZ4 block. It is part of the image, so it is what it should be.
static void unpack(const Text *text, char *out)
{
    const unsigned char *at = text->packed, *end = at + text->packed_size;
    while (at < end) {
        const unsigned char token = *at++;
        const size_t literals = read_length(&at, token >> 4);
        memcpy(out, at, literals);
        out += literals;
        at += literals;
        if (at >= end)
            return;
        const size_t distance = at[0] | (size_t)at[1] << 8;
        at += 2;
        // They may overlap.
        for (size_t left = read_length(&at, token & 15) + 4; left > 0; left--, out++)
            *out = out[-(ptrdiff_t)distance];
    }
}

// Free with free(); NULL where there is no memory.
static char *unpacked(const Text *text)
{
    char *out = malloc(text->size + 1);
    if (!out)
        return NULL;
    unpack(text, out);
    out[text->size] = '\0';
    return out;
}

// Whose data the zone of a name has; NULL: there is none of that name. `links` is the text of all names.
static const char *zone_of(const char *links, const char *name, size_t *size)
{
    char key[64];
    const int length = snprintf(key, sizeof(key), "\"%s\":\"", name);
    if (length >= (int)sizeof(key) || strcspn(name, "\"\\") != strlen(name))
        return NULL;
    const char *found = strstr(links, "\"links\":{");
    found = found ? strstr(found, key) : NULL;
    if (!found)
        return NULL;
    *size = strcspn(found + length, "\"");
    return found + length;
}

int intl_use_time_zone(JSContext *ctx, const char *name)
{
    if (*name == ':')
        name++;
    if (*name == '\0' || strcmp(name, "UTC") == 0) {
        time_zone_clear();
        return 0;
    }
    Text text;
    char *links = find("zones", 5, &text) ? unpacked(&text) : NULL;
    size_t size = 0;
    const char *zone = links ? zone_of(links, name, &size) : NULL;
    char key[64] = "zone/";
    int result = -1;
    if (!links) {
        JS_ThrowOutOfMemory(ctx);
    } else if (!zone || size + 6 > sizeof(key) || (memcpy(key + 5, zone, size), !find(key, size + 5, &text))) {
        JS_ThrowRangeError(ctx, "TZ='%s' is no time zone, such as Europe/Berlin", name);
    } else {
        char *data = unpacked(&text);
        if (data && time_zone_use(name, data))
            result = 0;
        else
            JS_ThrowOutOfMemory(ctx);
        free(data);
    }
    free(links);
    return result;
}

static JSValue native_time_zone(JSContext *ctx, JSValueConst this_value, int argc, JSValueConst *argv)
{
    (void)this_value;
    (void)argc;
    (void)argv;
    return JS_NewString(ctx, time_zone_name() ? time_zone_name() : "UTC");
}

static JSValue native_text(JSContext *ctx, JSValueConst this_value, int argc, JSValueConst *argv)
{
    (void)this_value;
    size_t key_size;
    const char *key = argc > 0 ? JS_ToCStringLen(ctx, &key_size, argv[0]) : NULL;
    if (!key)
        return JS_EXCEPTION;
    Text text = {0};
    const bool known = find(key, key_size, &text);
    JS_FreeCString(ctx, key);
    if (!known)
        return JS_UNDEFINED;
    char *unpacked = js_malloc(ctx, text.size + 1);
    if (!unpacked)
        return JS_EXCEPTION;
    unpack(&text, unpacked);
    JSValue result = JS_NewStringLen(ctx, unpacked, text.size);
    js_free(ctx, unpacked);
    return result;
}

JSValue intl_method(JSContext *ctx, JSValueConst this_value, int argc, JSValueConst *argv, int method)
{
    JSValue which = JS_NewInt32(ctx, method);
    JSValueConst arguments[] = {this_value, which, argc > 0 ? argv[0] : JS_UNDEFINED, argc > 1 ? argv[1] : JS_UNDEFINED,
                                argc > 2 ? argv[2] : JS_UNDEFINED};
    return JS_Call(ctx, prelude.locale_method, JS_UNDEFINED, 5, arguments);
}

static JSValue big_int_to_locale_string(JSContext *ctx, JSValueConst this_value, int argc, JSValueConst *argv)
{
    return intl_method(ctx, this_value, argc, argv, LOCALE_BIG_INT);
}

int intl_install(JSContext *ctx, JSValueConst native)
{
    static const JSCFunctionListEntry functions[] = {
        JS_CFUNC_DEF("intlText", 1, native_text),
        JS_CFUNC_DEF("timeZone", 0, native_time_zone),
    };
    static const JSCFunctionListEntry methods[] = {
        JS_CFUNC_DEF("toLocaleString", 0, big_int_to_locale_string),
    };
    JSValue global = JS_GetGlobalObject(ctx);
    JSValue big_int = JS_GetPropertyStr(ctx, global, "BigInt");
    JSValue prototype = JS_GetPropertyStr(ctx, big_int, "prototype");
    int result = JS_SetPropertyFunctionList(ctx, prototype, methods, sizeof(methods) / sizeof(methods[0]));
    JS_FreeValue(ctx, prototype);
    JS_FreeValue(ctx, big_int);
    JS_FreeValue(ctx, global);
    return result < 0 ? result : JS_SetPropertyFunctionList(ctx, native, functions, sizeof(functions) / sizeof(functions[0]));
}
