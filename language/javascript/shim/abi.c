#include "input.h"
#include "shim.h"

#include <stdlib.h>
#include <string.h>

// Responses of ordinary calls fit in here; a larger one is fetched into memory of its own.
enum { RESPONSE_SIZE = 16 * 1024 };

__attribute__((import_module("goru"), import_name("host_call"))) extern int32_t
import_host_call(const char *request, int32_t request_size, char *response, int32_t response_capacity);

__attribute__((import_module("goru"), import_name("host_response"))) extern int32_t
import_host_response(char *response, int32_t capacity);

static char response_buffer[RESPONSE_SIZE];
static bool response_buffer_taken;

bool cross(const Buffer *request, Response *response)
{
    *response = (Response){0};
    if (request->failed || request->size > INT32_MAX)
        return false;
    // A response that is still being read keeps the buffer.
    int32_t capacity = response_buffer_taken ? 0 : RESPONSE_SIZE;
    int32_t size = import_host_call(request->data, (int32_t)request->size, response_buffer, capacity);
    if (size < 1)
        return false;
    char *data = response_buffer;
    if (size > capacity) {
        data = malloc((size_t)size);
        if (!data) {
            memory_exhausted = true;
            memory_release_reserve();
            return false;
        }
        response->owned = data;
        if (import_host_response(data, size) != size) {
            response_free(response);
            return false;
        }
    } else {
        response_buffer_taken = true;
    }
    response->data = data;
    response->size = (size_t)size;
    return true;
}

void response_free(Response *response)
{
    if (response->owned)
        free(response->owned);
    else if (response->data)
        response_buffer_taken = false;
    *response = (Response){0};
}

JSContext *goru_context;

__attribute__((export_name("goru_init"))) int32_t goru_init(void);
__attribute__((export_name("goru_translator"))) int32_t goru_translator(int32_t size);
__attribute__((export_name("goru_source_map"))) char *goru_source_map(int32_t size);
__attribute__((export_name("goru_run"))) int32_t goru_run(int32_t size);

int32_t goru_init(void)
{
    JSRuntime *rt = JS_NewRuntime2(&memory_functions, NULL);
    if (!rt)
        return 1;
    run_prepare_stack(rt);
    JSContext *ctx = engine_new_context(rt);
    if (!ctx)
        return 2;
    goru_context = ctx;
    interrupt_install(rt);
    modules_install(rt);
    run_install(rt);
    if (prelude_load(ctx) < 0)
        return 3;
    if (run_warm_up(ctx) < 0)
        return 4;
    JS_RunGC(rt);
    memory_close_holes();
    memory_begin_run();
    return 0;
}

int32_t goru_translator(int32_t size)
{
    if (!goru_context || !input_holds(size))
        return 1;
    input[size] = '\0';
    run_prepare_stack(JS_GetRuntime(goru_context));
    int failed = translate_install(goru_context, input, (size_t)size);
    if (failed)
        prelude_complain(goru_context);
    input_drop();
    JS_RunGC(JS_GetRuntime(goru_context));
    memory_close_holes();
    return failed ? 2 : 0;
}

// The source map of the next job. It stays beside the code, so it gets memory of its own.
static char *source_map;
static size_t source_map_size;

char *goru_source_map(int32_t size)
{
    free(source_map);
    source_map = size > 0 ? malloc((size_t)size + 1) : NULL;
    if (!source_map)
        return NULL;
    source_map_size = (size_t)size;
    source_map[size] = '\0';
    return source_map;
}

char *map_take(size_t *size)
{
    char *taken = source_map;
    *size = taken ? source_map_size : 0;
    source_map = NULL;
    return taken;
}

int32_t goru_run(int32_t size)
{
    if (!goru_context || !input_holds(size))
        return 1;
    return run_job(goru_context, input, (size_t)size) ? 0 : 1;
}
