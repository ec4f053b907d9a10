// A file in memory that nobody can change any more.
#pragma once

#include <cstdint>
#include <span>

#include "goru/error.hpp"
#include "support/unique_fd.hpp"

namespace goru::support {

/// Written from its beginning to its end, then sealed.
class MemoryFile {
 public:
  /// `name` is for the process's list of mappings.
  static Expected<MemoryFile> Create(const char* name);

  /// Blocks of zeros take no memory. False: there is none left.
  [[nodiscard]] bool Append(std::span<const uint8_t> bytes);

  /// From here on the kernel refuses to write to it, to shorten it and to lengthen it. It can be mapped privately.
  Expected<UniqueFd> Seal() &&;

 private:
  explicit MemoryFile(UniqueFd fd) : fd_(std::move(fd)) {}

  UniqueFd fd_;
  uint64_t size_ = 0;
};

}  // namespace goru::support
