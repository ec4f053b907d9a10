#include "shim.h"

#include <math.h>
#include <time.h>

// Timers of the run that is on. They end with it: nothing of them is left in a session at rest.

typedef struct Timer {
    double due;      // milliseconds of the monotonic clock
    uint64_t number; // in the order in which they were set; what setTimeout returns
    double interval; // milliseconds; negative: once
    JSValue callback;
    JSValue *arguments;
    int argument_count;
    bool background; // the run does not go on for its sake
} Timer;

// A binary heap: the one that is due first is at 0.
static Timer *timers;
static size_t timer_count;
static size_t timer_capacity;
static uint64_t last_number;
// The one that is being called, so that it can be cleared from within.
static uint64_t running;
static bool running_cleared;

// Longer delays are as good as for ever: about 24 days, as in browsers.
static const double LONGEST_MS = 2147483647;

static double now_ms(void)
{
    struct timespec now;
    if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
        return 0;
    return (double)now.tv_sec * 1000.0 + (double)now.tv_nsec / 1e6;
}

static bool before(const Timer *a, const Timer *b)
{
    return a->due < b->due || (a->due == b->due && a->number < b->number);
}

static void swap(size_t a, size_t b)
{
    Timer held = timers[a];
    timers[a] = timers[b];
    timers[b] = held;
}

static void sift_up(size_t at)
{
    while (at > 0 && before(&timers[at], &timers[(at - 1) / 2])) {
        swap(at, (at - 1) / 2);
        at = (at - 1) / 2;
    }
}

static void sift_down(size_t at)
{
    for (;;) {
        size_t first = at;
        for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < timer_count; child++) {
            if (before(&timers[child], &timers[first]))
                first = child;
        }
        if (first == at)
            return;
        swap(at, first);
        at = first;
    }
}

static Timer take_at(size_t at)
{
    Timer taken = timers[at];
    timers[at] = timers[--timer_count];
    if (at < timer_count) {
        sift_up(at);
        sift_down(at);
    }
    return taken;
}

// False: no memory, and the exception is pending.
static bool put(JSContext *ctx, Timer timer)
{
    if (timer_count == timer_capacity) {
        size_t capacity = timer_capacity ? timer_capacity * 2 : 16;
        Timer *grown = js_realloc(ctx, timers, capacity * sizeof(Timer));
        if (!grown)
            return false;
        timers = grown;
        timer_capacity = capacity;
    }
    timers[timer_count++] = timer;
    sift_up(timer_count - 1);
    return true;
}

static void free_timer(JSContext *ctx, Timer *timer)
{
    JS_FreeValue(ctx, timer->callback);
    for (int i = 0; i < timer->argument_count; i++)
        JS_FreeValue(ctx, timer->arguments[i]);
    js_free(ctx, timer->arguments);
}

void timers_drop(JSContext *ctx)
{
    while (timer_count > 0)
        free_timer(ctx, &timers[--timer_count]);
    js_free(ctx, timers);
    timers = NULL;
    timer_capacity = 0;
    running = 0;
}

bool timers_pending(void)
{
    for (size_t i = 0; i < timer_count; i++) {
        if (!timers[i].background)
            return true;
    }
    return false;
}

bool timers_any(void)
{
    return timer_count > 0;
}

// unrefTimer(number): the run ends although the timer has not come
static JSValue unref_timer(JSContext *ctx, JSValueConst this_value, int argc, JSValueConst *argv)
{
    (void)this_value;
    double number = 0;
    if (argc > 0 && JS_ToFloat64(ctx, &number, argv[0]) < 0)
        return JS_EXCEPTION;
    for (size_t i = 0; i < timer_count; i++)
        timers[i].background = timers[i].background || (double)timers[i].number == number;
    return JS_UNDEFINED;
}

double timers_wait_ms(void)
{
    double left = timers[0].due - now_ms();
    return left > 0 ? left : 0;
}

int timers_run_next(JSContext *ctx, double until)
{
    if (timer_count == 0 || timers[0].due > until)
        return 0;
    Timer timer = take_at(0);
    running = timer.number;
    running_cleared = false;
    JSValue result = JS_Call(ctx, timer.callback, JS_UNDEFINED, timer.argument_count, timer.arguments);
    running = 0;
    if (JS_IsException(result)) {
        free_timer(ctx, &timer);
        return -1;
    }
    JS_FreeValue(ctx, result);
    if (timer.interval >= 0 && !running_cleared) {
        timer.due = now_ms() + timer.interval;
        if (put(ctx, timer))
            return 1;
        free_timer(ctx, &timer);
        return -1;
    }
    free_timer(ctx, &timer);
    return 1;
}

double timers_now(void)
{
    return now_ms();
}

// The delay in milliseconds; -1 on an exception.
static double delay_of(JSContext *ctx, int argc, JSValueConst *argv, int index)
{
    double delay = 0;
    if (argc > index && JS_ToFloat64(ctx, &delay, argv[index]) < 0)
        return -1;
    if (isnan(delay) || delay < 0)
        return 0;
    return delay > LONGEST_MS ? LONGEST_MS : delay;
}

// The timer's number; 0 on an exception.
static uint64_t set(JSContext *ctx, JSValueConst callback, double delay, double interval, int count, JSValueConst *arguments)
{
    Timer timer = {.due = now_ms() + delay, .number = ++last_number, .interval = interval};
    if (count > 0) {
        timer.arguments = js_malloc(ctx, (size_t)count * sizeof(JSValue));
        if (!timer.arguments)
            return 0;
    }
    timer.callback = JS_DupValue(ctx, callback);
    for (; timer.argument_count < count; timer.argument_count++)
        timer.arguments[timer.argument_count] = JS_DupValue(ctx, arguments[timer.argument_count]);
    if (put(ctx, timer))
        return timer.number;
    free_timer(ctx, &timer);
    return 0;
}

enum { ONCE, REPEATED, IMMEDIATE };

static JSValue set_timer(JSContext *ctx, JSValueConst this_value, int argc, JSValueConst *argv, int kind)
{
    static const char *const names[] = {"setTimeout", "setInterval", "setImmediate"};
    (void)this_value;
    if (argc < 1 || !JS_IsFunction(ctx, argv[0]))
        return JS_ThrowTypeError(ctx, "%s takes a function; code as text is not run", names[kind]);
    double delay = kind == IMMEDIATE ? 0 : delay_of(ctx, argc, argv, 1);
    if (delay < 0)
        return JS_EXCEPTION;
    int skip = kind == IMMEDIATE ? 1 : 2;
    // At least a millisecond between two calls, so that what waits beside an interval comes to its turn.
    double interval = kind == REPEATED ? (delay < 1 ? 1 : delay) : -1;
    uint64_t number = set(ctx, argv[0], delay, interval, argc > skip ? argc - skip : 0, argv + skip);
    return number == 0 ? JS_EXCEPTION : JS_NewInt64(ctx, (int64_t)number);
}

static JSValue clear_timer(JSContext *ctx, JSValueConst this_value, int argc, JSValueConst *argv)
{
    (void)this_value;
    double number;
    if (argc < 1 || !JS_IsNumber(argv[0]))
        return JS_UNDEFINED;
    JS_ToFloat64(ctx, &number, argv[0]);
    if (running != 0 && number == (double)running)
        running_cleared = true;
    for (size_t i = 0; i < timer_count; i++) {
        if ((double)timers[i].number == number) {
            Timer timer = take_at(i);
            free_timer(ctx, &timer);
            break;
        }
    }
    return JS_UNDEFINED;
}

// sleep(ms): a promise that is fulfilled then.
static JSValue sleep_ms(JSContext *ctx, JSValueConst this_value, int argc, JSValueConst *argv)
{
    (void)this_value;
    double delay = delay_of(ctx, argc, argv, 0);
    if (delay < 0)
        return JS_EXCEPTION;
    JSValue functions[2];
    JSValue promise = JS_NewPromiseCapability(ctx, functions);
    if (JS_IsException(promise))
        return promise;
    uint64_t number = set(ctx, functions[0], delay, -1, 0, NULL);
    JS_FreeValue(ctx, functions[0]);
    JS_FreeValue(ctx, functions[1]);
    if (number == 0) {
        JS_FreeValue(ctx, promise);
        return JS_EXCEPTION;
    }
    return promise;
}

static int define(JSContext *ctx, const JSCFunctionListEntry *entries, int count)
{
    JSValue global = JS_GetGlobalObject(ctx);
    int result = JS_SetPropertyFunctionList(ctx, global, entries, count);
    JS_FreeValue(ctx, global);
    return result;
}

int timers_install(JSContext *ctx, JSValueConst native)
{
    static const JSCFunctionListEntry own[] = {JS_CFUNC_DEF("unrefTimer", 1, unref_timer)};
    if (JS_SetPropertyFunctionList(ctx, native, own, 1) < 0)
        return -1;
    static const JSCFunctionListEntry always[] = {
        JS_CFUNC_DEF("sleep", 1, sleep_ms),
    };
    return define(ctx, always, 1);
}

int timers_allow(JSContext *ctx)
{
    static const JSCFunctionListEntry entries[] = {
        JS_CFUNC_MAGIC_DEF("setTimeout", 2, set_timer, ONCE),   JS_CFUNC_MAGIC_DEF("setInterval", 2, set_timer, REPEATED),
        JS_CFUNC_MAGIC_DEF("setImmediate", 1, set_timer, IMMEDIATE), JS_CFUNC_DEF("clearTimeout", 1, clear_timer),
        JS_CFUNC_DEF("clearInterval", 1, clear_timer),          JS_CFUNC_DEF("clearImmediate", 1, clear_timer),
    };
    return define(ctx, entries, sizeof(entries) / sizeof(entries[0]));
}
