// The parts of the guest and what they offer each other. One interpreter lives in one WebAssembly instance, so all
// state is global.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine.h"
#include "json_text.h"
#include "marshal.h"
#include "quickjs.h"

// ---- memory.c: the allocator and what happens when it has nothing left ----

extern const JSMallocFunctions memory_functions;

// True once an allocation failed since the last memory_begin_run.
extern bool memory_exhausted;

// Puts a block aside that the first failed allocation gives back, so that errors can still be made and reported.
void memory_begin_run(void);
// Called while the image is built: what was freed so far is never used again. Small allocations would be scattered over
// it, and each page that a run touches costs it a copy; from now on they come from one place.
void memory_close_holes(void);
// Gives that block back now.
void memory_release_reserve(void);
// Asks the host for all memory that there can be, piece by piece. It believes that memory was short where it has refused some,
// and a request that is larger than all memory fails without asking it.
void memory_ask_for_all(void);

// ---- abi.c: imports and exports of the module ----

extern JSContext *goru_context;

typedef struct Response {
    const char *data;
    size_t size;
    char *owned; // to be freed with response_free
} Response;

// Sends a request and receives its response. False when there is no memory for it or the host sent none.
bool cross(const Buffer *request, Response *response);
void response_free(Response *response);

// The source map that came with the job, NULL where none did. The caller frees it.
char *map_take(size_t *size);

// ---- interrupt.c: soft interrupts ----

// True once the host's wish to interrupt was seen in this run.
extern bool interrupt_seen;

void interrupt_install(JSRuntime *rt);
void interrupt_begin_run(void);
// Looks at the flag now; true when the run has to end.
bool interrupt_poll(void);

// ---- codec.c: values as they cross to the host ----

int codec_install(JSContext *ctx);
// The head of a request whose payload is the one value that follows.
void codec_begin(Buffer *out, char op);
// Text that ends with a NUL.
void codec_text(Buffer *out, const char *text);
// A number; none where JSON has no such number.
void codec_number(Buffer *out, double number);
// The bytes of an ArrayBuffer or of a view. -1 on an exception.
int codec_bytes(JSContext *ctx, Buffer *out, JSValueConst value);
// The arguments of a host function, by the rules of JSON.stringify; undefined: none. Runs guest code: getters, proxies, toJSON.
// -1 on an exception.
int codec_arguments(JSContext *ctx, Buffer *out, JSValueConst args);
// Reads the one value that fills `data`, which the host wrote. Runs no guest code.
JSValue codec_decode(JSContext *ctx, const char *data, size_t size);
// Reads an answer of the host; `ok` says whether its value is a result or an error.
JSValue codec_decode_answer(JSContext *ctx, const char *data, size_t size, bool *ok);

// ---- host.c: calls to the host ----

int host_install(JSContext *ctx, JSValueConst native);
// True while an asynchronous call is queued or in flight.
bool host_pending(void);
// Sends what is queued, waits until something completes, or for `timeout_ms` where that is not negative, and settles the
// promises of what did. -1 on an exception.
int host_wait(JSContext *ctx, double timeout_ms);
// Forgets everything that is queued or in flight.
void host_drop(JSContext *ctx);
// A call is begun, its arguments are appended to the buffer, one value, and then it is sent, started or abandoned. Several can be
// begun at a time. -1 on an exception, and then it is abandoned.
int host_begin(JSContext *ctx, Buffer *call, JSValueConst name);
// Makes the call and returns its result.
JSValue host_send(JSContext *ctx, Buffer *call);
// Queues the call and returns its promise.
JSValue host_start(JSContext *ctx, Buffer *call);
// Nobody waits any more for the call whose promise this is: it is never settled, and the host is told with the next crossing.
void host_cancel(JSContext *ctx, JSValueConst promise);
void host_abandon(Buffer *call);

// ---- timers.c: what a run does later ----

// What every program has: sleep; and native.unrefTimer.
int timers_install(JSContext *ctx, JSValueConst native);
// setTimeout and its kin, in sessions that have timers.
int timers_allow(JSContext *ctx);
bool timers_pending(void);
// Whether there is any timer, those included that the run does not go on for.
bool timers_any(void);
// Milliseconds until the next one is due; there must be one.
double timers_wait_ms(void);
// The time by which timers are due.
double timers_now(void);
// Calls the first timer that is due at `until`: 1, 0 where none is, -1 on an exception.
int timers_run_next(JSContext *ctx, double until);
// Forgets all timers.
void timers_drop(JSContext *ctx);

// ---- wire.c: what http, fs and kv send and receive ----

int wire_install(JSContext *ctx, JSValueConst native);

// ---- values.c: values of kv as JSON text, without loss ----

int values_install(JSContext *ctx, JSValueConst native);
// Like Array.isArray, which looks through proxies: 1, 0, or -1 on an exception.
int value_is_array(JSContext *ctx, JSValueConst value);

// ---- io.c: standard streams ----

int io_install(JSContext *ctx, JSValueConst native);
// exit(code): ends the run with that outcome; no code of the guest runs after it.
JSValue run_exit(JSContext *ctx, JSValueConst this_value, int argc, JSValueConst *argv);
void io_begin_run(void);
// Writes all of it; what the host does not take is dropped.
void io_write_text(int descriptor, const char *text, size_t size);

// ---- text.c: UTF-8 in both directions ----

int text_install(JSContext *ctx, JSValueConst native);
// Decodes UTF-8 by the rules of the WHATWG Encoding standard; every invalid sequence becomes U+FFFD.
JSValue text_decode_utf8(JSContext *ctx, const uint8_t *data, size_t size);
// Finds the bytes of an ArrayBuffer or of a view. -1 on an exception.
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

// ---- intl.c: what build.sh makes for Intl ----

int intl_install(JSContext *ctx, JSValueConst native);
// Makes local time that of a zone, UTC where the name is empty; throws where there is none of that name.
int intl_use_time_zone(JSContext *ctx, const char *name);

// ---- prompt.c: what a prompt asks about text that is being entered ----

// `question` is "complete" (-> a boolean) or "words" (-> {typed, words}).
JSValue prompt_answer(JSContext *ctx, JSValueConst question, JSValueConst code);

// ---- late.c: code that is loaded when it is first used ----

int late_install(JSContext *ctx, JSValueConst native);

// ---- prelude.c: the part of the guest that is written in JavaScript ----

typedef struct Prelude {
    JSValue inspect;          // inspect(value) -> text
    JSValue host_error_proto; // HostError.prototype
    JSValue node_begin;       // nodeBegin({name, arguments, environment, files}): Node's globals
    JSValue node_import;      // nodeImport(name) -> the module, or undefined
    JSValue web_begin;        // webBegin(): fetch, Request and Response
    JSValue prompt_words;     // promptWords(text) -> {typed, words}
    JSValue locale_method;    // (value, EngineLocaleMethod, first argument, second, third)
} Prelude;

extern Prelude prelude;

int prelude_load(JSContext *ctx);
// Shows whoever builds the image, on standard error, what went wrong: the pending exception.
void prelude_complain(JSContext *ctx);

// ---- translate.c: code in a language that becomes JavaScript (typescript.img) ----

// Makes the function that `text` evaluates to the translator of the code of all jobs: (code, want mappings) -> {code,
// mappings}, or {message, line, column}. `text` ends with a NUL. Called once, while the image is built.
int translate_install(JSContext *ctx, const char *text, size_t size);
bool translate_wanted(void);
// Code as JavaScript, or an exception that names its place. `mappings` may be NULL; else it gets the mappings of a source
// map of the translation.
JSValue translate(JSContext *ctx, JSValueConst code, const char *name, JSValue *mappings);

// ---- sources.c: source texts for tracebacks ----

// What a run was given.
typedef struct SourceText {
    const char *name; // made by JS_ToCString, as is the text
    const char *text;
    size_t size;
    char *map;       // the text of a source map, made by malloc, with a NUL behind it; NULL: none
    size_t map_size;
    bool translated; // what ran is not this text but its translation
} SourceText;

typedef struct FramePlace {
    const char *name;
    size_t name_size;
    int line;
    int column;
} FramePlace;

// Keeps a text under its name; a later text of the same name replaces it. All of it belongs to the table from now on.
void sources_keep(JSContext *ctx, SourceText text);
// Where the code at a place came from, by the source map of the text of that name: appends "name:line:column". False where
// nothing says so, with nothing appended.
bool sources_append_origin(JSContext *ctx, Buffer *out, const FramePlace *place);
// Appends "name:line", the source line and a caret under `column`, each with a line end. False if the line is unknown.
bool sources_show(JSContext *ctx, Buffer *out, const FramePlace *place);

// ---- frames.c: stacks of errors ----

// Appends the frames of an error that are the user's own, each as a line with its line end. Nothing where there are none.
void frames_of_error(JSContext *ctx, Buffer *out, JSValueConst error);

// The place that the frame at the start of a cleaned stack names.
bool frames_place(const char *stack, size_t size, FramePlace *place);

// ---- errors.c: the outcome of a run that failed ----

// Appends the outcome of an uncaught value.
void errors_report(JSContext *ctx, Buffer *out, JSValueConst thrown);
// The text inspect() gives for a value, at most `limit` bytes; never fails.
void errors_inspect(JSContext *ctx, Buffer *out, JSValueConst value, size_t limit);

// ---- modules.c: import is refused ----

void modules_install(JSRuntime *rt);
// From now on Node's modules can be imported.
void modules_allow_node(void);

// ---- run.c: one job from its request to its outcome ----

void run_install(JSRuntime *rt);
// Sets the limit of the stack relative to the caller.
void run_prepare_stack(JSRuntime *rt);
// Runs a program like many, so that what the engine makes at the first use is in the image.
int run_warm_up(JSContext *ctx);
// Code as what JS_EvalFunction runs, translated where that is wanted.
JSValue run_compile(JSContext *ctx, JSValueConst code, const char *name);
bool run_job(JSContext *ctx, const char *data, size_t size);
