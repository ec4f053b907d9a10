#include "wasm/trap_signals.hpp"

#include <array>

namespace goru::wasm {
namespace {

// The engines have handlers for the first three; a page of an image that cannot be read raises the fourth. The fifth is
// how the engine `native` is told of a stop (native/native_traps.hpp).
constexpr std::array<int, 5> kSignals = {SIGSEGV, SIGILL, SIGFPE, SIGBUS, SIGURG};

sigset_t Set() noexcept {
  sigset_t set;
  ::sigemptyset(&set);
  for (const int signal : kSignals) ::sigaddset(&set, signal);
  return set;
}

}  // namespace

TrapSignals::TrapSignals() noexcept {
  const sigset_t set = Set();
  ::pthread_sigmask(SIG_UNBLOCK, &set, &before_);
}

TrapSignals::~TrapSignals() {
  sigset_t blocked;
  ::sigemptyset(&blocked);
  bool any = false;
  for (const int signal : kSignals) {
    if (::sigismember(&before_, signal) != 1) continue;
    ::sigaddset(&blocked, signal);
    any = true;
  }
  // Only these: a host function may have changed the rest.
  if (any) ::pthread_sigmask(SIG_BLOCK, &blocked, nullptr);
}

}  // namespace goru::wasm
