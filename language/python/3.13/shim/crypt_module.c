#include "shim.h"

#include <errno.h>
#include <unistd.h>

extern char *crypt(const char *word, const char *salt);

static PyObject *crypt_crypt(PyObject *module, PyObject *args)
{
    (void)module;
    const char *word;
    const char *salt;
    if (!PyArg_ParseTuple(args, "ss:crypt", &word, &salt))
        return NULL;
    const char *hash = crypt(word, salt);
    if (!hash)
        return PyErr_SetFromErrno(PyExc_OSError);
    return PyUnicode_FromString(hash);
}

static PyMethodDef methods[] = {
    {"crypt", crypt_crypt, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    .m_base = PyModuleDef_HEAD_INIT,
    .m_name = "_crypt",
    .m_size = -1,
    .m_methods = methods,
};

PyObject *crypt_module_init(void)
{
    return PyModule_Create(&definition);
}
