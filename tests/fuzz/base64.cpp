// Bytes that a guest sends as base64.
#include "support/base64.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  // Any bytes come back.
  if (goru::support::FromBase64(goru::support::ToBase64(text)) != text) std::abort();
  // What is accepted means what its bytes mean.
  const auto bytes = goru::support::FromBase64(text);
  if (bytes && goru::support::FromBase64(goru::support::ToBase64(*bytes)) != *bytes) std::abort();
  return 0;
}
