// In place of numpy's own file. That one keeps values in std::unordered_set, which throws where memory ends, and there
// are no C++ exceptions here. This one leaves every array to numpy.unique()'s other way, which sorts.
#define NPY_NO_DEPRECATED_API NPY_API_VERSION
#define _MULTIARRAYMODULE

#include <Python.h>

#include "numpy/arrayobject.h"

extern "C" NPY_NO_EXPORT PyObject* array__unique_hash(PyObject*, PyObject* arr) {
  if (!PyArray_Check(arr)) {
    PyErr_SetString(PyExc_TypeError, "_unique_hash() requires a NumPy array input.");
    return nullptr;
  }
  Py_RETURN_NOTIMPLEMENTED;
}
