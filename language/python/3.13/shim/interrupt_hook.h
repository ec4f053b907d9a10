// Included before everything else in every file of CPython: it takes the place of the header that lets Emscripten's
// interpreter look for signals (Include/internal/pycore_emscripten_signal.h), at the same places. CPython comes by there when
// the eval breaker's bit for signals is set, and from C code that runs long (regular expressions, big integers).
#pragma once

#define Py_EMSCRIPTEN_SIGNAL_H

// 0, or -1 with an exception set.
extern int goru_interrupt_check(void);

#define _Py_CHECK_EMSCRIPTEN_SIGNALS() \
    do { \
        if (goru_interrupt_check() < 0) \
            return -1; \
    } while (0)
#define _Py_CHECK_EMSCRIPTEN_SIGNALS_PERIODICALLY()
