// What a guest writes in one run.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "goru/result.hpp"

namespace goru::internal {

/// Both output streams, in order, each cut at its limit.
class OutputBuffer {
 public:
  explicit OutputBuffer(size_t limit) noexcept : limit_(limit) {}

  /// Keeps what fits of `bytes`. False: the stream is over its limit.
  bool Append(int stream, std::span<const uint8_t> bytes);

  /// Fills the result's texts and flags.
  void MoveTo(Result& result);

 private:
  struct Piece {
    bool is_stderr;
    size_t size;
  };

  const size_t limit_;
  std::string all_;
  std::vector<Piece> pieces_;
  size_t kept_[2] = {0, 0};
  bool truncated_[2] = {false, false};
};

}  // namespace goru::internal
