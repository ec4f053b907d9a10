// QuickJS-NG itself, and the few functions that need to see its structures.

#include "engine.h"
#include "hints.h"
#include "stack.h"
#include "time_zone.h"

// QuickJS asks for the frame address wherever it checks for a stack overflow; see stack.h for what it gets.
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Weverything"
#define __builtin_frame_address(level) stack_padded_address()
#include "cutils.h"
// Begins the text of an error's stack (build.sh has quickjs.c call it).
static void backtrace_header(JSContext *ctx, DynBuf *out, JSValueConst error);
// Throws that a name is not defined, with what the sandbox has in its place (likewise).
static JSValue throw_not_defined(JSContext *ctx, const char *name);
// Errors that name what the source calls a value (expression.h; likewise).
// None is part of the interpreter's own function: what that holds on its stack is what code may recurse by.
static __attribute__((noinline)) JSValue throw_not_callable(JSContext *ctx, JSValueConst value, bool called, bool constructor);
static __attribute__((noinline)) JSValue throw_not_iterable(JSContext *ctx, JSValueConst value);
static __attribute__((noinline)) JSValue throw_unreadable(JSContext *ctx, JSValueConst value, JSAtom name);
static __attribute__((noinline)) void throw_unreadable_member(JSContext *ctx, JSValueConst value, JSValueConst key);
static __attribute__((noinline)) JSValue throw_unwritable(JSContext *ctx, JSValueConst value, JSAtom name);
static __attribute__((noinline)) JSValue destructured_object(JSContext *ctx, JSValueConst value);
// The text of a date, with the name of its zone behind it where that is wanted.
static JSValue date_text(JSContext *ctx, JSValueConst date, const char *text, int size, bool zone);
// toLowerCase and toUpperCase where no locale is given.
static JSValue locale_case(JSContext *ctx, JSValueConst this_value, int argc, JSValueConst *argv, int method);
#include "quickjs.c"
#undef __builtin_frame_address
#pragma clang diagnostic pop

// A property as data, of the object or of what it inherits from; undefined where an accessor or a proxy would have to be asked.
static JSValue plain_property(JSValueConst object, JSAtom name)
{
    JSObject *p = JS_VALUE_GET_TAG(object) == JS_TAG_OBJECT ? JS_VALUE_GET_OBJ(object) : NULL;
    for (int depth = 0; p && depth < 64; p = p->shape->proto, depth++) {
        JSProperty *property;
        JSShapeProperty *found = find_own_property(&property, p, name);
        if (found)
            return (found->flags & JS_PROP_TMASK) == JS_PROP_NORMAL ? js_dup(property->u.value) : JS_UNDEFINED;
        if (p->class_id == JS_CLASS_PROXY)
            break;
    }
    return JS_UNDEFINED;
}

// Messages are made of formats that are handed on.
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wformat-nonliteral"
#include "expression.h"
#pragma clang diagnostic pop

static void append_plain_text(JSContext *ctx, DynBuf *out, JSValue value)
{
    size_t size;
    const char *text = JS_IsString(value) ? JS_ToCStringLen(ctx, &size, value) : NULL;
    if (text)
        dbuf_put(out, (const uint8_t *)text, size);
    JS_FreeCString(ctx, text);
    JS_FreeValue(ctx, value);
}

// "Name: message", as V8 begins stacks. Runs no code of the guest's.
static void backtrace_header(JSContext *ctx, DynBuf *out, JSValueConst error)
{
    JSValue saved = JS_GetException(ctx);
    JSValue name = plain_property(error, JS_ATOM_name);
    JSValue message = plain_property(error, JS_ATOM_message);
    if (!JS_IsString(name)) {
        JS_FreeValue(ctx, name);
        name = JS_NewString(ctx, "Error");
    }
    append_plain_text(ctx, out, name);
    if (JS_IsString(message) && !JS_IsEmptyString(message))
        dbuf_putstr(out, ": ");
    append_plain_text(ctx, out, message);
    dbuf_putc(out, '\n');
    JS_FreeValue(ctx, JS_GetException(ctx));
    JS_Throw(ctx, saved);
}

static JSValue throw_not_defined(JSContext *ctx, const char *name)
{
    const char *hint = hint_for_name(name);
    return JS_ThrowReferenceError(ctx, hint ? "%s is not defined (%s)" : "%s is not defined", name, hint);
}

static JSValue date_text(JSContext *ctx, JSValueConst date, const char *text, int size, bool zone)
{
    JSValue result = JS_NewStringLen(ctx, text, (size_t)size);
    double time;
    if (!zone || JS_IsException(result) || JS_ThisTimeValue(ctx, &time, date) < 0)
        return result;
    JSValue name = time_zone_name() ? intl_method(ctx, js_float64(time), 0, NULL, LOCALE_ZONE_NAME)
                                    : JS_NewString(ctx, " (Coordinated Universal Time)");
    return JS_ConcatString(ctx, result, name);
}

static JSValue locale_case(JSContext *ctx, JSValueConst this_value, int argc, JSValueConst *argv, int method)
{
    if (argc > 0 && !JS_IsUndefined(argv[0]))
        return intl_method(ctx, this_value, argc, argv, method);
    return js_string_toLowerCase(ctx, this_value, argc, argv, method == LOCALE_LOWER);
}

EngineKind engine_kind(JSValueConst value)
{
    if (JS_VALUE_GET_TAG(value) != JS_TAG_OBJECT)
        return KIND_PRIMITIVE;
    JSClassID id = JS_VALUE_GET_OBJ(value)->class_id;
    if (id >= JS_CLASS_UINT8C_ARRAY && id <= JS_CLASS_FLOAT64_ARRAY)
        return KIND_TYPED_ARRAY;
    switch (id) {
    case JS_CLASS_ARRAY: return KIND_ARRAY;
    case JS_CLASS_ERROR: return KIND_ERROR;
    case JS_CLASS_DOM_EXCEPTION: return KIND_DOM_EXCEPTION;
    case JS_CLASS_NUMBER:
    case JS_CLASS_STRING:
    case JS_CLASS_BOOLEAN:
    case JS_CLASS_SYMBOL:
    case JS_CLASS_BIG_INT: return KIND_BOXED;
    case JS_CLASS_ARGUMENTS:
    case JS_CLASS_MAPPED_ARGUMENTS: return KIND_ARGUMENTS;
    case JS_CLASS_DATE: return KIND_DATE;
    case JS_CLASS_MODULE_NS: return KIND_MODULE;
    case JS_CLASS_REGEXP: return KIND_REGEXP;
    case JS_CLASS_ARRAY_BUFFER:
    case JS_CLASS_SHARED_ARRAY_BUFFER: return KIND_ARRAY_BUFFER;
    case JS_CLASS_DATAVIEW: return KIND_DATA_VIEW;
    case JS_CLASS_MAP: return KIND_MAP;
    case JS_CLASS_SET: return KIND_SET;
    case JS_CLASS_WEAKMAP:
    case JS_CLASS_WEAKSET:
    case JS_CLASS_WEAK_REF:
    case JS_CLASS_FINALIZATION_REGISTRY: return KIND_WEAK;
    case JS_CLASS_MAP_ITERATOR:
    case JS_CLASS_SET_ITERATOR:
    case JS_CLASS_ARRAY_ITERATOR:
    case JS_CLASS_STRING_ITERATOR:
    case JS_CLASS_REGEXP_STRING_ITERATOR:
    case JS_CLASS_ITERATOR_CONCAT:
    case JS_CLASS_ITERATOR_HELPER:
    case JS_CLASS_ITERATOR_WRAP: return KIND_ITERATOR;
    case JS_CLASS_GENERATOR:
    case JS_CLASS_ASYNC_GENERATOR: return KIND_GENERATOR;
    case JS_CLASS_PROXY: return KIND_PROXY;
    case JS_CLASS_PROMISE: return KIND_PROMISE;
    case JS_CLASS_C_FUNCTION:
    case JS_CLASS_BYTECODE_FUNCTION:
    case JS_CLASS_BOUND_FUNCTION:
    case JS_CLASS_C_FUNCTION_DATA:
    case JS_CLASS_C_CLOSURE:
    case JS_CLASS_GENERATOR_FUNCTION:
    case JS_CLASS_PROMISE_RESOLVE_FUNCTION:
    case JS_CLASS_PROMISE_REJECT_FUNCTION:
    case JS_CLASS_ASYNC_FUNCTION:
    case JS_CLASS_ASYNC_FUNCTION_RESOLVE:
    case JS_CLASS_ASYNC_FUNCTION_REJECT:
    case JS_CLASS_ASYNC_GENERATOR_FUNCTION: return KIND_FUNCTION;
    default: return KIND_OBJECT;
    }
}

JSContext *engine_new_context(JSRuntime *rt)
{
    JSContext *ctx = JS_NewContextRaw(rt);
    if (!ctx)
        return NULL;
    // JS_AddPerformance is left out: it would freeze the clock of the image into the object.
    if (JS_AddIntrinsicBaseObjects(ctx) || JS_AddIntrinsicDate(ctx) || JS_AddIntrinsicEval(ctx) ||
        JS_AddIntrinsicRegExp(ctx) || JS_AddIntrinsicJSON(ctx) || JS_AddIntrinsicProxy(ctx) ||
        JS_AddIntrinsicMapSet(ctx) || JS_AddIntrinsicTypedArrays(ctx) || JS_AddIntrinsicPromise(ctx) ||
        JS_AddIntrinsicWeakRef(ctx) || JS_AddIntrinsicDOMException(ctx) || JS_AddIntrinsicAToB(ctx)) {
        JS_FreeContext(ctx);
        return NULL;
    }
    // Every image is the same: the engine seeds both from the clock. Maps that exist in the image are hashed with
    // hash_seed, so that one stays.
    ctx->random_state = 1;
    ctx->hash_seed = 0x9e3779b9;
    return ctx;
}

JSValue engine_named_keys(JSContext *ctx, JSValueConst object)
{
    JSValue keys = JS_NewArray(ctx);
    if (JS_IsException(keys) || JS_VALUE_GET_TAG(object) != JS_TAG_OBJECT)
        return keys;
    uint32_t count = 0;
    // The shape may be replaced while the array grows: it is not the one of `object`, so this one stays.
    JSShape *shape = js_dup_shape(JS_VALUE_GET_OBJ(object)->shape);
    JSShapeProperty *property = get_shape_prop(shape);
    for (int i = 0; i < shape->prop_count; i++, property++) {
        JSAtom atom = property->atom;
        if (atom == JS_ATOM_NULL || __JS_AtomIsTaggedInt(atom) || JS_AtomGetKind(ctx, atom) == JS_ATOM_KIND_PRIVATE)
            continue;
        if (JS_DefinePropertyValueUint32(ctx, keys, count++, JS_AtomToValue(ctx, atom), JS_PROP_C_W_E) < 0) {
            JS_FreeValue(ctx, keys);
            keys = JS_EXCEPTION;
            break;
        }
    }
    js_free_shape(ctx->rt, shape);
    return keys;
}

JSValue engine_unbox(JSContext *ctx, JSValue object)
{
    JSObject *p = JS_VALUE_GET_OBJ(object);
    switch (p->class_id) {
    case JS_CLASS_NUMBER:
        return JS_ToNumberFree(ctx, object);
    case JS_CLASS_STRING:
        return JS_ToStringFree(ctx, object);
    case JS_CLASS_BOOLEAN:
    case JS_CLASS_BIG_INT:
        set_value(ctx, &object, js_dup(p->u.object_data));
        return object;
    default:
        return object;
    }
}

bool engine_is_raw_json(JSValueConst object)
{
    return JS_VALUE_GET_OBJ(object)->class_id == JS_CLASS_RAWJSON;
}

int engine_view_bytes(JSContext *ctx, JSValueConst view, uint8_t **data, size_t *size)
{
    JSObject *p = JS_VALUE_GET_OBJ(view);
    const bool typed = p->class_id != JS_CLASS_DATAVIEW;
    if (typed ? typed_array_is_oob(p) : dataview_is_oob(p)) {
        JS_ThrowTypeErrorArrayBufferOOB(ctx);
        return -1;
    }
    const JSTypedArray *ta = p->u.typed_array;
    const JSArrayBuffer *buffer = ta->buffer->u.array_buffer;
    *size = ta->length;
    if (ta->track_rab) {
        // As long as the buffer is, in whole elements.
        const unsigned shift = typed ? typed_array_size_log2(p->class_id) : 0;
        *size = (size_t)(buffer->byte_length - (int)ta->offset) >> shift << shift;
    }
    *data = *size > 0 ? buffer->data + ta->offset : (uint8_t *)"";
    return 0;
}

JSValue engine_new_list(JSContext *ctx, uint32_t count, JSValue **items)
{
    JSValue array = JS_NewArray(ctx);
    if (count == 0 || JS_IsException(array))
        return array;
    JSObject *p = JS_VALUE_GET_OBJ(array);
    if (count > INT32_MAX || expand_fast_array(ctx, p, count)) {
        JS_FreeValue(ctx, array);
        return count > INT32_MAX ? JS_ThrowOutOfMemory(ctx) : JS_EXCEPTION;
    }
    *items = p->u.array.u.values;
    for (uint32_t i = 0; i < count; i++)
        (*items)[i] = JS_UNDEFINED;
    p->u.array.count = count;
    p->prop[0].u.value = js_int32((int32_t)count);
    return array;
}

void engine_seed_random(JSContext *ctx, uint64_t seed)
{
    ctx->random_state = seed != 0 ? seed : 1;
}

JSValue engine_lexical_names(JSContext *ctx)
{
    return engine_named_keys(ctx, ctx->global_var_obj);
}

bool engine_lexical_value(JSContext *ctx, JSAtom name, JSValue *value)
{
    JSProperty *property;
    JSShapeProperty *shape = find_own_property(&property, JS_VALUE_GET_OBJ(ctx->global_var_obj), name);
    if (!shape || (shape->flags & JS_PROP_TMASK) != JS_PROP_NORMAL || JS_IsUninitialized(property->u.value))
        return false;
    *value = JS_DupValue(ctx, property->u.value);
    return true;
}

void engine_poll_soon(JSContext *ctx)
{
    ctx->interrupt_counter = 1;
}

uintptr_t engine_stack_limit(JSContext *ctx)
{
    return ctx->rt->stack_limit;
}

void engine_drop_jobs(JSRuntime *rt)
{
    struct list_head *entry, *next;
    list_for_each_safe(entry, next, &rt->job_list) {
        JSJobEntry *job = list_entry(entry, JSJobEntry, link);
        list_del(&job->link);
        for (int i = 0; i < job->argc; i++)
            JS_FreeValue(job->ctx, job->argv[i]);
        js_free_rt(rt, job);
    }
}

void engine_settle(JSRuntime *rt)
{
    JS_FreeValueRT(rt, rt->current_exception);
    rt->current_exception = JS_UNINITIALIZED;
    rt->current_stack_frame = NULL;
    rt->in_out_of_memory = false;
    rt->in_build_stack_trace = false;
}

void engine_tune_gc(JSRuntime *rt, size_t least, size_t most)
{
    size_t used = rt->malloc_state.malloc_size;
    if (rt->malloc_gc_threshold < least)
        rt->malloc_gc_threshold = least;
    else if (rt->malloc_gc_threshold > used + most)
        rt->malloc_gc_threshold = used + most;
}

JSValue engine_error_stack(JSContext *ctx, JSValueConst error)
{
    if (JS_VALUE_GET_TAG(error) != JS_TAG_OBJECT)
        return JS_UNDEFINED;
    JSObject *p = JS_VALUE_GET_OBJ(error);
    JSProperty *pr;
    JSShapeProperty *prs = find_own_property(&pr, p, JS_ATOM_stack);
    if (prs) {
        if ((prs->flags & JS_PROP_TMASK) == JS_PROP_NORMAL && JS_IsString(pr->u.value))
            return js_dup(pr->u.value);
        return JS_UNDEFINED;
    }
    if (p->class_id == JS_CLASS_ERROR && JS_IsString(p->u.object_data))
        return js_dup(p->u.object_data);
    (void)ctx;
    return JS_UNDEFINED;
}

bool engine_is_class_name(JSContext *ctx, JSValueConst object, const char *name, size_t size)
{
    JSObject *p = JS_VALUE_GET_TAG(object) == JS_TAG_OBJECT ? JS_VALUE_GET_OBJ(object) : NULL;
    for (int depth = 0; p && depth < 16; p = p->shape->proto, depth++) {
        JSProperty *property;
        JSShapeProperty *found = find_own_property(&property, p, JS_ATOM_constructor);
        if (!found || (found->flags & JS_PROP_TMASK) != JS_PROP_NORMAL)
            continue;
        const char *text = get_func_name(ctx, property->u.value);
        bool same = text && strlen(text) == size && memcmp(text, name, size) == 0;
        JS_FreeCString(ctx, text);
        if (same)
            return true;
    }
    return false;
}

bool engine_is_syntax_error(JSContext *ctx, JSValueConst error)
{
    if (JS_VALUE_GET_TAG(error) != JS_TAG_OBJECT)
        return false;
    JSObject *p = JS_VALUE_GET_OBJ(error);
    JSValue proto = ctx->native_error_proto[JS_SYNTAX_ERROR];
    return p->class_id == JS_CLASS_ERROR && p->shape->proto == JS_VALUE_GET_OBJ(proto);
}

// How compiled code reads the globals `module` and `exports`.
typedef struct CommonJSUse {
    bool reads; // throws where there is none
    bool asks;  // typeof
} CommonJSUse;

static void commonjs_uses(const JSFunctionBytecode *b, JSAtom module, JSAtom exports, CommonJSUse *own, CommonJSUse *inner,
                          int depth)
{
    for (int at = 0; at < b->byte_code_len;) {
        const uint8_t *op = b->byte_code_buf + at;
        if (*op == OP_get_var || *op == OP_get_var_undef) {
            JSAtom name = get_u32(op + 1);
            if (name == module || name == exports)
                *(*op == OP_get_var ? &own->reads : &own->asks) = true;
        }
        at += short_opcode_info(*op).size;
    }
    // Deeper than this nobody writes a bundle's frame.
    if (depth == 32)
        return;
    for (int i = 0; i < b->cpool_count; i++) {
        if (JS_VALUE_GET_TAG(b->cpool[i]) == JS_TAG_FUNCTION_BYTECODE)
            commonjs_uses(JS_VALUE_GET_PTR(b->cpool[i]), module, exports, inner, inner, depth + 1);
    }
}

bool engine_is_commonjs(JSContext *ctx, JSValueConst compiled)
{
    if (JS_VALUE_GET_TAG(compiled) != JS_TAG_FUNCTION_BYTECODE)
        return false;
    JSAtom module = JS_NewAtom(ctx, "module");
    JSAtom exports = JS_NewAtom(ctx, "exports");
    CommonJSUse own = {0}, inner = {0};
    commonjs_uses(JS_VALUE_GET_PTR(compiled), module, exports, &own, &inner, 0);
    JS_FreeAtom(ctx, module);
    JS_FreeAtom(ctx, exports);
    if (own.asks)
        return false;
    return own.reads || (inner.reads && !inner.asks);
}

JSValue engine_new_error(JSContext *ctx, const char *type, const char *message)
{
    static const struct {
        const char *name;
        JSErrorEnum number;
    } classes[] = {
        {"Error", JS_PLAIN_ERROR},           {"TypeError", JS_TYPE_ERROR},     {"RangeError", JS_RANGE_ERROR},
        {"ReferenceError", JS_REFERENCE_ERROR}, {"SyntaxError", JS_SYNTAX_ERROR}, {"URIError", JS_URI_ERROR},
        {"EvalError", JS_EVAL_ERROR},        {"InternalError", JS_INTERNAL_ERROR},
    };
    for (size_t i = 0; i < countof(classes); i++) {
        if (strcmp(type, classes[i].name) == 0)
            return JS_MakeError2(ctx, classes[i].number, true, message);
    }
    return JS_UNDEFINED;
}

JSValue engine_new_error_proto(JSContext *ctx, JSValueConst proto, JSValue message)
{
    JSValue obj = JS_NewObjectProtoClass(ctx, proto, JS_CLASS_ERROR);
    if (JS_IsException(obj)) {
        JS_FreeValue(ctx, message);
        return obj;
    }
    JS_DefinePropertyValue(ctx, obj, JS_ATOM_message, message, JS_PROP_WRITABLE | JS_PROP_CONFIGURABLE);
    build_backtrace(ctx, obj, JS_UNDEFINED, NULL, 0, 0, 0);
    return obj;
}

void engine_set_error_stack(JSContext *ctx, JSValueConst error, JSValue stack)
{
    JSObject *p = JS_VALUE_GET_TAG(error) == JS_TAG_OBJECT ? JS_VALUE_GET_OBJ(error) : NULL;
    if (p && p->class_id == JS_CLASS_ERROR)
        set_value(ctx, &p->u.object_data, stack);
    else
        JS_FreeValue(ctx, stack);
}

int engine_capture_sites(JSContext *ctx, EngineSite *sites, int max)
{
    int count = 0;
    for (JSStackFrame *sf = ctx->rt->current_stack_frame; sf && count < max; sf = sf->prev_frame) {
        JSObject *p = JS_VALUE_GET_OBJ(sf->cur_func);
        if (!js_class_has_bytecode(p->class_id) || !sf->cur_pc)
            continue;
        JSFunctionBytecode *b = p->u.func.function_bytecode;
        char name[8];
        JS_AtomGetStr(ctx, name, sizeof(name), b->filename);
        if (strncmp(name, "goru:", 5) == 0)
            continue;
        sites[count++] = (EngineSite){js_dup(sf->cur_func), (uint32_t)(sf->cur_pc - b->byte_code_buf - 1)};
    }
    return count;
}

JSValue engine_describe_sites(JSContext *ctx, const EngineSite *sites, int count)
{
    DynBuf text;
    js_dbuf_init(ctx, &text);
    for (int i = 0; i < count; i++) {
        JSFunctionBytecode *b = JS_VALUE_GET_OBJ(sites[i].function)->u.func.function_bytecode;
        int column = 0;
        int line = find_line_num(ctx, b, sites[i].pc, &column);
        const char *name = get_func_name(ctx, sites[i].function);
        const char *file = JS_AtomToCString(ctx, b->filename);
        dbuf_printf(&text, "    at %s (%s:%d:%d)\n", name && *name ? name : "<anonymous>", file ? file : "?", line, column);
        JS_FreeCString(ctx, name);
        JS_FreeCString(ctx, file);
    }
    JSValue result = dbuf_error(&text) ? JS_UNDEFINED : JS_NewStringLen(ctx, (char *)text.buf, text.size);
    dbuf_free(&text);
    return result;
}
