#include "shim.h"

#include <stdlib.h>
#include <wasi/api.h>

PyObject *host_module_run;
PyObject *host_module_describe;

// exchange(request) -> (status, value), or None where the request is not made of plain values.
static PyObject *exchange(PyObject *module, PyObject *request)
{
    (void)module;
    // Nothing that runs between here and the crossing can come back here.
    Encoded encoded = codec_encode(&crossing_request, request);
    PyObject *answer = NULL;
    if (encoded == ENCODED)
        answer = cross(crossing_request.data, crossing_request.size);
    crossing_request_done();
    if (encoded == ENCODE_NOT_PLAIN)
        Py_RETURN_NONE;
    if (encoded == ENCODE_NO_MEMORY)
        return PyErr_NoMemory();
    return answer;
}

// exchange_bytes(request) -> (status, value): a request that is encoded already.
static PyObject *exchange_bytes(PyObject *module, PyObject *request)
{
    (void)module;
    Py_buffer view;
    if (PyObject_GetBuffer(request, &view, PyBUF_SIMPLE) < 0)
        return NULL;
    PyObject *answer = cross(view.buf, (size_t)view.len);
    PyBuffer_Release(&view);
    return answer;
}

// register(run, describe): what goru_run calls.
static PyObject *register_runner(PyObject *module, PyObject *args)
{
    (void)module;
    PyObject *run;
    PyObject *describe;
    if (!PyArg_ParseTuple(args, "OO:register", &run, &describe))
        return NULL;
    Py_XSETREF(host_module_run, Py_NewRef(run));
    Py_XSETREF(host_module_describe, Py_NewRef(describe));
    Py_RETURN_NONE;
}

// source(name) -> the zlib-compressed source of a module of the standard library, or None.
static PyObject *source(PyObject *module, PyObject *name)
{
    (void)module;
    const char *text = PyUnicode_AsUTF8(name);
    if (!text)
        return NULL;
    size_t size;
    const unsigned char *data = stdlib_source(text, &size);
    if (!data)
        Py_RETURN_NONE;
    return PyBytes_FromStringAndSize((const char *)data, (Py_ssize_t)size);
}

// immortalize(): nothing that exists now is counted or freed any more.
static PyObject *immortalize(PyObject *module, PyObject *unused)
{
    (void)module;
    (void)unused;
    if (!make_all_immortal())
        return PyErr_NoMemory();
    Py_RETURN_NONE;
}

// cpu_time_ns(): what the thread that runs the guest has used of a processor.
static PyObject *cpu_time_ns(PyObject *module, PyObject *unused)
{
    (void)module;
    (void)unused;
    __wasi_timestamp_t now = 0;
    (void)__wasi_clock_time_get(__WASI_CLOCKID_PROCESS_CPUTIME_ID, 1, &now);
    return PyLong_FromUnsignedLongLong(now);
}

static PyMethodDef methods[] = {
    {"cpu_time_ns", cpu_time_ns, METH_NOARGS, NULL},
    {"exchange", exchange, METH_O, NULL},
    {"exchange_bytes", exchange_bytes, METH_O, NULL},
    {"immortalize", immortalize, METH_NOARGS, NULL},
    {"register", register_runner, METH_VARARGS, NULL},
    {"set_local_time", local_time_set, METH_VARARGS, NULL},
    {"source", source, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    .m_base = PyModuleDef_HEAD_INIT,
    .m_name = "_goru",
    .m_size = -1,
    .m_methods = methods,
};

PyObject *host_module_init(void)
{
    return PyModule_Create(&definition);
}
