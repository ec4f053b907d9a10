// The signals as which a guest's faults arrive.
#pragma once

#include <csignal>

namespace goru::wasm {

/// While it lives, the calling thread does not block the signals that faults raise. The kernel kills a process where a
/// thread faults with the signal blocked, and threads of servers often block all signals.
class TrapSignals {
 public:
  TrapSignals() noexcept;
  /// Blocks again what was blocked.
  ~TrapSignals();
  TrapSignals(const TrapSignals&) = delete;
  TrapSignals& operator=(const TrapSignals&) = delete;

 private:
  sigset_t before_;
};

}  // namespace goru::wasm
