#include "wasm/earlier_handler.hpp"

namespace goru::wasm {

void HandOn(const struct sigaction& earlier, int signal, siginfo_t* info, void* context) noexcept {
  if ((earlier.sa_flags & SA_SIGINFO) != 0) {
    earlier.sa_sigaction(signal, info, context);
    return;
  }
  if (earlier.sa_handler != SIG_DFL && earlier.sa_handler != SIG_IGN) {
    earlier.sa_handler(signal);
    return;
  }
  // By default it is ignored.
  if (signal == SIGURG) return;
  if (earlier.sa_handler == SIG_IGN && info->si_code <= 0) return;
  // The instruction faults again, and this time the process ends. A signal that was sent does not come again by itself.
  ::signal(signal, SIG_DFL);
  if (info->si_code <= 0) ::raise(signal);
}

}  // namespace goru::wasm
