// What the shim needs from the inside of QuickJS-NG and its public interface does not offer. engine.c includes
// quickjs.c, so these functions see the engine's own structures and no upstream source is patched.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quickjs.h"

// The kinds of values that inspection and cloning tell apart. prelude/primordials.js lists the same numbers.
typedef enum EngineKind {
    KIND_PRIMITIVE,
    KIND_OBJECT,
    KIND_ARRAY,
    KIND_FUNCTION,
    KIND_ERROR,
    KIND_MAP,
    KIND_SET,
    KIND_DATE,
    KIND_REGEXP,
    KIND_PROMISE,
    KIND_PROXY,
    KIND_ARRAY_BUFFER,
    KIND_TYPED_ARRAY,
    KIND_DATA_VIEW,
    KIND_BOXED,
    KIND_WEAK,
    KIND_ARGUMENTS,
    KIND_MODULE,
    KIND_GENERATOR,
    KIND_ITERATOR,
    KIND_DOM_EXCEPTION,
} EngineKind;

EngineKind engine_kind(JSValueConst value);

// A context with every intrinsic the sandbox offers.
JSContext *engine_new_context(JSRuntime *rt);

// The own keys of an object that are not small integers, as an array. Takes no time for the elements of an array. Not for
// proxies and other exotic objects.
JSValue engine_named_keys(JSContext *ctx, JSValueConst object);

// An object that stands for a primitive, which it takes, becomes that primitive as JSON.stringify has it: a boxed number,
// string, boolean or BigInt. Other objects stay.
JSValue engine_unbox(JSContext *ctx, JSValue object);

// Whether an object is one that JSON.rawJSON made.
bool engine_is_raw_json(JSValueConst object);

// The bytes of a typed array or DataView as they are now. -1 on an exception.
int engine_view_bytes(JSContext *ctx, JSValueConst view, uint8_t **data, size_t *size);

// A new array of `count` values, all undefined, which lie at `items` as long as nothing else has the array.
JSValue engine_new_list(JSContext *ctx, uint32_t count, JSValue **items);

// Replaces the state of Math.random.
void engine_seed_random(JSContext *ctx, uint64_t seed);

// The names that scripts have declared with let, const and class, as an array.
JSValue engine_lexical_names(JSContext *ctx);

// The value of one of them; false where there is none, or none yet.
bool engine_lexical_value(JSContext *ctx, JSAtom name, JSValue *value);

// Makes the next poll of the interrupt handler happen at once.
void engine_poll_soon(JSContext *ctx);

// The address below which the stack of a function that recurses must not reach; see stack.h.
uintptr_t engine_stack_limit(JSContext *ctx);

// Forgets every queued job.
void engine_drop_jobs(JSRuntime *rt);

// Forgets whatever an unfinished run left behind in the runtime.
void engine_settle(JSRuntime *rt);

// The methods of built-in types that depend on a locale. prelude/intl.js has the same numbers.
typedef enum EngineLocaleMethod {
    LOCALE_NUMBER,
    LOCALE_BIG_INT,
    LOCALE_DATE_TIME,
    LOCALE_DATE,
    LOCALE_TIME,
    LOCALE_LOWER,
    LOCALE_UPPER,
    LOCALE_COMPARE,
    LOCALE_ARRAY,
    LOCALE_TYPED_ARRAY,
    LOCALE_ZONE_NAME, // what stands behind the text of a date
} EngineLocaleMethod;

// What the engine's own functions of these names are replaced with (build.sh); intl.c has it.
JSValue intl_method(JSContext *ctx, JSValueConst this_value, int argc, JSValueConst *argv, int method);

// Keeps the collector's threshold at or above `least`, and at most `most` above what is in use.
void engine_tune_gc(JSRuntime *rt, size_t least, size_t most);

// The stack an Error object recorded, without running guest code; undefined when there is none.
JSValue engine_error_stack(JSContext *ctx, JSValueConst error);

// True when `name` is the name of a class that the object belongs to, found without running guest code.
bool engine_is_class_name(JSContext *ctx, JSValueConst object, const char *name, size_t size);

// True for an object whose prototype is the intrinsic %SyntaxError.prototype%.
bool engine_is_syntax_error(JSContext *ctx, JSValueConst error);

// True when compiled code, as JS_Eval gives it with JS_EVAL_FLAG_COMPILE_ONLY, is a CommonJS module: it uses `module` or
// `exports` where nothing declares them, and does not ask with typeof first, as a library for every loader does.
bool engine_is_commonjs(JSContext *ctx, JSValueConst compiled);

// A new error of the intrinsic class `type`, or undefined when there is no class of that name.
JSValue engine_new_error(JSContext *ctx, const char *type, const char *message);

// A new error object with the given prototype and the stack of the caller.
JSValue engine_new_error_proto(JSContext *ctx, JSValueConst proto, JSValue message);

// Writes the recorded stack of an error object.
void engine_set_error_stack(JSContext *ctx, JSValueConst error, JSValue stack);

// Where guest code stands right now: the function and the offset in its byte code, to be turned into text later.
typedef struct EngineSite {
    JSValue function;
    uint32_t pc;
} EngineSite;

// Records up to `max` frames whose file name does not start with "goru:". Returns their number.
int engine_capture_sites(JSContext *ctx, EngineSite *sites, int max);
// The text of recorded frames in the form of Error.prototype.stack.
JSValue engine_describe_sites(JSContext *ctx, const EngineSite *sites, int count);
