#include "shim.h"

// Every import ends here, static and dynamic alike, before anything is looked up: a module that ran earlier in the
// session cannot be imported by its name either.
static char *refuse(JSContext *ctx, const char *base, const char *name, void *opaque)
{
    (void)base;
    (void)opaque;
    JS_ThrowPlainError(ctx,
                       "cannot import '%.80s': the sandbox has no module loader; bundle dependencies into one file, "
                       "for instance with esbuild --bundle --format=esm",
                       name);
    return NULL;
}

void modules_install(JSRuntime *rt)
{
    JS_SetModuleLoaderFunc(rt, refuse, NULL, NULL);
}
