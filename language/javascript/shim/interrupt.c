#include "shim.h"

// The collector walks the whole heap, which turns every page of the image into a private copy. A run that stays below
// the lower bound never collects; the upper bound keeps garbage from eating the memory limit of a large heap.
enum { GC_LEAST = 8 * 1024 * 1024, GC_MOST = 64 * 1024 * 1024 };

// The host writes 1 here, possibly from another thread.
__attribute__((used, visibility("default"), aligned(4))) volatile uint32_t goru_interrupt_flag;

bool interrupt_seen;

bool interrupt_poll(void)
{
    if (goru_interrupt_flag != 0) {
        goru_interrupt_flag = 0;
        interrupt_seen = true;
    }
    // Stays true until the run has ended: nothing in the guest can swallow it.
    return interrupt_seen;
}

static int on_poll(JSRuntime *rt, void *opaque)
{
    (void)opaque;
    engine_tune_gc(rt, GC_LEAST, GC_MOST);
    return interrupt_poll();
}

void interrupt_install(JSRuntime *rt)
{
    JS_SetGCThreshold(rt, GC_LEAST);
    JS_SetInterruptHandler(rt, on_poll, NULL);
}

void interrupt_begin_run(void)
{
    interrupt_seen = false;
}
