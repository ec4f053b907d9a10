// What the fuzz targets of both codecs check.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>

#include "guest/codec.hpp"

namespace goru::fuzz {

/// Reads hostile bytes. What was understood can be written, and then reads as the same.
inline void CheckRoundTrip(const guest::Codec& codec, std::span<const uint8_t> bytes) {
  char op = 0;
  (void)codec.DecodeRequest(bytes, op);
  const auto value = codec.Decode(bytes);
  if (!value) return;
  std::string first;
  codec.Encode(*value, first);
  const auto again = codec.Decode({reinterpret_cast<const uint8_t*>(first.data()), first.size()});
  if (!again) std::abort();
  std::string second;
  codec.Encode(*again, second);
  if (first != second) std::abort();
}

}  // namespace goru::fuzz
