// Messages of a Python guest: bytes that the guest chose.
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>

#include "guest/codec.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const goru::guest::Codec& codec = goru::guest::Codec::Marshal();
  const std::span<const uint8_t> bytes(data, size);
  char op = 0;
  (void)codec.DecodeRequest(bytes, op);
  const auto value = codec.Decode(bytes);
  if (!value) return 0;
  // What was understood can be written, and then reads as the same.
  std::string first;
  codec.Encode(*value, first);
  const auto again = codec.Decode({reinterpret_cast<const uint8_t*>(first.data()), first.size()});
  if (!again) std::abort();
  std::string second;
  codec.Encode(*again, second);
  if (first != second) std::abort();
  return 0;
}
