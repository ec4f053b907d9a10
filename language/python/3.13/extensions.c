// The modules of native packages that this guest was linked with, by their full names (build_guest.sh writes extensions.inc).
#include "shim/shim.h"

#define EXTENSION(name, init) extern PyObject *init(void);
#include "extensions.inc"
#undef EXTENSION

#define EXTENSION(name, init) {name, init},
const struct _inittab extension_modules[] = {
#include "extensions.inc"
    {NULL, NULL},
};
