#include "wasm/run_gate.hpp"

#include "wasm/memory_slot.hpp"

namespace goru::wasm {

void RunGate::Begin() noexcept {
  origin_ = support::Origin();
  reason_.store(StopReason::kNone);
  signal_->Clear();
  state_.store(kHost);
}

bool RunGate::EnterWasm() noexcept {
  // Nobody would stop the guest there.
  if (origin_.forked()) return false;
  uint32_t expected = kHost;
  if (state_.compare_exchange_strong(expected, kWasm)) return true;
  return expected == kHostNudge && EnterWasmNudged();
}

bool RunGate::EnterWasmNudged() noexcept {
  nudge_(nudge_context_);
  signal_->ClearInterrupt();
  uint32_t expected = kHostNudge;
  return state_.compare_exchange_strong(expected, kWasm);
}

bool RunGate::EnterHost() noexcept {
  uint32_t expected = kWasm;
  if (state_.compare_exchange_strong(expected, kHost)) return true;
  return expected == kNudging && EnterHostAfterNudge();
}

bool RunGate::EnterHostAfterNudge() noexcept {
  for (;;) {
    state_.wait(kNudging);
    uint32_t expected = kWasm;
    if (state_.compare_exchange_strong(expected, kHost)) return true;
    if (expected != kNudging) return false;
  }
}

void RunGate::LeaveHostOrRevoke() noexcept {
  if (EnterWasm()) return;
  // Where the memory stays, whoever asked for the stop asks again.
  (void)Revoke();
}

bool RunGate::Revoke() noexcept {
  const bool gone = slot_.Revoke();
  state_.store(gone ? kRevoked : kUnrevoked);
  state_.notify_all();
  return gone;
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

bool RunGate::Stop(StopReason reason) noexcept {
  StopReason none = StopReason::kNone;
  uint32_t state = state_.load();
  if (state == kIdle) return true;
  reason_.compare_exchange_strong(none, reason);
  bool stopped = true;
  for (;;) {
    if (state == kNudging) {
      state_.wait(state);
      state = state_.load();
      continue;
    }
    if (state == kWasm || state == kUnrevoked) {
      if (!state_.compare_exchange_weak(state, kRevoking)) continue;
      stopped = Revoke();
      if (kick_ != nullptr) kick_(kick_context_);
      break;
    }
    if (state == kHost || state == kHostNudge) {
      if (!state_.compare_exchange_weak(state, kHostMarked)) continue;
      break;
    }
    break;
  }
  signal_->Raise();
  return stopped;
}

bool RunGate::Nudge() noexcept {
  uint32_t state = state_.load();
  for (;;) {
    switch (state) {
      case kWasm:
        if (!state_.compare_exchange_weak(state, kNudging)) continue;
        nudge_(nudge_context_);
        state_.store(kWasm);
        state_.notify_all();
        return true;
      case kHost:
        if (!state_.compare_exchange_weak(state, kHostNudge)) continue;
        signal_->Interrupt();
        // The guest may have come back, been told, and wait for something else by now.
        if (state_.load() != kHostNudge) signal_->ClearInterrupt();
        return true;
      case kHostNudge:
      case kNudging:
        // Another thread's: what it asks for is the same.
        return true;
      default:
        return false;
    }
  }
}

}  // namespace goru::wasm
