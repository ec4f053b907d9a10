#include "shim.h"

#include <string.h>

// Node's modules, in sessions that have them.
static bool has_node;

void modules_allow_node(void)
{
    has_node = true;
}

static JSValue node_module(JSContext *ctx, const char *name)
{
    JSValue text = JS_NewString(ctx, name);
    JSValueConst arguments[] = {text};
    JSValue module = JS_Call(ctx, prelude.node_import, JS_UNDEFINED, 1, arguments);
    JS_FreeValue(ctx, text);
    return module;
}

// Calls `each` for the names that a module's object offers beside "default".
static int each_export(JSContext *ctx, JSValueConst object, JSModuleDef *module,
                       int (*each)(JSContext *ctx, JSModuleDef *module, const char *name, JSValue value))
{
    JSPropertyEnum *names;
    uint32_t count;
    if (!JS_IsObject(object))
        return 0;
    if (JS_GetOwnPropertyNames(ctx, &names, &count, object, JS_GPN_STRING_MASK | JS_GPN_ENUM_ONLY) < 0)
        return -1;
    int result = 0;
    for (uint32_t i = 0; i < count && result >= 0; i++) {
        const char *name = JS_AtomToCString(ctx, names[i].atom);
        if (!name) {
            result = -1;
            break;
        }
        if (strcmp(name, "default") != 0) {
            JSValue value = JS_GetProperty(ctx, object, names[i].atom);
            result = JS_IsException(value) ? -1 : each(ctx, module, name, value);
        }
        JS_FreeCString(ctx, name);
    }
    JS_FreePropertyEnum(ctx, names, count);
    return result;
}

static int declare(JSContext *ctx, JSModuleDef *module, const char *name, JSValue value)
{
    JS_FreeValue(ctx, value);
    return JS_AddModuleExport(ctx, module, name);
}

static int fill(JSContext *ctx, JSModuleDef *module)
{
    JSAtom atom = JS_GetModuleName(ctx, module);
    const char *name = JS_AtomToCString(ctx, atom);
    JS_FreeAtom(ctx, atom);
    if (!name)
        return -1;
    JSValue object = node_module(ctx, name);
    JS_FreeCString(ctx, name);
    if (JS_IsException(object))
        return -1;
    int result = each_export(ctx, object, module, JS_SetModuleExport);
    if (result >= 0)
        result = JS_SetModuleExport(ctx, module, "default", JS_DupValue(ctx, object));
    JS_FreeValue(ctx, object);
    return result;
}

static JSModuleDef *load(JSContext *ctx, const char *name, void *opaque)
{
    (void)opaque;
    JSValue object = node_module(ctx, name);
    if (JS_IsException(object))
        return NULL;
    JSModuleDef *module = JS_NewCModule(ctx, name, fill);
    if (module && (each_export(ctx, object, module, declare) < 0 || JS_AddModuleExport(ctx, module, "default") < 0))
        module = NULL;
    JS_FreeValue(ctx, object);
    return module;
}

// Every import ends here, static and dynamic alike, before anything is looked up: a module that ran earlier in the
// session cannot be imported by its name either.
static char *refuse(JSContext *ctx, const char *base, const char *name, void *opaque)
{
    (void)base;
    (void)opaque;
    if (has_node) {
        JSValue module = node_module(ctx, name);
        bool found = JS_IsObject(module);
        bool failed = JS_IsException(module);
        JS_FreeValue(ctx, module);
        if (failed)
            return NULL;
        // One module, however it is named.
        if (found)
            return js_strdup(ctx, strncmp(name, "node:", 5) == 0 ? name + 5 : name);
    }
    JS_ThrowPlainError(ctx,
                       "cannot import '%.80s': the sandbox has no module loader%s; bundle dependencies into one file, "
                       "for instance with esbuild --bundle --format=esm",
                       name, has_node ? "" : " (Node's own modules come with WithSessionNode, --node)");
    return NULL;
}

void modules_install(JSRuntime *rt)
{
    JS_SetModuleLoaderFunc(rt, refuse, load, NULL);
}
