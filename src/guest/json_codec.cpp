#include <charconv>
#include <optional>
#include <string_view>

#include "guest/codec.hpp"
#include "guest/codec_work.hpp"
#include "support/json_check.hpp"

namespace goru::guest {
namespace {

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

/// The most that the value of a text takes in memory, by its marks.
size_t HeldBy(std::span<const uint8_t> text) {
  size_t held = text.size();
  for (const uint8_t c : text) {
    if (c == '[' || c == '{') held += kHeldObject + sizeof(nlohmann::json);
    // While a container grows it has its old place and its new one.
    if (c == ',' || c == ':') held += kHeldMember / 2 + 3 * sizeof(nlohmann::json);
    if (c == '"') held += kHeldText;
  }
  return held;
}

class JsonCodec final : public Codec {
 public:
  Expected<nlohmann::json> Decode(std::span<const uint8_t> bytes, const Work& work) const override {
    // Before the parser allocates anything: it would build what the text says, and writing a deep value is recursive.
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    const MessageLimits limits;
    const support::JsonLimits most{.depth = limits.max_depth, .values = limits.max_values};
    if (const auto checked = support::CheckJson(text, most, work.stop); !checked) return checked.error();
    Meter meter(work);
    if (!meter.Hold(HeldBy(bytes))) return meter.error();
    nlohmann::json value = nlohmann::json::parse(bytes.begin(), bytes.end(), nullptr, /*allow_exceptions=*/false);
    if (value.is_discarded()) {
      value = nlohmann::json::parse(ReplaceLoneSurrogates(bytes), nullptr, /*allow_exceptions=*/false);
    }
    if (value.is_discarded()) return Error{ErrorKind::kInvalidArgument, "the message is not JSON"};
    return value;
  }

  Expected<void> Encode(const nlohmann::json& value, std::string& out, const Work& work) const override {
    out += value.dump(-1, ' ', /*ensure_ascii=*/false, nlohmann::json::error_handler_t::replace);
    if (out.size() > work.most) {
      return Error{ErrorKind::kInvalidArgument, "larger than " + std::to_string(work.most) + " bytes"};
    }
    return {};
  }

  Expected<nlohmann::json> DecodeRequest(std::span<const uint8_t> bytes, char& op, const Work& work) const override {
    if (bytes.empty()) return Error{ErrorKind::kInvalidArgument, "the message is empty"};
    op = static_cast<char>(bytes[0]);
    return Decode(bytes.subspan(1), work);
  }

  Expected<void> EncodeResponse(bool ok, const nlohmann::json& value, std::string& out,
                                const Work& work) const override {
    out += ok ? 'o' : 'e';
    return Encode(value, out, work);
  }
};

}  // namespace

const Codec& Codec::Json() {
  static const JsonCodec codec;
  return codec;
}

}  // namespace goru::guest
