#include "support/utf8.hpp"

#include <array>
#include <cstring>

namespace goru::support {

size_t Utf8SequenceLength(std::span<const uint8_t> bytes) noexcept {
  if (bytes.empty()) return 0;
  const uint8_t lead = bytes[0];
  if (lead < 0x80) return 1;
  size_t length = 0;
  uint32_t point = 0;
  if ((lead & 0xE0) == 0xC0) {
    length = 2;
    point = lead & 0x1FU;
  } else if ((lead & 0xF0) == 0xE0) {
    length = 3;
    point = lead & 0x0FU;
  } else if ((lead & 0xF8) == 0xF0) {
    length = 4;
    point = lead & 0x07U;
  }
  if (length == 0 || length > bytes.size()) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((bytes[i] & 0xC0) != 0x80) return 0;
    point = point << 6 | (bytes[i] & 0x3FU);
  }
  constexpr std::array<uint32_t, 5> kSmallest = {0, 0, 0x80, 0x800, 0x10000};
  const bool valid = point >= kSmallest[length] && point <= 0x10FFFF && (point < 0xD800 || point > 0xDFFF);
  return valid ? length : 0;
}

namespace {

size_t AsciiPrefix(std::span<const uint8_t> bytes) noexcept {
  constexpr uint64_t kHighBits = 0x8080808080808080;
  size_t at = 0;
  for (uint64_t word = 0; at + sizeof(word) <= bytes.size(); at += sizeof(word)) {
    std::memcpy(&word, bytes.data() + at, sizeof(word));
    if ((word & kHighBits) != 0) break;
  }
  while (at < bytes.size() && bytes[at] < 0x80) ++at;
  return at;
}

}  // namespace

size_t Utf8Prefix(std::span<const uint8_t> bytes) noexcept {
  size_t at = AsciiPrefix(bytes);
  while (at < bytes.size()) {
    const auto rest = bytes.subspan(at);
    const size_t length = rest[0] < 0x80 ? AsciiPrefix(rest) : Utf8SequenceLength(rest);
    if (length == 0) break;
    at += length;
  }
  return at;
}

bool IsUtf8(std::string_view text) noexcept {
  return Utf8Prefix({reinterpret_cast<const uint8_t*>(text.data()), text.size()}) == text.size();
}

void AppendUtf8(std::string& out, std::span<const uint8_t> bytes) {
  for (;;) {
    const size_t valid = Utf8Prefix(bytes);
    out.append(reinterpret_cast<const char*>(bytes.data()), valid);
    bytes = bytes.subspan(valid);
    if (bytes.empty()) return;
    out += "\xEF\xBF\xBD";
    constexpr uint8_t kSurrogateLead = 0xED;
    size_t length = 1;
    if (bytes[0] == kSurrogateLead) {
      while (length < 3 && length < bytes.size() && (bytes[length] & 0xC0) == 0x80) ++length;
    }
    bytes = bytes.subspan(length);
  }
}

std::string ToUtf8(std::span<const uint8_t> bytes) {
  std::string out;
  out.reserve(bytes.size());
  AppendUtf8(out, bytes);
  return out;
}

}  // namespace goru::support
