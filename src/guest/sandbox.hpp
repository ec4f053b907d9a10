// One sandbox as the layers above see it, whatever language it runs and whatever runs it: the seam between what goru
// does with sandboxes and how one is made. A sandbox in another process, or of another engine, is one more class of
// this kind and one more SandboxFactory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "goru/error.hpp"
#include "guest/port.hpp"
#include "support/byte_budget.hpp"
#include "support/stop_signal.hpp"

namespace goru::wasi {
class Files;
}  // namespace goru::wasi

namespace goru::guest {

using support::StopReason;

/// How a run left its sandbox.
struct RunEnd {
  enum class Kind {
    /// The sandbox is only data again and can run the next job.
    kAtRest,
    /// The guest ended its process.
    kExited,
    /// Sandbox::Stop.
    kStopped,
    /// A fault of the guest's own.
    kTrapped,
    /// The port ended the run (After::kUnwind), or the guest broke the protocol.
    kEnded,
    /// The host threw while it served the guest: out of memory, most likely.
    kHostFailed,
    /// The job did not begin, for want of memory in this process. The sandbox is what it was.
    kNotBegun,
  };
  Kind kind = Kind::kAtRest;
  /// For kExited.
  uint32_t exit_code = 0;
  /// For kStopped: the first reason.
  StopReason reason = StopReason::kNone;
  /// For kTrapped: what happened, in the engine's words. For kNotBegun: what was missing.
  std::string message;
  /// For kHostFailed: what was thrown.
  std::optional<Error> host_error;
};

/// One thread at a time, but for what says otherwise. Nothing throws but Run, which lets out what the port throws.
///
/// Room for later: at rest a sandbox is only data, so a `Checkpoint` between runs can turn it into bytes, and a factory
/// can make one from them.
class Sandbox {
 public:
  Sandbox() = default;
  virtual ~Sandbox() = default;
  Sandbox(const Sandbox&) = delete;
  Sandbox& operator=(const Sandbox&) = delete;

  // A run is Begin, Run and End, on one thread.

  /// From here until End the run can be stopped. Forgets that a memory limit was met.
  virtual void Begin() noexcept = 0;
  /// Runs one job. Of the thread's stack it takes a few KiB, whatever the guest and the port do. After anything but
  /// kAtRest and kNotBegun the sandbox is of no more use and goes back to its factory.
  virtual RunEnd Run(const Job& job, HostPort& port) = 0;
  /// The run is over: whoever could stop or interrupt it no longer does. An interrupt that it did not take up is
  /// forgotten.
  virtual void End() noexcept = 0;

  // From any thread between Begin and End. The caller sees to it that these calls, Begin and End do not overlap.

  /// Ends the run soon, whatever the guest does. The first reason stays. False: the system did not do it (it is out of
  /// memory, say). The run ends when the guest next comes to the host; to end it sooner, call again.
  virtual bool Stop(StopReason reason) noexcept = 0;
  /// True where this run was stopped.
  virtual bool stopped() const noexcept = 0;
  /// Asks the guest to end the run by itself and stay usable. It may not listen. False: this one cannot be asked, or
  /// the run is stopped.
  virtual bool Interrupt() noexcept = 0;

  /// Raised when a run is stopped, lowered by Begin. For work of the host that a run waits for; it may outlive the
  /// sandbox.
  virtual const std::shared_ptr<support::StopSignal>& stop_signal() const noexcept = 0;

  // Between runs.

  /// The most memory that the guest may have, in bytes, what it starts with included.
  virtual void SetMemoryLimit(size_t bytes) noexcept = 0;
  /// `held` stands for the memory that the guest has, and grows with it from now on: where its budget has no room the
  /// guest gets no more, whatever its own limit. What was held before is given back.
  virtual void CountMemory(support::HeldBytes held) noexcept = 0;
  /// What the guest sees of files from now on; null: nothing. Must outlive the sandbox or be taken away.
  virtual void ShowFiles(wasi::Files* files) noexcept = 0;
  /// Memory of the machine that this sandbox alone holds, in bytes; 0 where the system cannot say.
  virtual size_t ResidentBytes() const noexcept = 0;

  // During and after a run, on its thread.

  /// Memory that the guest has, in bytes.
  virtual size_t MemoryBytes() const noexcept = 0;
  /// The most that it ever had.
  virtual size_t PeakMemoryBytes() const noexcept = 0;
  /// Whether it was refused memory since Begin because of the limit, or because of the budget, or has all that a guest
  /// can have.
  virtual bool memory_limit_hit() const noexcept = 0;
  /// Whether it was because of the budget (CountMemory).
  virtual bool memory_budget_hit() const noexcept = 0;
};

}  // namespace goru::guest
