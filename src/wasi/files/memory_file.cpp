#include "wasi/files/memory_file.hpp"

#include <algorithm>
#include <cstring>

namespace goru::wasi {

size_t MemoryFile::Read(uint64_t offset, std::span<uint8_t> into) const noexcept {
  if (offset >= size_) return 0;
  const auto wanted = static_cast<size_t>(std::min<uint64_t>(into.size(), size_ - offset));
  size_t done = 0;
  while (done < wanted) {
    const Piece& piece = pieces_[static_cast<size_t>((offset + done) / kPiece)];
    const auto at = static_cast<size_t>((offset + done) % kPiece);
    const size_t here = std::min(wanted - done, kPiece - at);
    // What a piece has not yet is zeros.
    const size_t there = at < piece.capacity ? std::min(here, piece.capacity - at) : 0;
    if (there > 0) std::memcpy(into.data() + done, piece.bytes.get() + at, there);
    if (there < here) std::memset(into.data() + done + there, 0, here - there);
    done += here;
  }
  return done;
}

void MemoryFile::Grow(Piece& piece, size_t used, size_t needed) {
  if (needed <= piece.capacity) return;
  // A quarter more than is needed: what growing copies in all stays in proportion to the piece.
  constexpr size_t kSmallest = 64;
  const size_t capacity = std::min(kPiece, std::max(kSmallest, needed + (used > 0 ? needed / 4 : 0)));
  std::unique_ptr<uint8_t[]> bytes(new uint8_t[capacity]);
  const size_t kept = std::min(used, piece.capacity);
  if (kept > 0) std::memcpy(bytes.get(), piece.bytes.get(), kept);
  std::memset(bytes.get() + kept, 0, capacity - kept);
  piece.bytes = std::move(bytes);
  piece.capacity = capacity;
}

void MemoryFile::Write(uint64_t offset, std::span<const uint8_t> bytes) {
  if (bytes.empty()) return;
  const uint64_t end = offset + bytes.size();
  const auto count = static_cast<size_t>((end + kPiece - 1) / kPiece);
  if (count > pieces_.size()) pieces_.resize(count);
  // Whatever is thrown below, the size is not yet larger, and pieces beyond it do no harm.
  size_t done = 0;
  while (done < bytes.size()) {
    const auto index = static_cast<size_t>((offset + done) / kPiece);
    const auto at = static_cast<size_t>((offset + done) % kPiece);
    const size_t here = std::min(bytes.size() - done, kPiece - at);
    const uint64_t begin = uint64_t{index} * kPiece;
    const auto used = static_cast<size_t>(std::min<uint64_t>(kPiece, size_ > begin ? size_ - begin : 0));
    Piece& piece = pieces_[index];
    Grow(piece, used, at + here);
    std::memcpy(piece.bytes.get() + at, bytes.data() + done, here);
    done += here;
    size_ = std::max(size_, offset + done);
  }
}

void MemoryFile::Resize(uint64_t size) {
  const auto count = static_cast<size_t>((size + kPiece - 1) / kPiece);
  if (size >= size_) {
    if (count > pieces_.size()) pieces_.resize(count);
    size_ = size;
    return;
  }
  pieces_.resize(count);
  // The vector itself is memory as well.
  if (pieces_.capacity() > 2 * count + 16) pieces_.shrink_to_fit();
  if (const auto used = static_cast<size_t>(size % kPiece); used > 0 && pieces_.back().capacity > 0) {
    Piece& last = pieces_.back();
    if (used < last.capacity) {
      // What was cut off must read as zeros where the file grows again.
      Piece smaller;
      Grow(smaller, 0, used);
      std::memcpy(smaller.bytes.get(), last.bytes.get(), used);
      last = std::move(smaller);
    }
  }
  size_ = size;
}

}  // namespace goru::wasi
