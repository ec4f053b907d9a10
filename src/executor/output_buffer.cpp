#include "executor/output_buffer.hpp"

#include <algorithm>

namespace goru::internal {

bool OutputBuffer::Append(int stream, std::span<const uint8_t> bytes) {
  const size_t which = stream == 2 ? 1 : 0;
  const size_t fits = std::min(bytes.size(), limit_ - kept_[which]);
  if (fits > 0) {
    all_.append(reinterpret_cast<const char*>(bytes.data()), fits);
    kept_[which] += fits;
    if (pieces_.empty() || pieces_.back().is_stderr != (which == 1)) {
      pieces_.push_back({which == 1, fits});
    } else {
      pieces_.back().size += fits;
    }
  }
  if (fits < bytes.size()) truncated_[which] = true;
  return !truncated_[which];
}

void OutputBuffer::MoveTo(Result& result) {
  if (kept_[1] == 0) {
    result.stdout_text = all_;
  } else {
    size_t at = 0;
    for (const Piece& piece : pieces_) {
      (piece.is_stderr ? result.stderr_text : result.stdout_text).append(all_, at, piece.size);
      at += piece.size;
    }
  }
  result.output = std::move(all_);
  result.stdout_truncated = truncated_[0];
  result.stderr_truncated = truncated_[1];
}

}  // namespace goru::internal
