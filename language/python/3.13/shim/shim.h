// The parts of the guest and what they offer each other. One interpreter lives in one WebAssembly instance, so all state is
// global.
#pragma once

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buffer.h"
#include "marshal.h"

// ---- codec.c: values in Python's marshal format, as docs/GUEST_ABI.md restricts it ----

typedef enum Encoded {
    ENCODED,
    // Something that is not exactly a plain type, or is nested deeply: for marshal and json to decide.
    ENCODE_NOT_PLAIN,
    ENCODE_NO_MEMORY,
} Encoded;

// Appends a value. Runs no guest code.
Encoded codec_encode(Buffer *out, PyObject *value);
// Reads the one value that fills `data`, which the host wrote; NULL with an exception set.
PyObject *codec_decode(const char *data, size_t size);

// ---- crossing.c: requests to the host ----

// Sends a request and returns what the host answers, (status, value); NULL with an exception set.
PyObject *cross(const char *request, size_t size);
// The buffer that requests are written into. Empty; whoever fills it calls crossing_request_done when done.
extern Buffer crossing_request;
void crossing_request_done(void);

// ---- host_module.c: module _goru, which the prelude builds on ----

PyObject *host_module_init(void);
// What the prelude registered to run a job, or NULL: run(job) -> outcome, describe(error) -> error of an outcome.
extern PyObject *host_module_run;
extern PyObject *host_module_describe;

// ---- crypt_module.c: module _crypt, which CPython 3.13 no longer has and the package standard-crypt wants ----

PyObject *crypt_module_init(void);

// ---- local_time.c: the C library's clocks of local time ----

// set_local_time(spans, names, repeats): the zone from here on, as local_time.c has it; no spans: UTC.
PyObject *local_time_set(PyObject *module, PyObject *args);

// ---- kdf_module.c: module _kdf, of what hashlib has from OpenSSL elsewhere ----

PyObject *kdf_module_init(void);

// ---- extensions.c: the modules of native packages ----

extern const struct _inittab extension_modules[];

// ---- stdlib.c: the standard library, as frozen modules ----

extern const struct _frozen stdlib_modules[];
// The zlib-compressed source of a frozen module; NULL where there is none.
const unsigned char *stdlib_source(const char *name, size_t *size);

// ---- object_memory.c: small blocks for objects ----

// After Py_PreInitialize, which sets the allocators, and before anything else.
void object_memory_begin(void);

// ---- immortal.c: objects of the image ----

// Makes all objects that there are immortal. False: memory is exhausted, and only some are.
bool make_all_immortal(void);

// ---- interrupt.c: soft interrupts ----

void interrupt_install(void);
void interrupt_begin_run(void);
// Ends the interruption: guest code can run again. True where the run was interrupted.
bool interrupt_end_run(void);
// The interruption as it struck first, which `error` came of; a new reference.
PyObject *interrupt_origin(PyObject *error);

// ---- boot.c: the interpreter ----

// Makes the interpreter and runs the prelude. 0 = success.
int boot(void);
