#include "executor/output_buffer.hpp"

#include <algorithm>

namespace goru::internal {

size_t OutputBuffer::Append(int stream, std::span<const uint8_t> bytes) {
  const size_t which = stream == 2 ? 1 : 0;
  const size_t fits = std::min(bytes.size(), limit_ - kept_[which]);
  if (fits < bytes.size()) truncated_[which] = true;
  if (fits == 0) return 0;
  const size_t other = 1 - which;
  if (!are_apart_ && kept_[other] > 0) {
    apart_[other] = all_;
    are_apart_ = true;
  }
  const auto* text = reinterpret_cast<const char*>(bytes.data());
  all_.append(text, fits);
  if (are_apart_) apart_[which].append(text, fits);
  kept_[which] += fits;
  return fits;
}

void OutputBuffer::MoveTo(Result& result) {
  if (!are_apart_) apart_[kept_[0] > 0 ? 0 : 1] = all_;
  result.stdout_text = std::move(apart_[0]);
  result.stderr_text = std::move(apart_[1]);
  result.output = std::move(all_);
  result.stdout_truncated = truncated_[0];
  result.stderr_truncated = truncated_[1];
}

}  // namespace goru::internal
