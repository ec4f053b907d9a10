// What stands behind a shared object of a guest's code: which module it is of, and what its content has to be.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace goru::wasm {

/// Lies behind the last byte of the object itself, where no loader looks. Hashes are 32 hexadecimal digits.
struct NativeSeal {
  std::array<char, 8> magic;
  std::array<char, 32> module_hash;
  /// Of all in front of the seal.
  std::array<char, 32> content_hash;
};
inline constexpr std::string_view kNativeSealMagic = "GORUSO01";
inline constexpr size_t kMaxNativeObject = size_t{1} << 30;

}  // namespace goru::wasm
