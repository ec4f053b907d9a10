#include "shim.h"
#include "stack.h"

#include <stdlib.h>
#include <string.h>

enum { KEEP_SIZE = 64 * 1024, REPR_LIMIT = 64 * 1024 };

typedef struct Job {
    JSValue code;
    JSValue name;
    JSValue arguments;
    JSValue environment;
    bool value;
    bool first;
    bool timers;
    bool node;
    bool web;
    bool interactive;
    bool scratch;
    JSValue question;
} Job;

// What process.exit said.
static bool exit_wanted;
static int32_t exit_code;

JSValue run_exit(JSContext *ctx, JSValueConst this_value, int argc, JSValueConst *argv)
{
    (void)this_value;
    if (argc > 0 && JS_ToInt32(ctx, &exit_code, argv[0]) < 0)
        return JS_EXCEPTION;
    exit_wanted = true;
    // As an interrupt: nothing in the guest can swallow it.
    interrupt_seen = true;
    JS_ThrowInternalError(ctx, "exit");
    JSValue error = JS_GetException(ctx);
    JS_SetUncatchableError(ctx, error);
    return JS_Throw(ctx, error);
}

// Promises that were rejected and that nobody handles so far, with their reasons.
typedef struct Rejection {
    JSValue promise;
    JSValue reason;
} Rejection;

static Rejection *rejections;
static size_t rejection_count;
static size_t rejection_capacity;

static void rejection_remove(JSContext *ctx, size_t index)
{
    JS_FreeValue(ctx, rejections[index].promise);
    JS_FreeValue(ctx, rejections[index].reason);
    memmove(&rejections[index], &rejections[index + 1], (rejection_count - index - 1) * sizeof(Rejection));
    rejection_count--;
}

static void track_rejection(JSContext *ctx, JSValueConst promise, JSValueConst reason, bool is_handled, void *opaque)
{
    (void)opaque;
    if (is_handled) {
        for (size_t i = rejection_count; i-- > 0;) {
            if (JS_VALUE_GET_PTR(rejections[i].promise) == JS_VALUE_GET_PTR(promise)) {
                rejection_remove(ctx, i);
                break;
            }
        }
        return;
    }
    if (rejection_count == rejection_capacity) {
        size_t capacity = rejection_capacity ? rejection_capacity * 2 : 8;
        Rejection *grown = realloc(rejections, capacity * sizeof(Rejection));
        if (!grown)
            return;
        rejections = grown;
        rejection_capacity = capacity;
    }
    rejections[rejection_count++] = (Rejection){JS_DupValue(ctx, promise), JS_DupValue(ctx, reason)};
}

static void rejections_drop(JSContext *ctx)
{
    while (rejection_count > 0)
        rejection_remove(ctx, rejection_count - 1);
    if (rejection_capacity > 64) {
        free(rejections);
        rejections = NULL;
        rejection_capacity = 0;
    }
}

void run_install(JSRuntime *rt)
{
    JS_SetHostPromiseRejectionTracker(rt, track_rejection, NULL);
    JS_SetCanBlock(rt, false);
}

void run_prepare_stack(JSRuntime *rt)
{
    JS_UpdateStackTop(rt);
    JS_SetMaxStackSize(rt, STACK_LIMIT);
}

static bool flag(JSContext *ctx, JSValueConst job, const char *name)
{
    JSValue value = JS_GetPropertyStr(ctx, job, name);
    bool result = JS_ToBool(ctx, value) > 0;
    JS_FreeValue(ctx, value);
    return result;
}

static bool job_parse(JSContext *ctx, const char *data, size_t size, Job *job)
{
    JSValue object = codec_decode(ctx, data, size);
    if (JS_IsException(object))
        return false;
    job->code = JS_GetPropertyStr(ctx, object, "code");
    job->name = JS_GetPropertyStr(ctx, object, "name");
    if (!JS_IsString(job->name)) {
        JS_FreeValue(ctx, job->name);
        job->name = JS_NewString(ctx, "main.js");
    }
    job->arguments = JS_GetPropertyStr(ctx, object, "arguments");
    job->environment = JS_GetPropertyStr(ctx, object, "environment");
    job->value = flag(ctx, object, "value");
    job->first = flag(ctx, object, "first");
    job->timers = flag(ctx, object, "timers");
    job->node = flag(ctx, object, "node");
    job->web = flag(ctx, object, "web");
    job->interactive = flag(ctx, object, "interactive");
    job->question = JS_GetPropertyStr(ctx, object, "question");
    JSValue files = JS_GetPropertyStr(ctx, object, "files");
    const char *kind = JS_IsString(files) ? JS_ToCString(ctx, files) : NULL;
    job->scratch = kind && strcmp(kind, "scratch") == 0;
    JS_FreeCString(ctx, kind);
    JS_FreeValue(ctx, files);
    JS_FreeValue(ctx, object);
    return JS_IsString(job->code);
}

static bool mentions_module_syntax(JSContext *ctx, JSValueConst error)
{
    JSValue value = JS_GetPropertyStr(ctx, error, "message");
    const char *message = JS_ToCString(ctx, value);
    JS_FreeValue(ctx, value);
    bool result = message && (strstr(message, "export") || strstr(message, "import"));
    JS_FreeCString(ctx, message);
    return result;
}

// Compiles a script or, when only that makes sense of the text, a module.
static JSValue compile(JSContext *ctx, const char *code, size_t size, const char *name)
{
    JSValue script = JS_Eval(ctx, code, size, name, JS_EVAL_TYPE_GLOBAL | JS_EVAL_FLAG_ASYNC | JS_EVAL_FLAG_COMPILE_ONLY);
    if (!JS_IsException(script))
        return script;
    JSValue script_error = JS_GetException(ctx);
    if (!engine_is_syntax_error(ctx, script_error))
        return JS_Throw(ctx, script_error);
    JSValue module = JS_Eval(ctx, code, size, name, JS_EVAL_TYPE_MODULE | JS_EVAL_FLAG_COMPILE_ONLY);
    if (JS_IsException(module)) {
        // Not well-formed either way: the error of the reading that was meant.
        JSValue module_error = JS_GetException(ctx);
        bool meant_module = !engine_is_syntax_error(ctx, module_error) || mentions_module_syntax(ctx, script_error);
        JS_FreeValue(ctx, meant_module ? script_error : module_error);
        return JS_Throw(ctx, meant_module ? module_error : script_error);
    }
    JS_FreeValue(ctx, script_error);
    return module;
}

// Runs queued jobs until none is left. False when one of them threw what nothing caught, which is then the pending
// exception, or when the run was interrupted.
static bool run_jobs(JSContext *ctx)
{
    JSRuntime *rt = JS_GetRuntime(ctx);
    while (JS_IsJobPending(rt)) {
        if (interrupt_poll())
            return false;
        JSContext *job_context;
        if (JS_ExecutePendingJob(rt, &job_context) < 0)
            return false;
    }
    return !interrupt_poll();
}

// Calls the timers that are due by now, each with the jobs that come of it. False: as run_jobs, or a promise was rejected
// that nobody handles.
static bool run_timers(JSContext *ctx)
{
    double now = timers_now();
    int ran;
    while ((ran = timers_run_next(ctx, now)) > 0) {
        if (!run_jobs(ctx))
            return false;
        if (rejection_count > 0)
            return true;
    }
    return ran == 0;
}

// Runs the program to its end. Returns the fulfilled value of its promise, or throws what ended it.
static JSValue run_program(JSContext *ctx, JSValue function)
{
    JSValue promise = JS_EvalFunction(ctx, function);
    if (JS_IsException(promise))
        return promise;
    for (;;) {
        if (!run_jobs(ctx))
            break;
        JSPromiseStateEnum state = JS_PromiseState(ctx, promise);
        if (state == JS_PROMISE_REJECTED) {
            JSValue reason = JS_PromiseResult(ctx, promise);
            JS_FreeValue(ctx, promise);
            return JS_Throw(ctx, reason);
        }
        if (rejection_count > 0) {
            JS_FreeValue(ctx, promise);
            return JS_Throw(ctx, JS_DupValue(ctx, rejections[0].reason));
        }
        if (timers_any() && timers_wait_ms() <= 0) {
            if (!run_timers(ctx))
                break;
            // Answers of the host come to their turn beside timers that are always due.
            if (host_pending() && host_wait(ctx, 0) < 0)
                break;
            continue;
        }
        if (host_pending() || timers_pending() || (state == JS_PROMISE_PENDING && timers_any())) {
            if (host_wait(ctx, timers_any() ? timers_wait_ms() : -1) < 0)
                break;
            continue;
        }
        if (state == JS_PROMISE_PENDING) {
            JS_FreeValue(ctx, promise);
            return JS_ThrowPlainError(ctx, "top-level await never settles: nothing is pending that could resolve it");
        }
        JSValue result = JS_PromiseResult(ctx, promise);
        JS_FreeValue(ctx, promise);
        return result;
    }
    JS_FreeValue(ctx, promise);
    if (!JS_HasException(ctx))
        JS_ThrowInternalError(ctx, "interrupted");
    return JS_EXCEPTION;
}

// The value of the last expression out of the `{value}` that an asynchronous script resolves to.
static JSValue last_value(JSContext *ctx, JSValueConst result)
{
    if (!JS_IsObject(result))
        return JS_UNDEFINED;
    JSValue value = JS_GetPropertyStr(ctx, result, "value");
    // A promise that is settled by now stands for its value, so that `main()` as the last line reports what it returned.
    while (JS_PromiseState(ctx, value) == JS_PROMISE_FULFILLED) {
        JSValue inner = JS_PromiseResult(ctx, value);
        JS_FreeValue(ctx, value);
        value = inner;
    }
    return value;
}

// An outcome of one member.
static void append_outcome(Buffer *out, const char *name, const char *text, size_t size)
{
    buffer_byte(out, MARSHAL_DICT);
    codec_text(out, name);
    marshal_string(out, MARSHAL_TEXT, text, size);
    buffer_byte(out, MARSHAL_NULL);
}

static void append_exit(Buffer *out, int32_t code)
{
    buffer_byte(out, MARSHAL_DICT);
    codec_text(out, "exit");
    buffer_byte(out, MARSHAL_INT);
    for (int shift = 0; shift < 32; shift += 8)
        buffer_byte(out, (char)((uint32_t)code >> shift));
    buffer_byte(out, MARSHAL_NULL);
}

static void append_no_value(Buffer *out)
{
    buffer_byte(out, MARSHAL_DICT);
    buffer_byte(out, MARSHAL_NULL);
}

static void append_repr(JSContext *ctx, Buffer *out, JSValueConst value)
{
    Buffer text = {0};
    errors_inspect(ctx, &text, value, REPR_LIMIT);
    append_outcome(out, "repr", text.data, text.failed ? 0 : text.size);
    buffer_reset(&text, 0);
}

// Called for everything in a value: one that holds bytes has no JSON form, where JSON.stringify would make up an object of
// numbers.
static JSValue refuse_bytes(JSContext *ctx, JSValueConst this_value, int argc, JSValueConst *argv)
{
    (void)this_value;
    JSValueConst value = argc > 1 ? argv[1] : JS_UNDEFINED;
    EngineKind kind = engine_kind(value);
    if (kind == KIND_TYPED_ARRAY || kind == KIND_ARRAY_BUFFER || kind == KIND_DATA_VIEW)
        return JS_ThrowTypeError(ctx, "bytes have no JSON form");
    return JS_DupValue(ctx, value);
}

// The JSON text of the value.
static JSValue json_of(JSContext *ctx, JSValueConst value)
{
    JSValue replacer = JS_NewCFunction(ctx, refuse_bytes, "", 2);
    if (JS_IsException(replacer))
        return replacer;
    JSValue json = JS_JSONStringify(ctx, value, replacer, JS_UNDEFINED);
    JS_FreeValue(ctx, replacer);
    return json;
}

static void append_success(JSContext *ctx, Buffer *out, JSValueConst value)
{
    if (JS_IsUndefined(value)) {
        append_no_value(out);
        return;
    }
    JSValue json = JS_IsObject(value) ? json_of(ctx, value) : JS_JSONStringify(ctx, value, JS_UNDEFINED, JS_UNDEFINED);
    if (JS_IsException(json)) {
        JS_FreeValue(ctx, JS_GetException(ctx));
        if (interrupt_seen)
            return;
    }
    size_t size;
    const char *text = JS_IsString(json) && !JS_IsPromise(value) ? JS_ToCStringLen(ctx, &size, json) : NULL;
    JS_FreeValue(ctx, json);
    if (text) {
        // As a string: the host passes the text on as it is, with its order of keys.
        append_outcome(out, "value", text, size);
        JS_FreeCString(ctx, text);
    } else {
        append_repr(ctx, out, value);
    }
}

// Gives a CommonJS module its `module` and `exports`. They stay in the session, as other globals do.
static int provide_commonjs(JSContext *ctx)
{
    JSValue global = JS_GetGlobalObject(ctx);
    JSAtom names[] = {JS_NewAtom(ctx, "module"), JS_NewAtom(ctx, "exports")};
    int result = 0;
    for (int i = 0; i < 2 && result == 0; i++)
        result = JS_GetOwnProperty(ctx, NULL, global, names[i]);
    // One of them is there: a former run's, or what the code's author put there.
    if (result != 0)
        goto done;
    result = -1;
    JSValue module = JS_NewObject(ctx);
    JSValue exports = JS_NewObject(ctx);
    const int hidden = JS_PROP_WRITABLE | JS_PROP_CONFIGURABLE;
    if (!JS_IsException(module) && !JS_IsException(exports) &&
        JS_DefinePropertyValueStr(ctx, module, "exports", JS_DupValue(ctx, exports), JS_PROP_C_W_E) >= 0 &&
        JS_DefinePropertyValue(ctx, global, names[0], JS_DupValue(ctx, module), hidden) >= 0 &&
        JS_DefinePropertyValue(ctx, global, names[1], JS_DupValue(ctx, exports), hidden) >= 0)
        result = 0;
    JS_FreeValue(ctx, module);
    JS_FreeValue(ctx, exports);
done:
    JS_FreeAtom(ctx, names[0]);
    JS_FreeAtom(ctx, names[1]);
    JS_FreeValue(ctx, global);
    return result < 0 ? -1 : 0;
}

JSValue run_compile(JSContext *ctx, JSValueConst code, const char *name)
{
    JSValue translated = translate_wanted() ? translate(ctx, code, name, NULL) : JS_DupValue(ctx, code);
    if (JS_IsException(translated))
        return translated;
    size_t size;
    const char *script = JS_ToCStringLen(ctx, &size, translated);
    JS_FreeValue(ctx, translated);
    JSValue function = script ? compile(ctx, script, size, name) : JS_EXCEPTION;
    JS_FreeCString(ctx, script);
    return function;
}

static JSValue execute(JSContext *ctx, const Job *job)
{
    size_t size;
    const char *code = JS_ToCStringLen(ctx, &size, job->code);
    if (!code)
        return JS_EXCEPTION;
    const char *name = JS_ToCString(ctx, job->name);
    if (!name) {
        JS_FreeCString(ctx, code);
        return JS_EXCEPTION;
    }
    // The table may drop all of this when another text comes.
    JSValue translated = translate_wanted() ? translate(ctx, job->code, name, NULL) : JS_UNDEFINED;
    SourceText text = {.name = name, .text = code, .size = size, .translated = JS_IsString(translated)};
    text.map = map_take(&text.map_size);
    sources_keep(ctx, text);
    if (JS_IsException(translated))
        return translated;
    const char *script = JS_IsString(translated) ? JS_ToCStringLen(ctx, &size, translated) : NULL;
    JSValue function = JS_IsString(translated) && !script ? JS_EXCEPTION : compile(ctx, script ? script : code, size, name);
    JS_FreeCString(ctx, script);
    JS_FreeValue(ctx, translated);
    if (JS_IsException(function))
        return function;
    // Only code that mentions them is worth a closer look.
    if (strstr(code, "exports") && engine_is_commonjs(ctx, function) && provide_commonjs(ctx) < 0) {
        JS_FreeValue(ctx, function);
        return JS_EXCEPTION;
    }
    return run_program(ctx, function);
}

int run_warm_up(JSContext *ctx)
{
    static const char program[] = "{ const list = [1, { text: 'x' }]; const f = async (x) => { await x; return x; };"
                                  "  await f(list); try { throw new Error(''); } catch {} JSON.stringify(list); }";
    JSValue function = compile(ctx, program, sizeof(program) - 1, "goru:warm-up");
    JSValue value = JS_IsException(function) ? function : run_program(ctx, function);
    if (JS_IsException(value))
        return -1;
    JS_FreeValue(ctx, value);
    return 0;
}

// process.argv and process.env, where the host gives arguments or variables: a global that is there for no other program.
static int provide_process(JSContext *ctx, const Job *job)
{
    if (!JS_IsObject(job->arguments) && !JS_IsObject(job->environment))
        return 0;
    JSValue global = JS_GetGlobalObject(ctx);
    JSValue process = JS_GetPropertyStr(ctx, global, "process");
    int failed = JS_IsException(process) ? -1 : 0;
    if (!failed && !JS_IsObject(process)) {
        JS_FreeValue(ctx, process);
        process = JS_NewObject(ctx);
        failed = JS_IsException(process) ||
                         JS_SetPropertyStr(ctx, process, "env", JS_NewObject(ctx)) < 0 ||
                         JS_DefinePropertyValueStr(ctx, global, "process", JS_DupValue(ctx, process),
                                                   JS_PROP_WRITABLE | JS_PROP_CONFIGURABLE) < 0
                     ? -1
                     : 0;
    }
    if (!failed && JS_IsObject(job->environment))
        failed = JS_SetPropertyStr(ctx, process, "env", JS_DupValue(ctx, job->environment)) < 0 ? -1 : 0;
    if (!failed) {
        JSValue argv = JS_NewArray(ctx);
        int64_t count = 0;
        failed = JS_IsException(argv) || JS_SetPropertyUint32(ctx, argv, 0, JS_NewString(ctx, "goru")) < 0 ||
                         JS_SetPropertyUint32(ctx, argv, 1, JS_DupValue(ctx, job->name)) < 0 ||
                         (JS_IsObject(job->arguments) && JS_GetLength(ctx, job->arguments, &count) < 0)
                     ? -1
                     : 0;
        for (int64_t i = 0; i < count && !failed; i++)
            failed = JS_SetPropertyUint32(ctx, argv, (uint32_t)i + 2,
                                          JS_GetPropertyUint32(ctx, job->arguments, (uint32_t)i)) < 0
                         ? -1
                         : 0;
        if (!failed)
            failed = JS_SetPropertyStr(ctx, process, "argv", argv) < 0 ? -1 : 0;
        else
            JS_FreeValue(ctx, argv);
    }
    JS_FreeValue(ctx, process);
    JS_FreeValue(ctx, global);
    return failed;
}

// At a prompt: the value of what was entered, unless it is undefined, is written and kept in _.
static int show_value(JSContext *ctx, JSValueConst result)
{
    JSValue last = last_value(ctx, result);
    int failed = 0;
    if (!JS_IsUndefined(last)) {
        Buffer text = {0};
        errors_inspect(ctx, &text, last, REPR_LIMIT);
        buffer_byte(&text, '\n');
        if (text.failed)
            failed = -1;
        else
            io_write_text(1, text.data, text.size);
        buffer_reset(&text, 0);
        JSValue global = JS_GetGlobalObject(ctx);
        if (!failed && JS_SetPropertyStr(ctx, global, "_", JS_DupValue(ctx, last)) < 0)
            failed = -1;
        JS_FreeValue(ctx, global);
    }
    JS_FreeValue(ctx, last);
    return failed;
}

// The session's first run, where it has Node's modules.
static int begin_node(JSContext *ctx, const Job *job)
{
    modules_allow_node();
    JSValue start = JS_NewObject(ctx);
    if (JS_IsException(start))
        return -1;
    int failed = JS_SetPropertyStr(ctx, start, "name", JS_DupValue(ctx, job->name)) < 0 ||
                 JS_SetPropertyStr(ctx, start, "arguments", JS_DupValue(ctx, job->arguments)) < 0 ||
                 JS_SetPropertyStr(ctx, start, "environment", JS_DupValue(ctx, job->environment)) < 0 ||
                 JS_SetPropertyStr(ctx, start, "files", JS_NewString(ctx, job->scratch ? "scratch" : "")) < 0;
    JSValue result = JS_EXCEPTION;
    if (!failed) {
        JSValueConst arguments[] = {start};
        result = JS_Call(ctx, prelude.node_begin, JS_UNDEFINED, 1, arguments);
    }
    JS_FreeValue(ctx, start);
    if (JS_IsException(result))
        return -1;
    JS_FreeValue(ctx, result);
    return 0;
}

// The session's first run: local time is that of the zone that TZ names.
static int begin_time_zone(JSContext *ctx, const Job *job)
{
    if (!JS_IsObject(job->environment))
        return 0;
    JSValue value = JS_GetPropertyStr(ctx, job->environment, "TZ");
    const char *name = JS_IsString(value) ? JS_ToCString(ctx, value) : NULL;
    int result = name ? intl_use_time_zone(ctx, name) : JS_IsException(value) ? -1 : 0;
    JS_FreeCString(ctx, name);
    JS_FreeValue(ctx, value);
    return result;
}

// The session's first run, where it has fetch.
static int begin_web(JSContext *ctx)
{
    JSValue result = JS_Call(ctx, prelude.web_begin, JS_UNDEFINED, 0, NULL);
    if (JS_IsException(result))
        return -1;
    JS_FreeValue(ctx, result);
    return 0;
}

bool run_job(JSContext *ctx, const char *data, size_t size)
{
    static Buffer outcome;
    JSRuntime *rt = JS_GetRuntime(ctx);
    run_prepare_stack(rt);
    memory_begin_run();
    interrupt_begin_run();
    io_begin_run();
    exit_wanted = false;
    exit_code = 0;

    Job job = {.code = JS_UNDEFINED, .name = JS_UNDEFINED, .arguments = JS_UNDEFINED, .environment = JS_UNDEFINED, .question = JS_UNDEFINED};
    buffer_reset(&outcome, KEEP_SIZE);
    codec_begin(&outcome, 'r');
    const size_t head = outcome.size;
    JSValue value = JS_UNDEFINED;
    if (!job_parse(ctx, data, size, &job)) {
        if (!JS_HasException(ctx))
            JS_ThrowTypeError(ctx, "the job has no code");
        value = JS_EXCEPTION;
    } else {
        if (job.first)
            clock_begin_session(ctx);
        if ((job.first && begin_time_zone(ctx, &job) < 0) || (job.first && (job.timers || job.node) && timers_allow(ctx) < 0) ||
            (job.first && job.web && begin_web(ctx) < 0) ||
            (job.first && job.node ? begin_node(ctx, &job) : provide_process(ctx, &job)) < 0)
            value = JS_EXCEPTION;
        else if (!JS_IsString(job.question))
            value = execute(ctx, &job);
    }
    if (!JS_IsException(value) && job.interactive && show_value(ctx, value) < 0) {
        JS_FreeValue(ctx, value);
        value = JS_EXCEPTION;
    }
    if (!JS_IsException(value) && JS_IsString(job.question)) {
        JSValue answer = prompt_answer(ctx, job.question, job.code);
        if (JS_IsException(answer))
            value = answer;
        else
            append_success(ctx, &outcome, answer);
        JS_FreeValue(ctx, answer);
    } else if (!JS_IsException(value) && job.value) {
        JSValue last = last_value(ctx, value);
        append_success(ctx, &outcome, last);
        JS_FreeValue(ctx, last);
    } else if (!JS_IsException(value)) {
        append_no_value(&outcome);
    }
    // A failure, an interrupt while the value was turned into text, or no memory for that text.
    if (JS_IsException(value) || interrupt_seen || outcome.failed) {
        JSValue thrown = JS_IsException(value) ? JS_GetException(ctx) : JS_NULL;
        if (outcome.failed)
            memory_exhausted = true;
        outcome.failed = false;
        outcome.size = head;
        if (exit_wanted)
            append_exit(&outcome, exit_code);
        else
            errors_report(ctx, &outcome, thrown);
        JS_FreeValue(ctx, thrown);
    }
    JS_FreeValue(ctx, value);
    JS_FreeValue(ctx, job.code);
    JS_FreeValue(ctx, job.name);
    JS_FreeValue(ctx, job.arguments);
    JS_FreeValue(ctx, job.environment);
    JS_FreeValue(ctx, job.question);

    Response response;
    bool sent = cross(&outcome, &response);
    response_free(&response);

    // What is left of the run does not reach into the next one.
    host_drop(ctx);
    timers_drop(ctx);
    rejections_drop(ctx);
    engine_drop_jobs(rt);
    engine_settle(rt);
    return sent;
}
