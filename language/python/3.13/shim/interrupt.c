#include "shim.h"

#include "interrupt_hook.h"

#define Py_BUILD_CORE 1
#include "internal/pycore_ceval.h"
#include "internal/pycore_pystate.h"

// The host writes 1 here, possibly from another thread.
__attribute__((used, visibility("default"), aligned(4))) volatile uint32_t goru_interrupt_flag;

// And sets this bit in the word at this address, which the interpreter looks at in every loop and at every call anyway: so a
// guest that nobody interrupts pays nothing. Should the interpreter write to that word in the same moment, the bit may be
// lost, and the flag is seen when CPython next comes by, or the host ends the run after its grace.
__attribute__((used, visibility("default"), aligned(4))) volatile uint32_t goru_interrupt_nudge[2];

static PyObject *interrupted_type;
// True from the interrupt to the end of the run: guest code that catches the exception gets it again at once.
static bool interrupted;
static bool running;

int goru_interrupt_check(void)
{
    if (goru_interrupt_flag != 0) {
        goru_interrupt_flag = 0;
        interrupted = running;
    }
    if (!interrupted)
        return 0;
    PyErr_SetString(interrupted_type, "interrupted");
    return -1;
}

void interrupt_install(void)
{
    interrupted_type = PyErr_NewException("builtins.Interrupted", PyExc_BaseException, NULL);
    goru_interrupt_nudge[0] = (uint32_t)(uintptr_t)&PyThreadState_Get()->eval_breaker;
    goru_interrupt_nudge[1] = _PY_SIGNALS_PENDING_BIT;
}

void interrupt_begin_run(void)
{
    interrupted = false;
    running = true;
}

bool interrupt_end_run(void)
{
    bool seen = interrupted;
    interrupted = false;
    running = false;
    return seen;
}

PyObject *interrupt_origin(PyObject *error)
{
    // Every handler on the way out meets the interruption anew. Code can link these errors as it likes, into rings too.
    enum { MOST_HANDLERS = 10000 };
    PyObject *origin = Py_NewRef(error);
    for (int i = 0; i < MOST_HANDLERS; i++) {
        PyObject *before = PyException_GetContext(origin);
        if (!before || !PyErr_GivenExceptionMatches(before, interrupted_type)) {
            Py_XDECREF(before);
            break;
        }
        Py_SETREF(origin, before);
    }
    PyException_SetContext(origin, NULL);
    return origin;
}
