// Checked access to a guest's linear memory.
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <type_traits>

namespace goru::wasm {

/// A view of linear memory for the length of one host call: memory can grow between calls, so a view is never kept.
/// Every address and length comes from the guest and is checked.
class GuestMemory {
 public:
  GuestMemory(uint8_t* base, size_t size) noexcept : base_(base), size_(size) {}

  /// The `length` bytes at `address`, or nothing where they are not all inside.
  std::optional<std::span<uint8_t>> Bytes(uint64_t address, uint64_t length) const noexcept {
    if (address > size_ || length > size_ - address) return std::nullopt;
    return std::span<uint8_t>(base_ + address, length);
  }

  /// Reads a little-endian value.
  template <typename T>
  bool Load(uint64_t address, T& out) const noexcept {
    static_assert(std::is_trivially_copyable_v<T>);
    const auto bytes = Bytes(address, sizeof(T));
    if (!bytes) return false;
    std::memcpy(&out, bytes->data(), sizeof(T));
    return true;
  }

  /// Writes a little-endian value.
  template <typename T>
  bool Store(uint64_t address, const T& value) const noexcept {
    static_assert(std::is_trivially_copyable_v<T>);
    const auto bytes = Bytes(address, sizeof(T));
    if (!bytes) return false;
    std::memcpy(bytes->data(), &value, sizeof(T));
    return true;
  }

 private:
  uint8_t* base_;
  size_t size_;
};

}  // namespace goru::wasm
