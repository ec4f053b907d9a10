#include "shim.h"

#include <string.h>

typedef struct Frame {
    const char *line;
    size_t size;
    bool native;  // no source: a built-in function
    bool hidden;  // the prelude's own
} Frame;

static bool ends_with(const char *text, size_t size, const char *end)
{
    size_t length = strlen(end);
    return size >= length && memcmp(text + size - length, end, length) == 0;
}

static bool starts_with(const char *text, size_t size, const char *start)
{
    size_t length = strlen(start);
    return size >= length && memcmp(text, start, length) == 0;
}

static bool contains(const char *text, size_t size, const char *part)
{
    size_t length = strlen(part);
    for (size_t i = 0; i + length <= size; i++) {
        if (memcmp(text + i, part, length) == 0)
            return true;
    }
    return false;
}

// The next line of a stack; advances *at.
static bool next_frame(const char *stack, size_t size, size_t *at, Frame *frame)
{
    if (*at >= size)
        return false;
    const char *line = stack + *at;
    const char *end = memchr(line, '\n', size - *at);
    size_t length = end ? (size_t)(end - line) : size - *at;
    *at += length + 1;
    frame->line = line;
    frame->size = length;
    frame->native = ends_with(line, length, "(native)") || ends_with(line, length, "(missing)");
    // "<input>" is text that eval, a RegExp or JSON.parse was given; a place in it alone says nothing.
    // What does not look like a frame is the error's name and message.
    frame->hidden = !starts_with(line, length, "    at ") || contains(line, length, "(goru:") || starts_with(line, length, "    at goru:") ||
                    starts_with(line, length, "    at <input>:");
    return true;
}

// A frame with a place in a source that its source map names in place of its own.
static bool append_origin(JSContext *ctx, Buffer *out, const char *line, size_t size)
{
    FramePlace place;
    if (!frames_place(line, size, &place))
        return false;
    size_t before = out->size;
    bool bracketed = line[size - 1] == ')';
    buffer_append(out, line, (size_t)(place.name - line));
    if (!sources_append_origin(ctx, out, &place)) {
        out->size = before;
        return false;
    }
    buffer_text(out, bracketed ? ")\n" : "\n");
    return true;
}

static void append_line(JSContext *ctx, Buffer *out, const char *line, size_t size)
{
    if (append_origin(ctx, out, line, size))
        return;
    buffer_append(out, line, size);
    buffer_byte(out, '\n');
}

static void append_frame(JSContext *ctx, Buffer *out, const Frame *frame)
{
    // Top-level code and nameless functions are shown by their place alone.
    static const char *const nameless[] = {"    at <eval> (", "    at <anonymous> ("};
    for (size_t i = 0; i < 2; i++) {
        size_t length = strlen(nameless[i]);
        if (!frame->native && frame->size > length && memcmp(frame->line, nameless[i], length) == 0 &&
            frame->line[frame->size - 1] == ')') {
            Buffer place = {0};
            buffer_text(&place, "    at ");
            buffer_append(&place, frame->line + length, frame->size - length - 1);
            out->failed |= place.failed;
            if (!place.failed)
                append_line(ctx, out, place.data, place.size);
            buffer_reset(&place, 0);
            return;
        }
    }
    append_line(ctx, out, frame->line, frame->size);
}

// A frame of a constructor of the error's own class, or of one it extends.
static bool is_constructor(JSContext *ctx, const Frame *frame, JSValueConst error)
{
    const char *name = frame->line + 7;
    const char *end = frame->size > 7 ? memchr(name, ' ', frame->size - 7) : NULL;
    return end && engine_is_class_name(ctx, error, name, (size_t)(end - name));
}

static void clean(JSContext *ctx, Buffer *out, JSValueConst error, bool skip_constructors, const char *stack, size_t size)
{
    size_t at = 0;
    size_t pending_from = 0;
    size_t pending_count = 0;
    bool started = false;
    Frame frame;
    for (size_t line_start = 0; next_frame(stack, size, &at, &frame); line_start = at) {
        if (frame.hidden || frame.size == 0)
            continue;
        if (frame.native) {
            // Built-in functions are worth showing only between two frames of the user.
            if (started && pending_count++ == 0)
                pending_from = line_start;
            continue;
        }
        if (!started && skip_constructors && is_constructor(ctx, &frame, error))
            continue;
        size_t inner = pending_from;
        Frame between;
        while (pending_count > 0 && inner < line_start && next_frame(stack, size, &inner, &between)) {
            if (between.native && !between.hidden)
                append_frame(ctx, out, &between);
        }
        pending_count = 0;
        started = true;
        append_frame(ctx, out, &frame);
    }
}

void frames_of_error(JSContext *ctx, Buffer *out, JSValueConst error)
{
    JSValue stack = engine_error_stack(ctx, error);
    size_t size;
    const char *text = JS_IsString(stack) ? JS_ToCStringLen(ctx, &size, stack) : NULL;
    JS_FreeValue(ctx, stack);
    if (!text)
        return;
    size_t before = out->size;
    clean(ctx, out, error, true, text, size);
    if (out->size == before)
        clean(ctx, out, error, false, text, size);
    JS_FreeCString(ctx, text);
}

static bool parse_number(const char *text, size_t size, int *number)
{
    if (size == 0 || size > 9)
        return false;
    *number = 0;
    for (size_t i = 0; i < size; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        *number = *number * 10 + (text[i] - '0');
    }
    return true;
}

bool frames_place(const char *stack, size_t size, FramePlace *place)
{
    const char *end = memchr(stack, '\n', size);
    size_t length = end ? (size_t)(end - stack) : size;
    const char *start = stack;
    // "    at name (file:line:column)" or "    at file:line:column"
    if (length > 7 && stack[length - 1] == ')') {
        length--;
        for (size_t i = length; i > 0; i--) {
            if (stack[i - 1] == '(') {
                start = stack + i;
                break;
            }
        }
    } else if (length > 7) {
        start = stack + 7;
    }
    const char *stop = stack + length;
    const char *second = stop;
    while (second > start && *--second != ':') {
    }
    const char *first = second;
    while (first > start && *--first != ':') {
    }
    if (*first != ':' || *second != ':' || first == second)
        return false;
    place->name = start;
    place->name_size = (size_t)(first - start);
    return parse_number(first + 1, (size_t)(second - first - 1), &place->line) &&
           parse_number(second + 1, (size_t)(stop - second - 1), &place->column);
}
