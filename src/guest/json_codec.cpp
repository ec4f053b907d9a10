#include <charconv>
#include <optional>
#include <string_view>

#include "guest/codec.hpp"

namespace goru::guest {
namespace {

/// Looks at nesting and size before the parser allocates anything: it would build what the text says, and writing a
/// deep value is recursive.
bool WithinLimits(std::span<const uint8_t> text, const MessageLimits& limits) {
  size_t depth = 0;
  size_t values = 1;
  bool in_string = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const uint8_t c = text[i];
    if (in_string) {
      if (c == '\\') {
        ++i;
      } else if (c == '"') {
        in_string = false;
      }
      continue;
    }
    if (c == '"') in_string = true;
    if (c == '[' || c == '{') {
      if (++depth > limits.max_depth) return false;
      ++values;
    }
    if ((c == ']' || c == '}') && depth > 0) --depth;
    if (c == ',' || c == ':') ++values;
    if (values > limits.max_values) return false;
  }
  return true;
}

/// The code unit that "\uXXXX" at the start of `text` spells; nothing where there is no such escape.
std::optional<uint32_t> UnicodeEscape(std::string_view text) {
  constexpr size_t kLength = 6;
  if (text.size() < kLength || text[0] != '\\' || text[1] != 'u') return std::nullopt;
  uint32_t unit = 0;
  const auto [end, error] = std::from_chars(text.data() + 2, text.data() + kLength, unit, 16);
  if (error != std::errc() || end != text.data() + kLength) return std::nullopt;
  return unit;
}

/// JavaScript's strings may hold halves of surrogate pairs, which are written as escapes. The parser refuses them, so
/// they become U+FFFD first, as they do in every other conversion to UTF-8.
std::string ReplaceLoneSurrogates(std::span<const uint8_t> bytes) {
  std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  constexpr size_t kLength = 6;
  for (size_t at = text.find('\\'); at != std::string::npos; at = text.find('\\', at)) {
    const auto unit = UnicodeEscape(std::string_view(text).substr(at));
    if (!unit) {
      // Any other escape has two characters.
      at += 2;
      continue;
    }
    const auto is_low = [](uint32_t u) { return u >= 0xDC00 && u <= 0xDFFF; };
    const bool is_high = *unit >= 0xD800 && *unit <= 0xDBFF;
    const auto next = is_high ? UnicodeEscape(std::string_view(text).substr(at + kLength)) : std::nullopt;
    if (next && is_low(*next)) {
      at += 2 * kLength;
      continue;
    }
    if (is_high || is_low(*unit)) text.replace(at, kLength, "\\ufffd");
    at += kLength;
  }
  return text;
}

class JsonCodec final : public Codec {
 public:
  Expected<nlohmann::json> Decode(std::span<const uint8_t> bytes) const override {
    if (!WithinLimits(bytes, MessageLimits())) {
      return Error{ErrorKind::kInvalidArgument, "the value is nested too deeply or has too many parts"};
    }
    nlohmann::json value = nlohmann::json::parse(bytes.begin(), bytes.end(), nullptr, /*allow_exceptions=*/false);
    if (value.is_discarded()) {
      value = nlohmann::json::parse(ReplaceLoneSurrogates(bytes), nullptr, /*allow_exceptions=*/false);
    }
    if (value.is_discarded()) return Error{ErrorKind::kInvalidArgument, "the message is not JSON"};
    return value;
  }

  void Encode(const nlohmann::json& value, std::string& out) const override {
    out += value.dump(-1, ' ', /*ensure_ascii=*/false, nlohmann::json::error_handler_t::replace);
  }

  Expected<nlohmann::json> DecodeRequest(std::span<const uint8_t> bytes, char& op) const override {
    if (bytes.empty()) return Error{ErrorKind::kInvalidArgument, "the message is empty"};
    op = static_cast<char>(bytes[0]);
    return Decode(bytes.subspan(1));
  }

  void EncodeResponse(bool ok, const nlohmann::json& value, std::string& out) const override {
    out += ok ? 'o' : 'e';
    Encode(value, out);
  }
};

}  // namespace

const Codec& Codec::Json() {
  static const JsonCodec codec;
  return codec;
}

}  // namespace goru::guest
