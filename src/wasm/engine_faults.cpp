#include "wasm/engine_faults.hpp"

#include <ucontext.h>

#include <array>
#include <atomic>
#include <csignal>
#include <mutex>

#include "support/file.hpp"
#include "support/process_generation.hpp"
#include "wasm/earlier_handler.hpp"

namespace goru::wasm {
namespace {

// Those that Wasmtime has handlers for.
constexpr std::array<int, 4> kSignals = {SIGSEGV, SIGBUS, SIGILL, SIGFPE};
std::array<struct sigaction, kSignals.size()> before = {};

// A handler must not allocate what it looks at: this is part of each thread from its start on.
[[gnu::tls_model("initial-exec")]] thread_local const CodeRuns* current = nullptr;

void Handle(int signal, siginfo_t* info, void* context) noexcept {
  size_t i = 0;
  while (kSignals[i] != signal) ++i;
  const auto* machine = static_cast<const ucontext_t*>(context);
  // NOLINTNEXTLINE(performance-no-int-to-ptr): that is how the machine has it
  const auto* at = reinterpret_cast<const void*>(machine->uc_mcontext.gregs[REG_RIP]);
  if (current == nullptr || !current->Contains(at)) {
    // Nobody's whom a fork has to wait for: an embedder's handler may fork to report a crash.
    HandOn(before[i], signal, info, context);
    return;
  }
  const support::HoldForkInHandler hold;
  HandOn(before[i], signal, info, context);
}

}  // namespace

Expected<void> HoldForksInFaults() {
  static std::mutex mutex;
  static bool installed = false;
  const std::lock_guard lock(mutex);
  if (installed) return {};
  struct sigaction action = {};
  action.sa_sigaction = Handle;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART | SA_NODEFER;
  ::sigemptyset(&action.sa_mask);
  for (size_t i = 0; i < kSignals.size(); ++i) {
    if (::sigaction(kSignals[i], nullptr, &before[i]) != 0 || ::sigaction(kSignals[i], &action, nullptr) != 0) {
      return support::SystemError("cannot install a handler of signals for", "the engine wasmtime");
    }
  }
  installed = true;
  return {};
}

CodeRuns::CodeRuns(const void* begin, const void* end) noexcept : begin_(begin), end_(end), outer_(current) {
  // In this order for a handler that comes in between.
  std::atomic_signal_fence(std::memory_order_seq_cst);
  current = this;
}

CodeRuns::~CodeRuns() {
  current = outer_;
  std::atomic_signal_fence(std::memory_order_seq_cst);
}

}  // namespace goru::wasm
