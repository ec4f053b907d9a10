// A hash that tells whether content is what it was. It finds damage, not forgery.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace goru::support {

/// XXH3 of 128 bits.
struct ContentHash {
  uint64_t high = 0;
  uint64_t low = 0;
  bool operator==(const ContentHash&) const = default;
  /// 32 hexadecimal digits.
  std::string Hex() const;
};

ContentHash HashOf(std::span<const uint8_t> bytes);

/// The same, of bytes that come in pieces.
class Hasher {
 public:
  Hasher();
  void Add(std::span<const uint8_t> bytes);
  ContentHash Get() const;

 private:
  struct Free {
    void operator()(void* state) const noexcept;
  };
  std::unique_ptr<void, Free> state_;
};

}  // namespace goru::support
