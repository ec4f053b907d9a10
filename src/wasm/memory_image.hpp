// A guest's memory at rest: the bytes that every fresh instance starts from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "goru/error.hpp"
#include "support/unique_fd.hpp"

namespace goru::wasm {

/// Part of a file, mapped read-only for reading and mappable privately into slots. Immutable, so any thread may use it.
///
/// Guests run on the file's own pages: whoever could write to it would change the memory of those that live, and
/// whoever could shorten it would end the process with SIGBUS. So it is one that nobody else can open for writing.
class MemoryImage {
 public:
  /// Takes `size` bytes at `offset` of `fd`, which nobody changes any more; both are multiples of the page size.
  /// `hot_pages` are indices of 4 KiB pages that an ordinary run writes to.
  static Expected<std::shared_ptr<const MemoryImage>> Open(support::UniqueFd fd, uint64_t offset, size_t size,
                                                           std::vector<uint32_t> hot_pages);

  /// An image of these bytes, in memory of its own (rounded up to whole pages).
  static Expected<std::shared_ptr<const MemoryImage>> FromBytes(std::span<const uint8_t> bytes);

  ~MemoryImage();
  MemoryImage(const MemoryImage&) = delete;
  MemoryImage& operator=(const MemoryImage&) = delete;

  std::span<const uint8_t> bytes() const noexcept { return {data_, size_}; }
  size_t size() const noexcept { return size_; }
  const std::vector<uint32_t>& hot_pages() const noexcept { return hot_pages_; }

  /// Maps the image privately, readable and writable, at `address` (page-aligned, reserved by the caller).
  bool MapAt(uint8_t* address) const noexcept;

 private:
  MemoryImage(support::UniqueFd fd, uint64_t offset, size_t size, const uint8_t* data, std::vector<uint32_t> hot_pages)
      : fd_(std::move(fd)), offset_(offset), size_(size), data_(data), hot_pages_(std::move(hot_pages)) {}

  support::UniqueFd fd_;
  uint64_t offset_;
  size_t size_;
  const uint8_t* data_;
  std::vector<uint32_t> hot_pages_;
};

}  // namespace goru::wasm
