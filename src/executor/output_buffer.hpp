// What a guest writes in one run.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>

#include "goru/result.hpp"

namespace goru::internal {

/// Both output streams, in order, each cut at its limit. Holds each byte at most twice, as a Result does, and nothing
/// else: how small the pieces are that a guest writes makes no difference.
class OutputBuffer {
 public:
  explicit OutputBuffer(size_t limit) noexcept : limit_(limit) {}

  /// Keeps what fits of `bytes` and returns how many those are; the rest is dropped.
  size_t Append(int stream, std::span<const uint8_t> bytes);

  /// Fills the result's texts and flags.
  void MoveTo(Result& result);

 private:
  /// Of standard output and standard error.
  using Both = std::array<std::string, 2>;

  const size_t limit_;
  /// All that was kept. The only copy while one stream alone was written to, as most runs do.
  std::string all_;
  /// Each stream's own text, once both were written to.
  Both apart_;
  bool are_apart_ = false;
  std::array<size_t, 2> kept_ = {0, 0};
  std::array<bool, 2> truncated_ = {false, false};
};

}  // namespace goru::internal
