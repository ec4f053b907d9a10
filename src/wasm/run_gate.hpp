// Who may touch a guest's memory right now: the guest, the host, or nobody any more.
//
// A running guest is stopped by taking its memory away: the next load or store faults inside WebAssembly code, and the
// engine turns that into a trap. Native code must never meet memory that is gone, so every way from guest to host and
// back passes this gate:
//
//              EnterHost                      Stop (memory revoked)
//     kHost <------------- kWasm ------------------------------------> kRevoking -> kRevoked
//       |  -------------->  | ^                                           |  ^
//       |     EnterWasm     | | Nudge                          (refused)  v  | Stop
//       | Stop              v |                                        kUnrevoked
//       v                 kNudging
//     kHostMarked: the host function ends its work, and EnterWasm refuses
//
// Another thread may also write into the guest's memory to ask it something (Nudge). It does so only while guest code
// runs: what a host function reads, it reads as the guest left it. In kHost the request is noted (kHostNudge), and
// EnterWasm does it. Neither costs anything where nobody asks.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "support/process_generation.hpp"
#include "support/stop_signal.hpp"

namespace goru::wasm {

class MemorySlot;

using support::StopReason;

/// One gate belongs to one instance. The run's own thread calls Begin, EnterWasm, EnterHost, Settle and End; any thread
/// may call Stop and Nudge, but not while End runs (the caller orders the two).
class RunGate {
 public:
  /// `slot` outlives the gate.
  explicit RunGate(MemorySlot& slot) : slot_(slot) {}
  RunGate(const RunGate&) = delete;
  RunGate& operator=(const RunGate&) = delete;

  /// What Nudge does: writes into the guest's memory. Called on any thread, but never at the same time as a host
  /// function. Set before the first run.
  using NudgeFunction = void (*)(void* context) noexcept;
  void set_nudge(NudgeFunction function, void* context) noexcept {
    nudge_ = function;
    nudge_context_ = context;
  }

  /// What else Stop does where guest code runs, once its memory is gone: makes it notice. Set before the first run.
  void set_kick(NudgeFunction function, void* context) noexcept {
    kick_ = function;
    kick_context_ = context;
  }

  /// A run starts, on the host's side.
  void Begin() noexcept;

  /// Host to guest. False: a stop was asked for, or this is a child that was forked on the host's side; guest code must
  /// not run again.
  [[nodiscard]] bool EnterWasm() noexcept;

  /// Guest to host. False: the memory is being taken away; return a trap and touch nothing of the guest's.
  [[nodiscard]] bool EnterHost() noexcept;

  /// Guest to host for callbacks that cannot trap: like EnterWasm on the way back, but where a stop was asked for it
  /// takes the memory away here, so that the guest faults at its next access.
  void LeaveHostOrRevoke() noexcept;

  /// After the outermost call into the guest has returned, however it ended: waits for a stopper that is at work. From
  /// here on the host owns the memory, unless stopped() says that it is gone.
  void Settle() noexcept;

  /// The run is over.
  void End() noexcept;

  /// Asks for the end of the run. The first reason stays. Wakes host calls that wait on signal(). False: the system did
  /// not take the memory away (MemorySlot::Revoke). The guest ends when it next comes to the host, and its slot is not
  /// used again unless Reset succeeds; until then it runs, and Stop is to be called again.
  bool Stop(StopReason reason) noexcept;

  /// Has the nudge done before the guest runs on; what it waits for in the host it no longer waits for (see
  /// StopSignal::interrupted). False: no run, or one that is being stopped.
  bool Nudge() noexcept;

  StopReason reason() const noexcept { return reason_.load(); }
  /// True where a stop was asked for in this run.
  bool stopped() const noexcept { return reason() != StopReason::kNone; }
  /// True where guest code that still runs has been stopped, or is just being: it may be left wherever it is. May be
  /// called in a signal handler.
  bool revoked() const noexcept {
    const uint32_t state = state_.load(std::memory_order_acquire);
    return state == kRevoking || state == kRevoked || state == kUnrevoked;
  }
  /// Raised when a stop was asked for; interrupted by a nudge of one who is in the host.
  support::StopSignal& signal() noexcept { return *signal_; }
  /// The same, for work that may outlive the instance.
  const std::shared_ptr<support::StopSignal>& shared_signal() const noexcept { return signal_; }

 private:
  enum State : uint32_t { kIdle, kHost, kHostNudge, kWasm, kNudging, kHostMarked, kRevoking, kRevoked, kUnrevoked };

  bool EnterWasmNudged() noexcept;
  bool EnterHostAfterNudge() noexcept;
  bool Revoke() noexcept;

  MemorySlot& slot_;
  /// Of the run.
  support::Origin origin_;
  NudgeFunction nudge_ = nullptr;
  void* nudge_context_ = nullptr;
  NudgeFunction kick_ = nullptr;
  void* kick_context_ = nullptr;
  std::atomic<uint32_t> state_{kIdle};
  std::atomic<StopReason> reason_{StopReason::kNone};
  std::shared_ptr<support::StopSignal> signal_ = std::make_shared<support::StopSignal>();
};

}  // namespace goru::wasm
