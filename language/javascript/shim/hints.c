#include "hints.h"

#include <string.h>

#define TIMERS "the sandbox has no timers; use await sleep(ms), or WithSessionTimers, --timers"

#define NODE "the sandbox has no Node.js APIs, unless the host gives them: WithSessionNode, --node"

#define WEB "it comes with fetch: WithSessionWeb, --web; or use http.get"

static const struct {
    const char *name;
    const char *hint;
} hints[] = {
    {"fetch", "the sandbox has no fetch; use http.get, or WithSessionWeb, --web"},
    {"Request", WEB},
    {"Response", WEB},
    {"XMLHttpRequest", "the sandbox has no XMLHttpRequest; use http.get"},
    {"WebSocket", "the sandbox has no WebSocket; use http.get or call"},
    {"EventSource", "the sandbox has no EventSource; use http.get or call"},
    {"setTimeout", TIMERS},
    {"setInterval", TIMERS},
    {"setImmediate", TIMERS},
    {"clearTimeout", TIMERS},
    {"clearInterval", TIMERS},
    {"clearImmediate", TIMERS},
    {"require", "the sandbox has no module loader; Node's own modules come with WithSessionNode, --node; bundle other dependencies "
                "into one file, for instance with esbuild --bundle --format=esm"},
    {"module", "only code that is a CommonJS bundle has module and exports"},
    {"exports", "only code that is a CommonJS bundle has module and exports"},
    {"process", NODE},
    {"Buffer", NODE "; or use Uint8Array and TextEncoder"},
    {"__dirname", NODE},
    {"__filename", NODE},
    {"global", NODE "; or use globalThis"},
    {"window", "the sandbox is not a browser; use globalThis"},
    {"document", "the sandbox is not a browser"},
};

const char *hint_for_name(const char *name)
{
    for (size_t i = 0; i < sizeof(hints) / sizeof(hints[0]); i++) {
        if (strcmp(hints[i].name, name) == 0)
            return hints[i].hint;
    }
    return NULL;
}
