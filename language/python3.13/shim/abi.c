#include "shim.h"

#include <stdlib.h>

// Jobs of ordinary size fit in here.
enum { INPUT_SIZE = 16 * 1024 };

static char input_buffer[INPUT_SIZE];
static char *input = input_buffer;
static size_t input_capacity = INPUT_SIZE;

__attribute__((export_name("goru_buffer"))) char *goru_buffer(int32_t size);
__attribute__((export_name("goru_init"))) int32_t goru_init(void);
__attribute__((export_name("goru_run"))) int32_t goru_run(int32_t size);

char *goru_buffer(int32_t size)
{
    if (size < 0)
        return NULL;
    if (input != input_buffer) {
        free(input);
        input = input_buffer;
        input_capacity = INPUT_SIZE;
    }
    if (size <= INPUT_SIZE)
        return input_buffer;
    char *block = malloc((size_t)size);
    if (!block)
        return NULL;
    input = block;
    input_capacity = (size_t)size;
    return input;
}

int32_t goru_init(void)
{
    return boot();
}

// The outcome of a run whose own outcome could not be made; no memory is needed for it but the message's.
static PyObject *error_outcome(const char *type, PyObject *error)
{
    PyObject *described = error ? PyObject_CallOneArg(host_module_describe, error) : NULL;
    if (described)
        return Py_BuildValue("{s:N}", "error", described);
    PyErr_Clear();
    return Py_BuildValue("{s:{s:s,s:s,s:s}}", "error", "type", type, "message", "", "traceback", type);
}

static bool report(PyObject *outcome)
{
    buffer_byte(&crossing_request, '(');
    buffer_u32(&crossing_request, 2);
    buffer_byte(&crossing_request, 'i');
    buffer_u32(&crossing_request, 'r');
    Encoded encoded = codec_encode(&crossing_request, outcome);
    PyObject *answer = encoded == ENCODED ? cross(crossing_request.data, crossing_request.size) : NULL;
    buffer_reset(&crossing_request);
    bool sent = answer != NULL;
    Py_XDECREF(answer);
    PyErr_Clear();
    return sent;
}

int32_t goru_run(int32_t size)
{
    if (!host_module_run || size < 0 || (size_t)size > input_capacity)
        return 1;
    PyObject *job = codec_decode(input, (size_t)size);
    // A large input is not kept while the code runs.
    goru_buffer(0);
    interrupt_begin_run();
    PyObject *outcome = job ? PyObject_CallOneArg(host_module_run, job) : NULL;
    Py_XDECREF(job);
    PyObject *error = outcome ? NULL : PyErr_GetRaisedException();
    if (interrupt_end_run()) {
        Py_XDECREF(outcome);
        if (error)
            Py_SETREF(error, interrupt_origin(error));
        outcome = error_outcome("Interrupted", error);
    } else if (error && PyErr_GivenExceptionMatches(error, PyExc_MemoryError)) {
        outcome = error_outcome("MemoryError", NULL);
    }
    Py_XDECREF(error);
    bool reported = outcome && report(outcome);
    Py_XDECREF(outcome);
    PyErr_Clear();
    return reported ? 0 : 1;
}
