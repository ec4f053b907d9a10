#include "host/call_memory.hpp"

namespace goru {

void CallContext::Reserve(size_t bytes) const {
  if (!memory) return;
  // Before, as the call may be answered meanwhile.
  const auto budget = memory->budget();
  if (!memory->Reserve(bytes) && budget) throw host::NoRoom(*budget, bytes);
}

}  // namespace goru

namespace goru::host {

std::string DoesNotFit(const support::ByteBudget& budget, const char* what, size_t bytes) {
  return std::string(what) + " of " + std::to_string(bytes) + " bytes does not fit into what is left of " +
         budget.WhatRefuses(bytes);
}

NoRoom::NoRoom(const support::ByteBudget& budget, size_t bytes)
    : CallError("HostError", DoesNotFit(budget, "the result", bytes)), bytes_(bytes) {}

}  // namespace goru::host

namespace goru::internal {

void CallMemory::Begin(support::HeldBytes held, size_t used) noexcept {
  const std::lock_guard lock(mutex_);
  held_ = std::move(held);
  used_ = used;
}

bool CallMemory::Reserve(size_t bytes) noexcept {
  const std::lock_guard lock(mutex_);
  if (!held_.budget()) return true;
  if (bytes > held_.budget()->limit()) return false;
  const size_t wanted = used_ + bytes;
  if (wanted > held_.bytes() && !held_.Grow(wanted - held_.bytes())) return false;
  used_ = wanted;
  return true;
}

size_t CallMemory::used() const noexcept {
  const std::lock_guard lock(mutex_);
  return used_;
}

bool CallMemory::holds() const noexcept {
  const std::lock_guard lock(mutex_);
  return held_.bytes() > 0;
}

support::HeldBytes CallMemory::Take() noexcept {
  const std::lock_guard lock(mutex_);
  used_ = 0;
  return held_.Split(held_.bytes());
}

std::shared_ptr<support::ByteBudget> CallMemory::budget() const {
  const std::lock_guard lock(mutex_);
  return held_.budget();
}

}  // namespace goru::internal
