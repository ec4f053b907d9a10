#include "shim.h"

#include <stdlib.h>
#include <string.h>

// Buffers up to this size stay allocated between crossings.
enum { KEEP_SIZE = 64 * 1024, SITES = 3 };

// What host_begin writes before the name: a tuple's head and the operation.
enum { CALL_HEAD = 10 };

// An asynchronous call that was started and has not completed.
typedef struct Call {
    int64_t id;
    JSValue resolve;
    JSValue reject;
    // Of its promise, which `resolve` keeps alive.
    const void *promise;
    // Where it was started: its error has no stack of its own.
    EngineSite sites[SITES];
    int site_count;
} Call;

// Of finished requests, for the next one: guest code that runs while a request is built may make calls itself.
static Buffer spare;
static Buffer queue; // (id, name, args) of queued calls
static uint32_t queued_count;
static Buffer cancelled; // ids that nobody waits for any more
static uint32_t cancelled_count;
static Call *calls; // in order of their ids
static size_t call_count;
static size_t call_capacity;
static size_t live_count;
static int64_t next_id = 1;

static Buffer take_buffer(void)
{
    Buffer taken = spare;
    spare = (Buffer){0};
    return taken;
}

static void drop_queue(void)
{
    buffer_reset(&queue, KEEP_SIZE);
    queued_count = 0;
    buffer_reset(&cancelled, KEEP_SIZE);
    cancelled_count = 0;
}

static void call_clear_sites(JSContext *ctx, Call *call)
{
    for (int i = 0; i < call->site_count; i++)
        JS_FreeValue(ctx, call->sites[i].function);
    call->site_count = 0;
}

static void call_clear(JSContext *ctx, Call *call)
{
    JS_FreeValue(ctx, call->resolve);
    JS_FreeValue(ctx, call->reject);
    call_clear_sites(ctx, call);
    *call = (Call){.id = call->id, .resolve = JS_UNDEFINED, .reject = JS_UNDEFINED};
}

// Copies a string of the host's details onto the error.
static void copy_detail(JSContext *ctx, JSValueConst error, JSValueConst details, const char *name)
{
    JSValue value = JS_GetPropertyStr(ctx, details, name);
    if (JS_IsString(value))
        JS_DefinePropertyValueStr(ctx, error, name, value, JS_PROP_WRITABLE | JS_PROP_CONFIGURABLE);
    else
        JS_FreeValue(ctx, value);
}

// The host's message, and the path that the error is about.
static JSValue error_message(JSContext *ctx, JSValueConst message, JSValueConst details)
{
    Buffer text = {0};
    JSValue path = JS_IsObject(details) ? JS_GetPropertyStr(ctx, details, "path") : JS_UNDEFINED;
    JSValueConst parts[] = {message, path};
    static const char *const before[] = {"", ": '"};
    for (int i = 0; i < 2; i++) {
        size_t size;
        const char *part = JS_IsString(parts[i]) ? JS_ToCStringLen(ctx, &size, parts[i]) : NULL;
        if (part) {
            buffer_text(&text, before[i]);
            buffer_append(&text, part, size);
            buffer_text(&text, i == 1 ? "'" : "");
        }
        JS_FreeCString(ctx, part);
    }
    JS_FreeValue(ctx, path);
    if (text.size == 0)
        buffer_text(&text, "the host sent no message");
    JSValue result = JS_NewStringLen(ctx, text.data, text.failed ? 0 : text.size);
    buffer_reset(&text, 0);
    return result;
}

// An error from the host's `[type, message]` or `[type, message, details]`.
static JSValue host_error(JSContext *ctx, JSValueConst list)
{
    JSValue type = JS_GetPropertyUint32(ctx, list, 0);
    JSValue message = JS_GetPropertyUint32(ctx, list, 1);
    JSValue details = JS_GetPropertyUint32(ctx, list, 2);
    JSValue error = JS_UNDEFINED;
    const char *type_text = JS_IsString(type) ? JS_ToCString(ctx, type) : NULL;
    const char *message_text = JS_IsString(message) ? JS_ToCString(ctx, message) : NULL;
    if (type_text && message_text)
        error = engine_new_error(ctx, type_text, message_text);
    if (JS_IsUndefined(error)) {
        error = engine_new_error_proto(ctx, prelude.host_error_proto, error_message(ctx, message, details));
        if (!JS_IsException(error) && type_text && strcmp(type_text, "HostError") != 0)
            JS_DefinePropertyValueStr(ctx, error, "name", JS_DupValue(ctx, type),
                                      JS_PROP_WRITABLE | JS_PROP_CONFIGURABLE);
        if (!JS_IsException(error) && JS_IsObject(details)) {
            copy_detail(ctx, error, details, "code");
            copy_detail(ctx, error, details, "path");
        }
    }
    JS_FreeCString(ctx, type_text);
    JS_FreeCString(ctx, message_text);
    JS_FreeValue(ctx, type);
    JS_FreeValue(ctx, message);
    JS_FreeValue(ctx, details);
    return error;
}

static JSValue crossing_failed(JSContext *ctx, const Buffer *request)
{
    if (memory_exhausted || request->failed) {
        memory_release_reserve();
        return JS_ThrowOutOfMemory(ctx);
    }
    return JS_ThrowPlainError(ctx, "the host sent no response");
}

// Crosses and returns the value, or throws.
static JSValue exchange(JSContext *ctx, const Buffer *request)
{
    Response response;
    if (!cross(request, &response))
        return crossing_failed(ctx, request);
    bool ok;
    JSValue result = codec_decode_answer(ctx, response.data, response.size, &ok);
    response_free(&response);
    if (!ok && !JS_IsException(result)) {
        JSValue error = host_error(ctx, result);
        JS_FreeValue(ctx, result);
        return JS_IsException(error) ? error : JS_Throw(ctx, error);
    }
    return result;
}

static int require_name(JSContext *ctx, int argc, JSValueConst *argv)
{
    if (argc > 0 && JS_IsString(argv[0]))
        return 0;
    JS_ThrowTypeError(ctx, "the name of a host function must be a string");
    return -1;
}

int host_begin(JSContext *ctx, Buffer *call, JSValueConst name)
{
    *call = take_buffer();
    size_t size;
    const char *text = JS_ToCStringLen(ctx, &size, name);
    if (!text) {
        host_abandon(call);
        return -1;
    }
    marshal_sequence(call, MARSHAL_TUPLE, 3);
    marshal_integer(call, 'c');
    marshal_string(call, MARSHAL_TEXT, text, size);
    JS_FreeCString(ctx, text);
    return 0;
}

void host_abandon(Buffer *call)
{
    buffer_reset(call, spare.data ? 0 : KEEP_SIZE);
    if (call->data)
        spare = *call;
}

JSValue host_send(JSContext *ctx, Buffer *call)
{
    JSValue result = exchange(ctx, call);
    host_abandon(call);
    // A soft interrupt that came while the host was busy is noticed at the next poll.
    engine_poll_soon(ctx);
    return result;
}

// Begins a call of guest code.
static int begin(JSContext *ctx, Buffer *call, int argc, JSValueConst *argv)
{
    if (require_name(ctx, argc, argv) < 0 || host_begin(ctx, call, argv[0]) < 0)
        return -1;
    if (codec_arguments(ctx, call, argc > 1 ? argv[1] : JS_UNDEFINED) == 0)
        return 0;
    host_abandon(call);
    return -1;
}

static JSValue host_call(JSContext *ctx, JSValueConst this_value, int argc, JSValueConst *argv)
{
    (void)this_value;
    Buffer call;
    return begin(ctx, &call, argc, argv) < 0 ? JS_EXCEPTION : host_send(ctx, &call);
}

static Call *call_add(void)
{
    if (call_count == call_capacity && live_count < call_count / 2) {
        size_t kept = 0;
        for (size_t i = 0; i < call_count; i++) {
            if (!JS_IsUndefined(calls[i].resolve))
                calls[kept++] = calls[i];
        }
        call_count = kept;
    }
    if (call_count == call_capacity) {
        size_t capacity = call_capacity ? call_capacity * 2 : 16;
        Call *grown = realloc(calls, capacity * sizeof(Call));
        if (!grown)
            return NULL;
        calls = grown;
        call_capacity = capacity;
    }
    return &calls[call_count];
}

static Call *call_find(int64_t id)
{
    size_t low = 0, high = call_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (calls[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < call_count && calls[low].id == id && !JS_IsUndefined(calls[low].resolve))
        return &calls[low];
    return NULL;
}

// Queues a call whose promise has these functions, and takes them. -1 on an exception.
static int enqueue(JSContext *ctx, JSValue *functions, const Buffer *request)
{
    Call *call = request->failed ? NULL : call_add();
    size_t before = queue.size;
    if (call) {
        marshal_sequence(&queue, MARSHAL_TUPLE, 3);
        marshal_integer(&queue, next_id);
        buffer_append(&queue, request->data + CALL_HEAD, request->size - CALL_HEAD);
    }
    if (!call || queue.failed) {
        queue.size = before;
        queue.failed = false;
        JS_FreeValue(ctx, functions[0]);
        JS_FreeValue(ctx, functions[1]);
        memory_release_reserve();
        JS_ThrowOutOfMemory(ctx);
        return -1;
    }
    *call = (Call){.id = next_id++, .resolve = functions[0], .reject = functions[1]};
    call->site_count = engine_capture_sites(ctx, call->sites, SITES);
    call_count++;
    live_count++;
    queued_count++;
    return 0;
}

JSValue host_start(JSContext *ctx, Buffer *call)
{
    JSValue functions[2];
    JSValue promise = JS_NewPromiseCapability(ctx, functions);
    if (!JS_IsException(promise) && enqueue(ctx, functions, call) < 0) {
        JS_FreeValue(ctx, promise);
        promise = JS_EXCEPTION;
    }
    if (!JS_IsException(promise))
        calls[call_count - 1].promise = JS_VALUE_GET_PTR(promise);
    host_abandon(call);
    return promise;
}

void host_cancel(JSContext *ctx, JSValueConst promise)
{
    for (size_t i = call_count; i-- > 0;) {
        if (JS_IsUndefined(calls[i].resolve) || calls[i].promise != JS_VALUE_GET_PTR(promise))
            continue;
        const size_t before = cancelled.size;
        marshal_integer(&cancelled, calls[i].id);
        if (cancelled.failed) {
            // Then the host does it to its end.
            cancelled.failed = false;
            cancelled.size = before;
        } else {
            cancelled_count++;
        }
        call_clear(ctx, &calls[i]);
        live_count--;
        return;
    }
}

// As in an async function, a bad argument rejects the promise.
static JSValue rejected(JSContext *ctx)
{
    JSValue error = JS_GetException(ctx);
    if (JS_IsUncatchableError(error))
        return JS_Throw(ctx, error);
    JSValue functions[2];
    JSValue promise = JS_NewPromiseCapability(ctx, functions);
    if (!JS_IsException(promise)) {
        JSValue done = JS_Call(ctx, functions[1], JS_UNDEFINED, 1, (JSValueConst *)&error);
        JS_FreeValue(ctx, functions[0]);
        JS_FreeValue(ctx, functions[1]);
        if (JS_IsException(done)) {
            JS_FreeValue(ctx, promise);
            promise = JS_EXCEPTION;
        }
        JS_FreeValue(ctx, done);
    }
    JS_FreeValue(ctx, error);
    return promise;
}

static JSValue host_async_call(JSContext *ctx, JSValueConst this_value, int argc, JSValueConst *argv)
{
    (void)this_value;
    Buffer call;
    return begin(ctx, &call, argc, argv) < 0 ? rejected(ctx) : host_start(ctx, &call);
}

bool host_pending(void)
{
    return live_count > 0;
}

void host_drop(JSContext *ctx)
{
    for (size_t i = 0; i < call_count; i++)
        call_clear(ctx, &calls[i]);
    call_count = 0;
    live_count = 0;
    if (call_capacity > 256) {
        free(calls);
        calls = NULL;
        call_capacity = 0;
    }
    drop_queue();
}

// Settles one call; takes `value`, which is the result or, when it failed, the error.
static int settle(JSContext *ctx, Call *call, bool ok, JSValue value)
{
    // The table may move while guest code runs.
    JSValue function = JS_DupValue(ctx, ok ? call->resolve : call->reject);
    if (!ok && call->site_count > 0)
        engine_set_error_stack(ctx, value, engine_describe_sites(ctx, call->sites, call->site_count));
    call_clear(ctx, call);
    live_count--;
    JSValue done = JS_Call(ctx, function, JS_UNDEFINED, 1, (JSValueConst *)&value);
    JS_FreeValue(ctx, function);
    JS_FreeValue(ctx, value);
    if (JS_IsException(done))
        return -1;
    JS_FreeValue(ctx, done);
    return 0;
}

// Settles what the list of a batch response names. Returns the number of settled calls, or -1 on an exception.
static int settle_list(JSContext *ctx, JSValueConst list)
{
    int64_t count = 0;
    if (!JS_IsArray(list) || JS_GetLength(ctx, list, &count) < 0)
        return 0;
    int settled = 0;
    for (int64_t i = 0; i < count; i++) {
        JSValue entry = JS_GetPropertyInt64(ctx, list, i);
        if (!JS_IsArray(entry)) {
            JS_FreeValue(ctx, entry);
            continue;
        }
        JSValue id_value = JS_GetPropertyUint32(ctx, entry, 0);
        JSValue ok_value = JS_GetPropertyUint32(ctx, entry, 1);
        int64_t id = 0;
        int bad = JS_IsNumber(id_value) ? JS_ToInt64(ctx, &id, id_value) : 1;
        bool ok = JS_IsBool(ok_value) && JS_ToBool(ctx, ok_value);
        JS_FreeValue(ctx, id_value);
        JS_FreeValue(ctx, ok_value);
        Call *call = bad ? NULL : call_find(id);
        if (!call) {
            JS_FreeValue(ctx, entry);
            continue;
        }
        JSValue value = JS_GetPropertyUint32(ctx, entry, 2);
        JS_FreeValue(ctx, entry);
        if (!ok) {
            JSValue error = host_error(ctx, value);
            JS_FreeValue(ctx, value);
            value = error;
        }
        if (JS_IsException(value) || settle(ctx, call, ok, value) < 0)
            return -1;
        settled++;
    }
    return settled;
}

// Rejects every call that was started with one error; takes `error`.
static int reject_all(JSContext *ctx, JSValue error)
{
    int result = 0;
    for (size_t i = 0; i < call_count && result == 0; i++) {
        if (!JS_IsUndefined(calls[i].reject)) {
            call_clear_sites(ctx, &calls[i]);
            result = settle(ctx, &calls[i], false, JS_DupValue(ctx, error));
        }
    }
    JS_FreeValue(ctx, error);
    return result;
}

int host_wait(JSContext *ctx, double timeout_ms)
{
    // (op, calls, cancelled, timeout)
    Buffer request = take_buffer();
    marshal_sequence(&request, MARSHAL_TUPLE, 4);
    marshal_integer(&request, 'b');
    marshal_sequence(&request, MARSHAL_LIST, queued_count);
    buffer_append(&request, queue.data, queue.size);
    marshal_sequence(&request, MARSHAL_LIST, cancelled_count);
    buffer_append(&request, cancelled.data, cancelled.size);
    if (timeout_ms < 0)
        buffer_byte(&request, MARSHAL_NONE);
    else
        codec_number(&request, timeout_ms);
    drop_queue();
    JSValue list = exchange(ctx, &request);
    host_abandon(&request);
    if (JS_IsException(list)) {
        JSValue error = JS_GetException(ctx);
        if (JS_IsUncatchableError(error)) {
            JS_Throw(ctx, error);
            return -1;
        }
        return reject_all(ctx, error);
    }
    int settled = settle_list(ctx, list);
    JS_FreeValue(ctx, list);
    if (settled == 0 && timeout_ms < 0)
        return reject_all(ctx, engine_new_error(ctx, "Error", "the host lost this call"));
    return settled < 0 ? -1 : 0;
}

static JSValue host_time_now(JSContext *ctx, JSValueConst this_value, int argc, JSValueConst *argv)
{
    (void)this_value;
    (void)argc;
    (void)argv;
    return JS_NewFloat64(ctx, clock_wall_ms() / 1000.0);
}

int host_install(JSContext *ctx, JSValueConst native)
{
    (void)native;
    static const JSCFunctionListEntry functions[] = {
        JS_CFUNC_DEF("call", 2, host_call),
        JS_CFUNC_DEF("asyncCall", 2, host_async_call),
        JS_CFUNC_DEF("time_now", 0, host_time_now),
    };
    JSValue global = JS_GetGlobalObject(ctx);
    int result = JS_SetPropertyFunctionList(ctx, global, functions, sizeof(functions) / sizeof(functions[0]));
    JS_FreeValue(ctx, global);
    return result;
}
