#include "shim.h"

#include <stdlib.h>
#include <wasi/api.h>

// How deep calls through C may nest: as deep as on other machines, where the count is 10,000 (it is 5,000 for WASI), and what a
// run itself takes. Both stacks have room for it: kMaxGuestStack in src/wasm/guest_stack.hpp, stack-size in build_guest.sh.
enum { C_RECURSION = 10002 };

// The last argument of the command line is the text of the prelude.
static char *read_prelude(void)
{
    __wasi_size_t count;
    __wasi_size_t size;
    if (__wasi_args_sizes_get(&count, &size) != 0 || count == 0)
        return NULL;
    uint8_t **arguments = calloc(count, sizeof(*arguments));
    uint8_t *text = malloc(size);
    char *prelude = NULL;
    if (arguments && text && __wasi_args_get(arguments, text) == 0)
        prelude = (char *)arguments[count - 1];
    free(arguments);
    return prelude;
}

static PyStatus configure(void)
{
    PyPreConfig before;
    PyPreConfig_InitIsolatedConfig(&before);
    before.utf8_mode = 1;
    PyStatus status = Py_PreInitialize(&before);
    if (PyStatus_Exception(status))
        return status;
    object_memory_begin();

    PyConfig config;
    PyConfig_InitIsolatedConfig(&config);
    config.site_import = 1;
    config.install_signal_handlers = 1;
    config.write_bytecode = 0;
    config.pathconfig_warnings = 0;
    static const struct {
        size_t member;
        const wchar_t *value;
    } texts[] = {
        {offsetof(PyConfig, program_name), L"python"},
        {offsetof(PyConfig, executable), L""},
        {offsetof(PyConfig, base_executable), L""},
        {offsetof(PyConfig, prefix), L"/usr/local"},
        {offsetof(PyConfig, base_prefix), L"/usr/local"},
        {offsetof(PyConfig, exec_prefix), L"/usr/local"},
        {offsetof(PyConfig, base_exec_prefix), L"/usr/local"},
        {offsetof(PyConfig, platlibdir), L"lib"},
        // The frozen modules say that they come from here.
        {offsetof(PyConfig, stdlib_dir), L"/usr/local/lib/python3.13"},
        {offsetof(PyConfig, stdio_encoding), L"utf-8"},
        {offsetof(PyConfig, stdio_errors), L"strict"},
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]) && !PyStatus_Exception(status); i++)
        status = PyConfig_SetString(&config, (wchar_t **)((char *)&config + texts[i].member), texts[i].value);
    config.module_search_paths_set = 1;
    if (!PyStatus_Exception(status))
        status = Py_InitializeFromConfig(&config);
    PyConfig_Clear(&config);
    return status;
}

// Runs the prelude in a namespace of its own and under a file name of its own, which tells its frames from the user's.
static int run_prelude(void)
{
    char *text = read_prelude();
    if (!text)
        return -1;
    PyObject *code = Py_CompileString(text, "<goru>", Py_file_input);
    PyObject *names = PyDict_New();
    PyObject *name = PyUnicode_FromString("<goru>");
    PyObject *result = NULL;
    if (code && names && name && PyDict_SetItemString(names, "__name__", name) == 0 &&
        PyDict_SetItemString(names, "__builtins__", PyEval_GetBuiltins()) == 0)
        result = PyEval_EvalCode(code, names, names);
    Py_XDECREF(name);
    Py_XDECREF(names);
    Py_XDECREF(code);
    int failed = result && host_module_run ? 0 : -1;
    Py_XDECREF(result);
    return failed;
}

// The C half of a module that was part of the standard library once.
extern PyObject *PyInit__audioop(void);

static const struct _inittab modules[] = {
    {"_goru", host_module_init},
    {"_crypt", crypt_module_init},
    {"_kdf", kdf_module_init},
    {"audioop._audioop", PyInit__audioop},
    {NULL, NULL},
};

int boot(void)
{
    PyImport_FrozenModules = stdlib_modules;
    if (PyImport_ExtendInittab((struct _inittab *)modules) < 0 || PyImport_ExtendInittab((struct _inittab *)extension_modules) < 0)
        return 1;
    PyStatus status = configure();
    if (PyStatus_Exception(status)) {
        fprintf(stderr, "%s: %s\n", status.func ? status.func : "Python", status.err_msg ? status.err_msg : "failed");
        return 2;
    }
    PyThreadState_Get()->c_recursion_remaining = C_RECURSION;
    interrupt_install();
    if (run_prelude() < 0) {
        if (PyErr_Occurred())
            PyErr_Print();
        return 3;
    }
    return 0;
}
