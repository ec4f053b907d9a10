#include "shim.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// What was read from standard input and not handed out yet: input.data from `input_start` on.
static Buffer input;
static size_t input_start;
static bool input_ended;

void io_begin_run(void)
{
    // What a former run left unread is not this run's input.
    buffer_reset(&input, 0);
    input_start = 0;
    input_ended = false;
}

void io_write_text(int descriptor, const char *text, size_t size)
{
    for (size_t done = 0; done < size;) {
        ssize_t written = write(descriptor, text + done, size - done);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            break;
        done += (size_t)written;
    }
}

// write(descriptor, text): one write for the whole text, dropped as to a closed pipe where the host does not take it.
static JSValue native_write(JSContext *ctx, JSValueConst this_value, int argc, JSValueConst *argv)
{
    (void)this_value;
    int32_t descriptor;
    if (argc < 2 || JS_ToInt32(ctx, &descriptor, argv[0]) < 0)
        return JS_EXCEPTION;
    size_t size;
    const char *text = text_encode_utf8(ctx, &size, argv[1]);
    if (!text)
        return JS_EXCEPTION;
    io_write_text(descriptor, text, size);
    JS_FreeCString(ctx, text);
    return JS_UNDEFINED;
}

// Reads once. False at the end of the input.
static bool fill(void)
{
    if (input_ended)
        return false;
    if (input_start == input.size) {
        buffer_reset(&input, 64 * 1024);
        input_start = 0;
    }
    char block[4096];
    ssize_t count;
    do {
        count = read(0, block, sizeof(block));
    } while (count < 0 && errno == EINTR);
    if (count <= 0) {
        input_ended = true;
        return false;
    }
    buffer_append(&input, block, (size_t)count);
    return !input.failed;
}

// Hands out `size` bytes of the input and skips `skip` more.
static JSValue take(JSContext *ctx, size_t size, size_t skip)
{
    JSValue text = text_decode_utf8(ctx, (const uint8_t *)input.data + input_start, size);
    input_start += size + skip;
    return text;
}

static JSValue no_memory(JSContext *ctx)
{
    buffer_reset(&input, 0);
    input_start = 0;
    memory_release_reserve();
    return JS_ThrowOutOfMemory(ctx);
}

static JSValue read_line(JSContext *ctx, JSValueConst this_value, int argc, JSValueConst *argv)
{
    (void)this_value;
    (void)argc;
    (void)argv;
    size_t searched = 0;
    for (;;) {
        size_t size = input.size - input_start;
        char *start = input.data ? input.data + input_start : NULL;
        char *end = size > searched ? memchr(start + searched, '\n', size - searched) : NULL;
        if (end) {
            size_t length = (size_t)(end - start);
            size_t trimmed = length > 0 && start[length - 1] == '\r' ? length - 1 : length;
            return take(ctx, trimmed, length - trimmed + 1);
        }
        searched = size;
        if (interrupt_poll())
            return JS_UNDEFINED;
        if (!fill()) {
            if (input.failed)
                return no_memory(ctx);
            size = input.size - input_start;
            return size > 0 ? take(ctx, size, 0) : JS_NULL;
        }
    }
}

static JSValue read_all(JSContext *ctx, JSValueConst this_value, int argc, JSValueConst *argv)
{
    (void)this_value;
    (void)argc;
    (void)argv;
    while (fill()) {
        if (interrupt_poll())
            return JS_UNDEFINED;
    }
    if (input.failed)
        return no_memory(ctx);
    return take(ctx, input.size - input_start, 0);
}

// The rest of the input, as it is.
static JSValue read_all_bytes(JSContext *ctx, JSValueConst this_value, int argc, JSValueConst *argv)
{
    (void)this_value;
    (void)argc;
    (void)argv;
    while (fill()) {
        if (interrupt_poll())
            return JS_UNDEFINED;
    }
    if (input.failed)
        return no_memory(ctx);
    JSValue bytes = JS_NewArrayBufferCopy(ctx, (const uint8_t *)input.data + input_start, input.size - input_start);
    input_start = input.size;
    return bytes;
}

// writeBytes(descriptor, bytes): one write.
static JSValue native_write_bytes(JSContext *ctx, JSValueConst this_value, int argc, JSValueConst *argv)
{
    (void)this_value;
    int32_t descriptor;
    size_t size;
    if (argc < 2 || JS_ToInt32(ctx, &descriptor, argv[0]) < 0)
        return JS_EXCEPTION;
    const uint8_t *bytes = JS_GetUint8Array(ctx, &size, argv[1]);
    if (!bytes)
        return JS_EXCEPTION;
    io_write_text(descriptor, (const char *)bytes, size);
    return JS_UNDEFINED;
}

static JSValue native_memory_bytes(JSContext *ctx, JSValueConst this_value, int argc, JSValueConst *argv)
{
    (void)this_value;
    (void)argc;
    (void)argv;
    return JS_NewFloat64(ctx, (double)__builtin_wasm_memory_size(0) * 65536);
}

int io_install(JSContext *ctx, JSValueConst native)
{
    static const JSCFunctionListEntry natives[] = {
        JS_CFUNC_DEF("write", 2, native_write),
        JS_CFUNC_DEF("writeBytes", 2, native_write_bytes),
        JS_CFUNC_DEF("readAllBytes", 0, read_all_bytes),
        JS_CFUNC_DEF("memoryBytes", 0, native_memory_bytes),
        JS_CFUNC_DEF("exit", 1, run_exit),
    };
    static const JSCFunctionListEntry globals[] = {
        JS_CFUNC_DEF("readLine", 0, read_line),
        JS_CFUNC_DEF("readAll", 0, read_all),
        // As the shells of JavaScript engines have it.
        JS_CFUNC_DEF("readline", 0, read_line),
    };
    JSValue global = JS_GetGlobalObject(ctx);
    int result = JS_SetPropertyFunctionList(ctx, global, globals, sizeof(globals) / sizeof(globals[0]));
    JS_FreeValue(ctx, global);
    if (result < 0)
        return result;
    return JS_SetPropertyFunctionList(ctx, native, natives, sizeof(natives) / sizeof(natives[0]));
}
