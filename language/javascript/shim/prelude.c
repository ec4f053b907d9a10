#include "shim.h"

#include <stdlib.h>
#include <string.h>

Prelude prelude;

// Every file is the body of a function of (native, shared): `native` holds the C functions of the shim, `shared` what
// one file makes for the next.
typedef struct File {
    const char *name;
    const unsigned char *text;
    size_t size;
} File;

static const unsigned char primordials_js[] = {
#embed "../prelude/primordials.js"
};
static const unsigned char inspect_js[] = {
#embed "../prelude/inspect.js"
};
static const unsigned char console_js[] = {
#embed "../prelude/console.js"
};
static const unsigned char encoding_js[] = {
#embed "../prelude/encoding.js"
};
static const unsigned char clone_js[] = {
#embed "../prelude/clone.js"
};
static const unsigned char domain_js[] = {
#embed "../prelude/domain.js"
};
static const unsigned char url_parser_js[] = {
#embed "../prelude/url_parser.js"
};
static const unsigned char url_js[] = {
#embed "../prelude/url.js"
};
static const unsigned char intl_js[] = {
#embed "../prelude/intl.js"
};
static const unsigned char host_js[] = {
#embed "../prelude/host.js"
};
static const unsigned char http_js[] = {
#embed "../prelude/http.js"
};
static const unsigned char fs_js[] = {
#embed "../prelude/fs.js"
};
static const unsigned char prompt_js[] = {
#embed "../prelude/prompt.js"
};
static const unsigned char web_js[] = {
#embed "../prelude/web.js"
};
// Node's modules (node/bundle.py).
static const unsigned char node_js[] = {
#embed <node.js>
};
static const unsigned char kv_js[] = {
#embed "../prelude/kv.js"
};

// What few runs use comes first, so that what all runs touch lies close together.
static const File rare_files[] = {
    {"goru:primordials.js", primordials_js, sizeof(primordials_js)},
    {"goru:domain.js", domain_js, sizeof(domain_js)},
    {"goru:url_parser.js", url_parser_js, sizeof(url_parser_js)},
    {"goru:url.js", url_js, sizeof(url_js)},
    {"goru:node.js", node_js, sizeof(node_js)},
    {"goru:prompt.js", prompt_js, sizeof(prompt_js)},
    {"goru:intl.js", intl_js, sizeof(intl_js)},
    {"goru:web.js", web_js, sizeof(web_js)},
};
static const File files[] = {
    {"goru:inspect.js", inspect_js, sizeof(inspect_js)},
    {"goru:console.js", console_js, sizeof(console_js)},
    {"goru:encoding.js", encoding_js, sizeof(encoding_js)},
    {"goru:clone.js", clone_js, sizeof(clone_js)},
    {"goru:host.js", host_js, sizeof(host_js)},
    {"goru:http.js", http_js, sizeof(http_js)},
    {"goru:fs.js", fs_js, sizeof(fs_js)},
    {"goru:kv.js", kv_js, sizeof(kv_js)},
};

static int load(JSContext *ctx, const File *file, JSValueConst native, JSValueConst shared)
{
    Buffer text = {0};
    // On one line, so that line numbers stay right.
    buffer_text(&text, "(function (native, shared) { 'use strict'; ");
    buffer_append(&text, (const char *)file->text, file->size);
    buffer_text(&text, "\n})");
    buffer_byte(&text, '\0');
    if (text.failed)
        return -1;
    JSValue function = JS_Eval(ctx, text.data, text.size - 1, file->name, JS_EVAL_TYPE_GLOBAL);
    buffer_reset(&text, 0);
    if (JS_IsException(function))
        return -1;
    JSValueConst arguments[] = {native, shared};
    JSValue result = JS_Call(ctx, function, JS_UNDEFINED, 2, arguments);
    JS_FreeValue(ctx, function);
    if (JS_IsException(result))
        return -1;
    JS_FreeValue(ctx, result);
    return 0;
}

void prelude_complain(JSContext *ctx)
{
    JSValue error = JS_GetException(ctx);
    JSValue stack = engine_error_stack(ctx, error);
    JSValueConst values[] = {error, stack};
    for (int v = 0; v < 2; v++) {
        size_t size;
        const char *text = JS_ToCStringLen(ctx, &size, values[v]);
        if (text)
            io_write_text(2, text, size);
        io_write_text(2, "\n", 1);
        JS_FreeCString(ctx, text);
    }
    JS_FreeValue(ctx, stack);
    JS_FreeValue(ctx, error);
}

int prelude_load(JSContext *ctx)
{
    JSValue native = JS_NewObject(ctx);
    JSValue shared = JS_NewObject(ctx);
    if (codec_install(ctx) < 0 || host_install(ctx, native) < 0 || io_install(ctx, native) < 0 || text_install(ctx, native) < 0 ||
        clock_install(ctx, native) < 0 || reflect_install(ctx, native) < 0 || wire_install(ctx, native) < 0 ||
        values_install(ctx, native) < 0 || intl_install(ctx, native) < 0 || late_install(ctx, native) < 0 || timers_install(ctx, native) < 0)
        return -1;
    for (size_t i = 0; i < sizeof(rare_files) / sizeof(rare_files[0]); i++) {
        if (load(ctx, &rare_files[i], native, shared) < 0)
            goto fail;
    }
    memory_close_holes();
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        if (load(ctx, &files[i], native, shared) < 0)
            goto fail;
    }
    prelude.inspect = JS_GetPropertyStr(ctx, shared, "inspect");
    prelude.host_error_proto = JS_GetPropertyStr(ctx, shared, "hostErrorProto");
    prelude.node_begin = JS_GetPropertyStr(ctx, shared, "nodeBegin");
    prelude.node_import = JS_GetPropertyStr(ctx, shared, "nodeImport");
    prelude.web_begin = JS_GetPropertyStr(ctx, shared, "webBegin");
    prelude.prompt_words = JS_GetPropertyStr(ctx, shared, "promptWords");
    prelude.locale_method = JS_GetPropertyStr(ctx, shared, "localeMethod");
    JS_FreeValue(ctx, native);
    JS_FreeValue(ctx, shared);
    return JS_IsFunction(ctx, prelude.locale_method) && JS_IsFunction(ctx, prelude.inspect) && JS_IsObject(prelude.host_error_proto) ? 0 : -1;
fail:
    prelude_complain(ctx);
    return -1;
}
