#include "shim.h"

#include <stdlib.h>

#include "interrupt_hook.h"

// Answers of ordinary calls fit in here; a larger one is fetched into memory of its own.
enum { RESPONSE_SIZE = 16 * 1024 };

// More than a request usually takes is given back.
enum { KEEP = 64 * 1024 };

__attribute__((import_module("goru"), import_name("host_call"))) extern int32_t
import_host_call(const char *request, int32_t request_size, char *response, int32_t response_capacity);

__attribute__((import_module("goru"), import_name("host_response"))) extern int32_t
import_host_response(char *response, int32_t capacity);

static char response[RESPONSE_SIZE];

Buffer crossing_request;

void crossing_request_done(void)
{
    buffer_reset(&crossing_request, KEEP);
}

PyObject *cross(const char *request, size_t size)
{
    if (size > INT32_MAX) {
        PyErr_SetString(PyExc_ValueError, "the arguments are too large");
        return NULL;
    }
    int32_t answer = import_host_call(request, (int32_t)size, response, RESPONSE_SIZE);
    // An interrupt has the host answer at once, without what was asked for.
    if (goru_interrupt_check() < 0)
        return NULL;
    if (answer <= RESPONSE_SIZE)
        return codec_decode(response, answer < 0 ? 0 : (size_t)answer);
    char *block = malloc((size_t)answer);
    if (!block)
        return PyErr_NoMemory();
    PyObject *value = NULL;
    if (import_host_response(block, answer) == answer)
        value = codec_decode(block, (size_t)answer);
    else
        PyErr_SetString(PyExc_RuntimeError, "the host's answer is gone");
    free(block);
    return value;
}
