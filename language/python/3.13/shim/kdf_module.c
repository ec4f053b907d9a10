#include "shim.h"

#include <errno.h>
#include <stdint.h>

// Of the package scrypt: RFC 7914 and, for SHA-256, PBKDF2 of RFC 8018.
extern int crypto_scrypt(const uint8_t *password, size_t password_size, const uint8_t *salt, size_t salt_size, uint64_t n,
                         uint32_t r, uint32_t p, uint8_t *out, size_t out_size);
void libcperciva_warnx(const char *format, ...);
extern void PBKDF2_SHA256(const uint8_t *password, size_t password_size, const uint8_t *salt, size_t salt_size,
                          uint64_t iterations, uint8_t *out, size_t out_size);

// What the library would write to the standard error.
void libcperciva_warnx(const char *format, ...)
{
    (void)format;
}

// scrypt(password, salt, n, r, p, size) -> the key. The caller has checked what it says.
static PyObject *kdf_scrypt(PyObject *module, PyObject *args)
{
    (void)module;
    Py_buffer password;
    Py_buffer salt;
    unsigned long long n;
    unsigned long r;
    unsigned long p;
    Py_ssize_t size;
    if (!PyArg_ParseTuple(args, "y*y*Kkkn:scrypt", &password, &salt, &n, &r, &p, &size))
        return NULL;
    PyObject *key = PyBytes_FromStringAndSize(NULL, size);
    errno = ENOMEM;
    if (key && crypto_scrypt(password.buf, (size_t)password.len, salt.buf, (size_t)salt.len, n, (uint32_t)r, (uint32_t)p,
                             (uint8_t *)PyBytes_AS_STRING(key), (size_t)size) != 0) {
        Py_CLEAR(key);
        if (errno == ENOMEM)
            PyErr_NoMemory();
        else
            PyErr_SetString(PyExc_ValueError, "Invalid parameter combination for n, r, p");
    }
    PyBuffer_Release(&password);
    PyBuffer_Release(&salt);
    return key;
}

// pbkdf2_sha256(password, salt, iterations, size) -> the key.
static PyObject *kdf_pbkdf2_sha256(PyObject *module, PyObject *args)
{
    (void)module;
    Py_buffer password;
    Py_buffer salt;
    unsigned long long iterations;
    Py_ssize_t size;
    if (!PyArg_ParseTuple(args, "y*y*Kn:pbkdf2_sha256", &password, &salt, &iterations, &size))
        return NULL;
    PyObject *key = PyBytes_FromStringAndSize(NULL, size);
    if (key)
        PBKDF2_SHA256(password.buf, (size_t)password.len, salt.buf, (size_t)salt.len, iterations,
                                  (uint8_t *)PyBytes_AS_STRING(key), (size_t)size);
    PyBuffer_Release(&password);
    PyBuffer_Release(&salt);
    return key;
}

static PyMethodDef methods[] = {
    {"pbkdf2_sha256", kdf_pbkdf2_sha256, METH_VARARGS, NULL},
    {"scrypt", kdf_scrypt, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    .m_base = PyModuleDef_HEAD_INIT,
    .m_name = "_kdf",
    .m_size = -1,
    .m_methods = methods,
};

PyObject *kdf_module_init(void)
{
    // The library tests itself at the first call and ends the program where that fails, for want of memory too.
    uint8_t key[1];
    if (crypto_scrypt(key, 0, key, 0, 2, 1, 1, key, 1) != 0)
        return PyErr_NoMemory();
    return PyModule_Create(&definition);
}
