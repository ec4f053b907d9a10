#include "shim.h"

#include <stdlib.h>

// Objects that exist when the image is taken never die, so they need no counting: a run that only looks at one then leaves its
// page as it is in the image. PEP 683 has the meaning of the count.

typedef struct {
    PyObject **objects;
    size_t count;
    size_t capacity;
    bool failed;
} Pending;

static int add(PyObject *object, void *data)
{
    Pending *pending = data;
    if (_Py_IsImmortal(object))
        return 0;
    if (pending->count == pending->capacity) {
        size_t capacity = pending->capacity ? pending->capacity * 2 : 4096;
        PyObject **objects = realloc(pending->objects, capacity * sizeof(*objects));
        if (!objects) {
            pending->failed = true;
            return 0;
        }
        pending->objects = objects;
        pending->capacity = capacity;
    }
    object->ob_refcnt = _Py_IMMORTAL_REFCNT;
    pending->objects[pending->count++] = object;
    return 0;
}

static int add_tracked(PyObject *object, void *data)
{
    add(object, data);
    return 1;
}

// The collector does not know what code refers to.
static void add_parts_of_code(const PyCodeObject *code, Pending *pending)
{
    PyObject *const parts[] = {
        code->co_consts,    code->co_names, code->co_exceptiontable, code->co_localsplusnames, code->co_localspluskinds,
        code->co_filename,  code->co_name,  code->co_qualname,       code->co_linetable,
    };
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        if (parts[i])
            add(parts[i], pending);
    }
}

bool make_all_immortal(void)
{
    Pending pending = {0};
    PyUnstable_GC_VisitObjects(add_tracked, &pending);
    while (pending.count > 0) {
        PyObject *object = pending.objects[--pending.count];
        traverseproc traverse = Py_TYPE(object)->tp_traverse;
        if (PyCode_Check(object))
            add_parts_of_code((PyCodeObject *)object, &pending);
        else if (PyObject_IS_GC(object) && traverse)
            traverse(object, add, &pending);
    }
    free(pending.objects);
    return !pending.failed;
}
