#include "wasm/native/native_seal.hpp"

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>

#include "support/content_hash.hpp"
#include "support/file.hpp"
#include "wasm/native/native_code.hpp"

namespace goru::wasm {

Expected<void> NativeCode::Seal(const std::string& object, const std::string& module_hash, const std::string& output) {
  const auto bytes = support::ReadFile(object, kMaxNativeObject);
  if (!bytes) return bytes.error();
  NativeSeal seal = {};
  const std::string hash = support::HashOf(*bytes).Hex();
  if (module_hash.size() != seal.module_hash.size() || hash.size() != seal.content_hash.size()) {
    return Error{ErrorKind::kInvalidArgument, "a module's hash has 32 digits"};
  }
  std::copy(kNativeSealMagic.begin(), kNativeSealMagic.end(), seal.magic.begin());
  std::copy(module_hash.begin(), module_hash.end(), seal.module_hash.begin());
  std::copy(hash.begin(), hash.end(), seal.content_hash.begin());
  const std::array<std::span<const uint8_t>, 2> parts = {
      *bytes, std::span(reinterpret_cast<const uint8_t*>(&seal), sizeof(seal))};
  return support::WriteFileAtomically(output, parts, 0644);
}

}  // namespace goru::wasm
