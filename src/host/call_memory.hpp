// What one host call takes of what the host may hold for its session.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>

#include "goru/registry.hpp"
#include "support/byte_budget.hpp"

namespace goru::host {

/// Thrown by CallContext::Reserve.
class NoRoom final : public CallError {
 public:
  /// `bytes` are not left of `budget`.
  NoRoom(const support::ByteBudget& budget, size_t bytes);

  size_t bytes() const noexcept { return bytes_; }

 private:
  size_t bytes_;
};

/// The message of a call whose `bytes` do not fit into `budget`.
std::string DoesNotFit(const support::ByteBudget& budget, const char* what, size_t bytes);

}  // namespace goru::host

namespace goru::internal {

/// Thread-safe: functions may be at work on several threads.
class CallMemory {
 public:
  CallMemory() = default;
  /// `held` is what was set aside for the call, of which `used` bytes are taken by what is there: its arguments.
  CallMemory(support::HeldBytes held, size_t used) noexcept : held_(std::move(held)), used_(used) {}

  /// A call begins. For the calls of one thread, which share one of these.
  void Begin(support::HeldBytes held, size_t used) noexcept;
  /// Whether there is anything to take.
  bool holds() const noexcept;

  /// False where so many are not left.
  bool Reserve(size_t bytes) noexcept;

  /// How many bytes were taken.
  size_t used() const noexcept;

  /// The call has ended; what is held goes with its answer.
  support::HeldBytes Take() noexcept;

  /// Of the budget that is drawn on; null: of none.
  std::shared_ptr<support::ByteBudget> budget() const;

 private:
  mutable std::mutex mutex_;
  support::HeldBytes held_;
  size_t used_ = 0;
};

}  // namespace goru::internal
