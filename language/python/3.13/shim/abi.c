#include "input.h"
#include "shim.h"

__attribute__((export_name("goru_init"))) int32_t goru_init(void);
__attribute__((export_name("goru_run"))) int32_t goru_run(int32_t size);

int32_t goru_init(void)
{
    return boot();
}

// The outcome of a run whose own outcome could not be made; no memory is needed for it but the message's.
static PyObject *error_outcome(const char *kind, const char *type, PyObject *error)
{
    PyObject *described = error ? PyObject_CallOneArg(host_module_describe, error) : NULL;
    PyObject *name = described ? PyUnicode_FromString(kind) : NULL;
    bool told = name && PyDict_Check(described) && PyDict_SetItemString(described, "kind", name) == 0;
    Py_XDECREF(name);
    if (told)
        return Py_BuildValue("{s:N}", "error", described);
    Py_XDECREF(described);
    PyErr_Clear();
    return Py_BuildValue("{s:{s:s,s:s,s:s,s:s}}", "error", "kind", kind, "type", type, "message", "", "traceback", type);
}

static bool report(PyObject *outcome)
{
    marshal_sequence(&crossing_request, MARSHAL_TUPLE, 2);
    marshal_integer(&crossing_request, 'r');
    Encoded encoded = codec_encode(&crossing_request, outcome);
    PyObject *answer = encoded == ENCODED ? cross(crossing_request.data, crossing_request.size) : NULL;
    crossing_request_done();
    bool sent = answer != NULL;
    Py_XDECREF(answer);
    PyErr_Clear();
    return sent;
}

int32_t goru_run(int32_t size)
{
    if (!host_module_run || !input_holds(size))
        return 1;
    PyObject *job = codec_decode(input, (size_t)size);
    // A large input is not kept while the code runs.
    input_drop();
    interrupt_begin_run();
    PyObject *outcome = job ? PyObject_CallOneArg(host_module_run, job) : NULL;
    Py_XDECREF(job);
    PyObject *error = outcome ? NULL : PyErr_GetRaisedException();
    if (interrupt_end_run()) {
        Py_XDECREF(outcome);
        if (error)
            Py_SETREF(error, interrupt_origin(error));
        outcome = error_outcome("interrupted", "Interrupted", error);
    } else if (error && PyErr_GivenExceptionMatches(error, PyExc_MemoryError)) {
        outcome = error_outcome("memory", "MemoryError", NULL);
    }
    Py_XDECREF(error);
    bool reported = outcome && report(outcome);
    Py_XDECREF(outcome);
    PyErr_Clear();
    return reported ? 0 : 1;
}
