#include "support/byte_budget.hpp"

#include <algorithm>
#include <cstdint>

namespace goru::support {
namespace {

constexpr size_t RoundUp(size_t bytes, size_t step) { return (bytes + step - 1) / step * step; }

}  // namespace

ByteBudget::ByteBudget(size_t limit, std::string name, std::shared_ptr<ByteBudget> above)
    // Far from where sums overflow.
    : limit_(std::min(limit, SIZE_MAX / 4)),
      name_(std::move(name)),
      above_(std::move(above)),
      granted_(above_ ? std::min(limit_, kOwn) : limit_) {}

ByteBudget::~ByteBudget() {
  const size_t own = std::min(limit_, kOwn);
  if (above_ && granted_ > own) above_->Give(granted_ - own);
}

size_t ByteBudget::MostOf(Reach reach) const noexcept {
  switch (reach) {
    case Reach::kLate:
      return limit_ + limit_ / 2;
    case Reach::kHandOver:
      return limit_ + limit_ / 2 + limit_ / 4;
    case Reach::kLimit:
      break;
  }
  return limit_;
}

size_t ByteBudget::LeftToHandOver() const noexcept {
  const size_t used = used_.load();
  const size_t most = MostOf(Reach::kHandOver);
  const size_t own = std::min(limit_, most - std::min(most, used));
  if (!above_) return own;
  const size_t granted = granted_.load();
  return std::min(own, granted - std::min(granted, used) + above_->LeftToHandOver());
}

bool ByteBudget::TakeUpTo(Reach reach, size_t bytes) noexcept {
  const size_t most = MostOf(reach);
  size_t used = used_.load();
  do {
    if (bytes > most || used > most - bytes) return false;
  } while (!used_.compare_exchange_weak(used, used + bytes));
  if (!above_ || used + bytes <= granted_.load() || Draw(reach)) return true;
  used_.fetch_sub(bytes);
  return false;
}

bool ByteBudget::Draw(Reach reach) noexcept {
  const std::lock_guard lock(mutex_);
  const size_t granted = granted_.load();
  const size_t used = used_.load();
  if (used <= granted) return true;
  const size_t needed = used - granted;
  const size_t step = std::max(needed, std::min(RoundUp(needed, kStep), limit_ - std::min(limit_, granted)));
  for (const size_t more : {step, needed}) {
    if (!above_->Take(more)) continue;
    granted_.store(granted + more);
    return true;
  }
  if (reach == Reach::kLimit || needed > above_->limit_ || !above_->TakeUpTo(reach, needed)) return false;
  granted_.store(granted + needed);
  return true;
}

void ByteBudget::Give(size_t bytes) noexcept {
  const size_t left = used_.fetch_sub(bytes) - bytes;
  if (!above_) return;
  const size_t granted = granted_.load();
  if (granted <= kOwn) return;
  // At rest nothing is kept from others; under way a step is, so that growing and shrinking is not asking each time.
  if (left <= kOwn || granted > RoundUp(left, kStep) + kStep) GiveBack();
}

void ByteBudget::GiveBack() noexcept {
  const std::lock_guard lock(mutex_);
  const size_t granted = granted_.load();
  const size_t own = std::min(limit_, kOwn);
  const auto wanted = [&] {
    const size_t used = used_.load();
    return used <= own ? own : RoundUp(used, kStep);
  };
  // Somebody may take what is about to be given back, having seen that it was granted. Then it shows in the second look
  // at what is used: who takes adds first and looks at the grant afterwards.
  const size_t keep = wanted();
  if (keep >= granted) return;
  granted_.store(keep);
  const size_t needed = std::min(granted, wanted());
  if (needed > keep) granted_.store(needed);
  above_->Give(granted - std::max(keep, needed));
}

const std::string& ByteBudget::WhatRefuses(size_t bytes) const noexcept {
  const size_t used = used_.load();
  if (!above_ || bytes > limit_ || used > limit_ - bytes) return name_;
  return above_->WhatRefuses(bytes);
}

bool HeldBytes::Grow(size_t more) noexcept {
  if (!budget_) return true;
  if (!budget_->Take(more)) return false;
  bytes_ += more;
  return true;
}

bool HeldBytes::GrowLate(size_t more) noexcept {
  if (!budget_) return true;
  if (!budget_->TakeLate(more)) return false;
  bytes_ += more;
  return true;
}

bool HeldBytes::GrowToHandOver(size_t more) noexcept {
  if (!budget_) return true;
  if (!budget_->TakeToHandOver(more)) return false;
  bytes_ += more;
  return true;
}

void HeldBytes::ShrinkTo(size_t bytes) noexcept {
  if (bytes_ <= bytes) return;
  budget_->Give(bytes_ - bytes);
  bytes_ = bytes;
}

void HeldBytes::Join(HeldBytes other) noexcept {
  if (!budget_) budget_ = other.budget_;
  bytes_ += std::exchange(other.bytes_, 0);
}

HeldBytes HeldBytes::Split(size_t bytes) noexcept {
  HeldBytes part(budget_);
  part.bytes_ = std::min(bytes, bytes_);
  bytes_ -= part.bytes_;
  return part;
}

}  // namespace goru::support
