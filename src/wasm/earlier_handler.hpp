// A handler of signals that hands on what is not its own.
#pragma once

#include <csignal>

namespace goru::wasm {

/// What `signal` would have done had `earlier` stayed its action. To be called in a handler, with its arguments.
void HandOn(const struct sigaction& earlier, int signal, siginfo_t* info, void* context) noexcept;

}  // namespace goru::wasm
