// Ctrl-C.
#pragma once

#include <functional>

namespace goru::cli {

/// From here to the end of the process the first SIGINT calls `on_interrupt`, on a thread made for it, and a second one
/// kills the process. Does nothing where SIGINT is ignored, as it is for a background job. To be called once.
void HandleInterrupts(std::function<void()> on_interrupt);

}  // namespace goru::cli
