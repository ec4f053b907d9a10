// Counting what reading and writing messages takes.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
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
      : held_(work.held),
        hands_over_(work.hands_over),
        start_(held_ != nullptr ? held_->bytes() : 0),
        pace_(work.stop) {}

  /// So much more memory is about to be taken.
  [[nodiscard]] bool Hold(size_t bytes) {
    used_ += bytes;
    return used_ <= granted_ || held_ == nullptr || Grow();
  }
  /// So much work is about to be done: bytes that are looked at, or nanoseconds.
  [[nodiscard]] bool Step(size_t work) {
    if (pace_.Step(work)) return true;
    return Fail({ErrorKind::kCancelled, "the run is to end"});
  }
  bool Fail(std::string why) { return Fail({ErrorKind::kInvalidArgument, std::move(why)}); }
  /// What was taken ahead of need goes back.
  void Settle() noexcept {
    if (held_ != nullptr) held_->ShrinkTo(start_ + used_);
  }
  bool failed() const noexcept { return failed_; }
  const Error& error() const noexcept { return error_; }

 private:
  bool Fail(Error error) {
    failed_ = true;
    error_ = std::move(error);
    return false;
  }

  bool Grow() {
    // Small messages ask once.
    constexpr size_t kFirst = size_t{4} << 10;
    constexpr size_t kStep = size_t{64} << 10;
    const size_t needed = used_ - granted_;
    for (const size_t more : {std::max(needed, granted_ == 0 ? kFirst : kStep), needed}) {
      if (!(hands_over_ ? held_->GrowToHandOver(more) : held_->Grow(more))) continue;
      granted_ += more;
      return true;
    }
    return Fail({ErrorKind::kUnavailable, "more than is left of " + held_->budget()->WhatRefuses(needed)});
  }

  support::HeldBytes* held_;
  const bool hands_over_;
  const size_t start_;
  support::Pace pace_;
  size_t used_ = 0;
  size_t granted_ = 0;
  bool failed_ = false;
  Error error_;
};

/// What one message is written into.
class Output {
 public:
  Output(std::string& out, size_t most, Meter& meter) noexcept : out_(out), most_(most), meter_(meter) {}

  /// Makes room for `more` bytes; false where they are too many.
  [[nodiscard]] bool Room(size_t more) {
    const size_t needed = out_.size() + more;
    if (needed <= out_.capacity() && needed <= most_) return true;
    if (needed > most_) return meter_.Fail("larger than " + std::to_string(most_) + " bytes");
    const size_t capacity = std::max(needed, std::min(out_.capacity() + out_.capacity() / 2, most_));
    if (!meter_.Hold(capacity - out_.capacity())) return false;
    out_.reserve(capacity);
    return true;
  }
  [[nodiscard]] bool Append(std::string_view bytes) {
    if (!Room(bytes.size())) return false;
    out_.append(bytes);
    return true;
  }

 private:
  std::string& out_;
  const size_t most_;
  Meter& meter_;
};

/// A part of a text, so that a long one is looked at in steps: at most this long, and it ends where a character does.
inline std::span<const uint8_t> PieceOf(std::span<const uint8_t> text) noexcept {
  constexpr size_t kPiece = size_t{512} << 10;
  constexpr size_t kLongestSequence = 4;
  if (text.size() <= kPiece) return text;
  size_t end = kPiece;
  while (end > kPiece - kLongestSequence && (text[end] & 0xC0) == 0x80) --end;
  return text.first(end);
}

}  // namespace goru::guest
