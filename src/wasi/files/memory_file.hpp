// The bytes of a file in memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace goru::wasi {

/// Holds its bytes in pieces, so that a file takes about as much memory as it has bytes, growing it copies no more than
/// the last piece, and a hole takes none. Not thread-safe. What throws (std::bad_alloc) leaves the content as it was.
class MemoryFile {
 public:
  static constexpr size_t kPiece = size_t{64} << 10;

  uint64_t size() const noexcept { return size_; }
  /// How many bytes were copied: 0 = behind the end.
  size_t Read(uint64_t offset, std::span<uint8_t> into) const noexcept;
  /// What lies between the end and `offset` becomes zeros.
  void Write(uint64_t offset, std::span<const uint8_t> bytes);
  void Resize(uint64_t size);

 private:
  struct Piece {
    std::unique_ptr<uint8_t[]> bytes;
    /// Null: a hole. Else kPiece, but for the last piece of a file.
    size_t capacity = 0;
  };

  /// Makes `piece` hold `needed` bytes, the first `used` of which it has.
  static void Grow(Piece& piece, size_t used, size_t needed);

  std::vector<Piece> pieces_;
  uint64_t size_ = 0;
};

}  // namespace goru::wasi
