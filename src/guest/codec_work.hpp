// Counting what reading and writing messages takes.
#pragma once

#include <algorithm>
#include <string>
#include <utility>

#include "guest/codec.hpp"
#include "support/pace.hpp"

namespace goru::guest {

// What the parts of a value take in memory, with what the allocator adds.
inline constexpr size_t kHeldText = 48;
inline constexpr size_t kHeldArray = 48;
inline constexpr size_t kHeldObject = 64;
/// A node of the map, with a key that is short.
inline constexpr size_t kHeldMember = 112;

/// What a text holds beside itself: longer ones have a block of their own.
inline size_t HeldBeside(size_t size) noexcept {
  constexpr size_t kInline = 15;
  constexpr size_t kBlock = 16;
  return size > kInline ? size + kBlock : 0;
}

/// What one message takes. After a failure error() says why.
class Meter {
 public:
  explicit Meter(const Work& work) noexcept
      : held_(work.held), start_(held_ != nullptr ? held_->bytes() : 0), pace_(work.stop) {}

  /// So much more memory is about to be taken.
  [[nodiscard]] bool Hold(size_t bytes) {
    used_ += bytes;
    return used_ <= granted_ || held_ == nullptr || Grow();
  }
  /// So much work is about to be done: bytes that are looked at, or nanoseconds.
  [[nodiscard]] bool Step(size_t work) {
    if (pace_.Step(work)) return true;
    error_ = {ErrorKind::kCancelled, "the run is to end"};
    return false;
  }
  bool Fail(std::string why) {
    error_ = {ErrorKind::kInvalidArgument, std::move(why)};
    return false;
  }
  /// What was taken ahead of need goes back.
  void Settle() noexcept {
    if (held_ != nullptr) held_->ShrinkTo(start_ + used_);
  }
  const Error& error() const noexcept { return error_; }

 private:
  bool Grow() {
    // Small messages ask once.
    constexpr size_t kFirst = size_t{4} << 10;
    constexpr size_t kStep = size_t{64} << 10;
    const size_t needed = used_ - granted_;
    for (const size_t more : {std::max(needed, granted_ == 0 ? kFirst : kStep), needed}) {
      if (!held_->Grow(more)) continue;
      granted_ += more;
      return true;
    }
    error_ = {ErrorKind::kUnavailable, "more than is left of " + held_->budget()->WhatRefuses(needed)};
    return false;
  }

  support::HeldBytes* held_;
  const size_t start_;
  support::Pace pace_;
  size_t used_ = 0;
  size_t granted_ = 0;
  Error error_;
};

}  // namespace goru::guest
