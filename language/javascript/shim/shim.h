// The parts of the guest and what they offer each other. One interpreter lives in one WebAssembly instance, so all
// state is global.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buffer.h"
#include "engine.h"
#include "quickjs.h"

// ---- memory.c: the allocator and what happens when it has nothing left ----

extern const JSMallocFunctions memory_functions;

// True once an allocation failed since the last memory_begin_run.
extern bool memory_exhausted;

// Puts a block aside that the first failed allocation gives back, so that errors can still be made and reported.
void memory_begin_run(void);
// Gives that block back now.
void memory_release_reserve(void);

// ---- abi.c: imports and exports of the module ----

extern JSContext *goru_context;

typedef struct Response {
    bool ok;        // the status byte was 'o'
    char *json;     // NUL-terminated payload
    size_t size;    // its length
    char *owned;    // to be freed with response_free
} Response;

// Sends a request and receives its response. False when there is no memory for it or the host sent none.
bool cross(const Buffer *request, Response *response);
void response_free(Response *response);

// ---- interrupt.c: soft interrupts ----

// True once the host's wish to interrupt was seen in this run.
extern bool interrupt_seen;

void interrupt_install(JSRuntime *rt);
void interrupt_begin_run(void);
// Looks at the flag now; true when the run has to end.
bool interrupt_poll(void);

// ---- host.c: calls to the host ----

int host_install(JSContext *ctx, JSValueConst native);
// True while an asynchronous call is queued or in flight.
bool host_pending(void);
// Sends what is queued, waits until something completes and settles the promises of what did. -1 on an exception.
int host_wait(JSContext *ctx);
// Forgets everything that is queued or in flight.
void host_drop(JSContext *ctx);
// Makes one call and returns its result. `name` is a string, `args` the JSON text of an object.
JSValue host_send(JSContext *ctx, JSValueConst name, const char *args, size_t size);
// Queues a call and returns its promise.
JSValue host_start(JSContext *ctx, JSValueConst name, const char *args, size_t size);

// ---- wire.c: what http, fs and kv send and receive ----

int wire_install(JSContext *ctx, JSValueConst native);

// ---- values.c: values of kv as JSON text, without loss ----

int values_install(JSContext *ctx, JSValueConst native);

// ---- io.c: standard streams ----

int io_install(JSContext *ctx, JSValueConst native);
void io_begin_run(void);
// Writes all of it; what the host does not take is dropped.
void io_write_text(int descriptor, const char *text, size_t size);

// ---- text.c: UTF-8 in both directions ----

int text_install(JSContext *ctx, JSValueConst native);
// Decodes UTF-8 by the rules of the WHATWG Encoding standard; every invalid sequence becomes U+FFFD.
JSValue text_decode_utf8(JSContext *ctx, const uint8_t *data, size_t size);
// Finds the bytes of a typed array or ArrayBuffer. -1 on an exception.
int text_view_bytes(JSContext *ctx, JSValueConst value, uint8_t **data, size_t *size);
bool text_is_utf8(const uint8_t *data, size_t size);
// UTF-8 of a string with lone surrogates replaced by U+FFFD. Free with JS_FreeCString. NULL on an exception.
const char *text_encode_utf8(JSContext *ctx, size_t *size, JSValueConst value);

// ---- clock.c: time and randomness, all from the host at run time ----

int clock_install(JSContext *ctx, JSValueConst native);
// Milliseconds since 1970 by the host's clock.
double clock_wall_ms(void);
// Starts the session's time origin and reseeds Math.random.
void clock_begin_session(JSContext *ctx);

// ---- reflect.c: what inspection and cloning ask about a value without running guest code ----

int reflect_install(JSContext *ctx, JSValueConst native);

// ---- prelude.c: the part of the guest that is written in JavaScript ----

typedef struct Prelude {
    JSValue inspect;          // inspect(value) -> text
    JSValue host_error_proto; // HostError.prototype
} Prelude;

extern Prelude prelude;

int prelude_load(JSContext *ctx);

// ---- sources.c: source texts for tracebacks ----

// Keeps a text under a name; a later text of the same name replaces it. Both were made by JS_ToCString and belong to
// the table from now on.
void sources_keep(JSContext *ctx, const char *name, const char *text, size_t size);
// Appends "name:line", the source line and a caret under `column`, each with a line end. False if the line is unknown.
bool sources_show(Buffer *out, const char *name, size_t name_size, int line, int column);

// ---- frames.c: stacks of errors ----

// Appends the frames of an error that are the user's own, each as a line with its line end. Nothing where there are none.
void frames_of_error(JSContext *ctx, Buffer *out, JSValueConst error);

typedef struct FramePlace {
    const char *name;
    size_t name_size;
    int line;
    int column;
} FramePlace;

// The place that the frame at the start of a cleaned stack names.
bool frames_place(const char *stack, size_t size, FramePlace *place);

// ---- errors.c: the outcome of a run that failed ----

// Appends the outcome's JSON for an uncaught value.
void errors_report(JSContext *ctx, Buffer *out, JSValueConst thrown);
// The text inspect() gives for a value, at most `limit` bytes; never fails.
void errors_inspect(JSContext *ctx, Buffer *out, JSValueConst value, size_t limit);

// ---- modules.c: import is refused ----

void modules_install(JSRuntime *rt);

// ---- run.c: one job from its JSON to its outcome ----

void run_install(JSRuntime *rt);
// Sets the limit of the stack relative to the caller.
void run_prepare_stack(JSRuntime *rt);
// Runs a program like many, so that what the engine makes at the first use is in the image.
int run_warm_up(JSContext *ctx);
bool run_job(JSContext *ctx, const char *json, size_t size);
