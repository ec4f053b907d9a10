#include "mcp/bytes.hpp"

#include <array>
#include <cstdint>
#include <utility>

namespace goru::mcp {
namespace {

constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

uint32_t ByteAt(std::string_view bytes, size_t at) { return static_cast<unsigned char>(bytes[at]); }

bool Continues(std::string_view text, size_t at) { return at < text.size() && (ByteAt(text, at) & 0xC0U) == 0x80; }

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

/// The length of the character at `at`; 0: there is none.
size_t CharacterAt(std::string_view text, size_t at) {
  const uint32_t first = ByteAt(text, at);
  if (first < 0x80) return 1;
  size_t length = 0;
  uint32_t point = 0;
  uint32_t least = 0;
  if ((first & 0xE0U) == 0xC0) {
    length = 2, point = first & 0x1FU, least = 0x80;
  } else if ((first & 0xF0U) == 0xE0) {
    length = 3, point = first & 0x0FU, least = 0x800;
  } else if ((first & 0xF8U) == 0xF0) {
    length = 4, point = first & 0x07U, least = 0x10000;
  } else {
    return 0;
  }
  for (size_t i = 1; i < length; ++i) {
    if (!Continues(text, at + i)) return 0;
    point = (point << 6U) | (ByteAt(text, at + i) & 0x3FU);
  }
  const bool surrogate = point >= 0xD800 && point < 0xE000;
  return point >= least && point <= 0x10FFFF && !surrogate ? length : 0;
}

}  // namespace

std::string ToBase64(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const size_t left = bytes.size() - i;
    uint32_t group = ByteAt(bytes, i) << 16U;
    if (left > 1) group |= ByteAt(bytes, i + 1) << 8U;
    if (left > 2) group |= ByteAt(bytes, i + 2);
    text += kDigits[group >> 18U];
    text += kDigits[(group >> 12U) & 63U];
    text += left > 1 ? kDigits[(group >> 6U) & 63U] : '=';
    text += left > 2 ? kDigits[group & 63U] : '=';
  }
  return text;
}

std::optional<std::string> FromBase64(std::string_view text) {
  static constexpr auto kValues = [] {
    std::array<int8_t, 256> values{};
    values.fill(-1);
    for (size_t i = 0; i < kDigits.size(); ++i) values[static_cast<unsigned char>(kDigits[i])] = static_cast<int8_t>(i);
    return values;
  }();
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3);
  uint32_t group = 0;
  unsigned digits = 0;
  unsigned padding = 0;
  for (const char c : text) {
    if (c == '\n' || c == '\r') continue;
    if (c == '=') {
      ++padding;
      continue;
    }
    const int8_t value = kValues[static_cast<unsigned char>(c)];
    if (value < 0 || padding > 0) return std::nullopt;
    group = (group << 6U) | static_cast<uint8_t>(value);
    if (++digits == 4) {
      for (const unsigned shift : {16U, 8U, 0U}) bytes += static_cast<char>((group >> shift) & 0xFFU);
      group = 0;
      digits = 0;
    }
  }
  if (digits == 0) return padding == 0 ? std::optional(std::move(bytes)) : std::nullopt;
  if (digits == 1 || padding != 4 - digits) return std::nullopt;
  // Bits that belong to no byte are zero.
  if ((group & ((1U << (digits == 2 ? 4U : 2U)) - 1)) != 0) return std::nullopt;
  group <<= 6U * padding;
  bytes += static_cast<char>((group >> 16U) & 0xFFU);
  if (digits == 3) bytes += static_cast<char>((group >> 8U) & 0xFFU);
  return bytes;
}

bool IsUtf8(std::string_view bytes) noexcept {
  for (size_t i = 0; i < bytes.size();) {
    const size_t length = CharacterAt(bytes, i);
    if (length == 0) return false;
    i += length;
  }
  return true;
}

std::string CutMiddle(std::string_view text, size_t most) {
  if (text.size() <= most) return std::string(text);
  size_t head = most / 2;
  while (head > 0 && Continues(text, head)) --head;
  size_t tail = text.size() - (most - most / 2);
  while (Continues(text, tail)) ++tail;
  std::string out(text.substr(0, head));
  out += "\n[... " + std::to_string(tail - head) + " bytes left out ...]\n";
  return out.append(text.substr(tail));
}

std::string_view ImageType(std::string_view bytes) noexcept {
  if (bytes.starts_with("\x89PNG\r\n\x1a\n")) return "image/png";
  if (bytes.starts_with("\xff\xd8\xff")) return "image/jpeg";
  if (bytes.starts_with("GIF87a") || bytes.starts_with("GIF89a")) return "image/gif";
  if (bytes.starts_with("RIFF") && bytes.size() > 12 && bytes.substr(8, 4) == "WEBP") return "image/webp";
  return {};
}

std::string MediaType(std::string_view path, std::string_view bytes) {
  if (const std::string_view image = ImageType(bytes); !image.empty()) return std::string(image);
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 16> kTypes = {{
      {".csv", "text/csv"},
      {".json", "application/json"},
      {".md", "text/markdown"},
      {".html", "text/html"},
      {".svg", "image/svg+xml"},
      {".xml", "application/xml"},
      {".pdf", "application/pdf"},
      {".zip", "application/zip"},
      {".gz", "application/gzip"},
      {".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
      {".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
      {".wav", "audio/wav"},
      {".mp3", "audio/mpeg"},
      {".py", "text/x-python"},
      {".js", "text/javascript"},
      {".css", "text/css"},
  }};
  for (const auto& [ending, type] : kTypes) {
    if (path.ends_with(ending)) return std::string(type);
  }
  return IsUtf8(bytes) ? "text/plain" : "application/octet-stream";
}

std::string EncodePath(std::string_view path) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string text;
  for (const char c : path) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("/-._~").find(c) != std::string_view::npos;
    if (plain) {
      text += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      text += '%';
      text += kHex[byte >> 4U];
      text += kHex[byte & 15U];
    }
  }
  return text;
}

std::optional<std::string> DecodePath(std::string_view text) {
  std::string path;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      path += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const int high = HexDigit(text[i + 1]);
    const int low = HexDigit(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    path += static_cast<char>((high << 4) | low);
    i += 2;
  }
  return path;
}

}  // namespace goru::mcp
