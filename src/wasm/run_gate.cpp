#include "wasm/run_gate.hpp"

#include "wasm/memory_slot.hpp"

namespace goru::wasm {

void RunGate::Begin() noexcept {
  reason_.store(StopReason::kNone);
  signal_->Clear();
  state_.store(kHost);
}

bool RunGate::EnterWasm() noexcept {
  uint32_t expected = kHost;
  return state_.compare_exchange_strong(expected, kWasm);
}

bool RunGate::EnterHost() noexcept {
  uint32_t expected = kWasm;
  return state_.compare_exchange_strong(expected, kHost);
}

void RunGate::LeaveHostOrRevoke() noexcept {
  if (EnterWasm()) return;
  Revoke();
}

void RunGate::Revoke() noexcept {
  slot_.Revoke();
  state_.store(kRevoked);
  state_.notify_all();
}

void RunGate::Settle() noexcept {
  if (EnterHost()) return;
  uint32_t state = state_.load();
  while (state == kRevoking) {
    state_.wait(state);
    state = state_.load();
  }
}

void RunGate::End() noexcept { state_.store(kIdle); }

void RunGate::Stop(StopReason reason) noexcept {
  StopReason none = StopReason::kNone;
  uint32_t state = state_.load();
  if (state == kIdle) return;
  reason_.compare_exchange_strong(none, reason);
  for (;;) {
    if (state == kWasm) {
      if (!state_.compare_exchange_weak(state, kRevoking)) continue;
      Revoke();
      break;
    }
    if (state == kHost) {
      if (!state_.compare_exchange_weak(state, kHostMarked)) continue;
      break;
    }
    break;
  }
  signal_->Raise();
}

}  // namespace goru::wasm
