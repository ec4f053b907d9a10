#include "support/utf8.hpp"

#include <algorithm>
#include <array>

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
  return static_cast<size_t>(std::find_if(bytes.begin(), bytes.end(), [](uint8_t b) { return b >= 0x80; }) -
                             bytes.begin());
}

}  // namespace

bool IsUtf8(std::string_view text) noexcept {
  std::span<const uint8_t> rest(reinterpret_cast<const uint8_t*>(text.data()), text.size());
  for (rest = rest.subspan(AsciiPrefix(rest)); !rest.empty(); rest = rest.subspan(AsciiPrefix(rest))) {
    const size_t length = Utf8SequenceLength(rest);
    if (length == 0) return false;
    rest = rest.subspan(length);
  }
  return true;
}

std::string ToUtf8(std::span<const uint8_t> bytes) {
  std::string out;
  out.reserve(bytes.size());
  while (!bytes.empty()) {
    size_t length = std::max(AsciiPrefix(bytes), Utf8SequenceLength(bytes));
    if (length > 0) {
      out.append(reinterpret_cast<const char*>(bytes.data()), length);
    } else {
      out += "\xEF\xBF\xBD";
      constexpr uint8_t kSurrogateLead = 0xED;
      length = 1;
      if (bytes[0] == kSurrogateLead) {
        while (length < 3 && length < bytes.size() && (bytes[length] & 0xC0) == 0x80) ++length;
      }
    }
    bytes = bytes.subspan(length);
  }
  return out;
}

}  // namespace goru::support
