#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <iterator>
#include <optional>
#include <string_view>

#include "guest/codec.hpp"
#include "guest/codec_work.hpp"
#include "support/json_check.hpp"
#include "support/utf8.hpp"

namespace goru::guest {
namespace {

using nlohmann::json;

/// Long texts are gone through in blocks.
constexpr size_t kBlock = size_t{16} << 10;

/// About what building a value takes in nanoseconds for each byte of its text.
constexpr size_t kBuildingWork = 16;

// --- reading ---

/// The characters of a text, for the parser: they end early where the run is to end.
class Characters {
 public:
  // NOLINTBEGIN(readability-identifier-naming): what iterators have
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;
  // NOLINTEND(readability-identifier-naming)

  /// Those of `text`; `meter` outlives them.
  Characters(std::string_view text, Meter& meter) noexcept
      : at_(text.data()), end_(at_ + text.size()), next_look_(at_), meter_(&meter) {
    Look();
  }
  /// The end of `text`.
  explicit Characters(std::string_view text) noexcept : at_(text.data() + text.size()), end_(at_), next_look_(at_) {}

  reference operator*() const noexcept { return *at_; }
  Characters& operator++() noexcept {
    if (++at_ == next_look_) Look();
    return *this;
  }
  bool operator==(const Characters& other) const noexcept { return at_ == other.at_; }

 private:
  void Look() noexcept {
    if (at_ == end_) return;
    const size_t block = std::min(kBlock, static_cast<size_t>(end_ - at_));
    next_look_ = at_ + block;
    if (!meter_->Step(block * kBuildingWork)) at_ = end_;
  }

  const char* at_;
  const char* end_;
  const char* next_look_;
  Meter* meter_ = nullptr;
};

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
/// they become U+FFFD first, as they do in every other conversion to UTF-8. False: the run is to end.
bool ReplaceLoneSurrogates(std::string& text, Meter& meter) {
  constexpr size_t kLength = 6;
  // About what one escape takes.
  constexpr size_t kWork = 64;
  size_t looked_at = 0;
  for (size_t at = text.find('\\'); at != std::string::npos; at = text.find('\\', at)) {
    if (!meter.Step(std::min(at - looked_at, support::Pace::kStep) + kWork)) return false;
    looked_at = at;
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
  return true;
}

/// Takes the most that the value of a text takes in memory, by its marks.
bool HoldValueOf(std::string_view text, Meter& meter) {
  for (; !text.empty(); text.remove_prefix(std::min(kBlock, text.size()))) {
    const std::string_view block = text.substr(0, kBlock);
    size_t held = block.size();
    for (const char c : block) {
      if (c == '[' || c == '{') held += kHeldObject + sizeof(json);
      // While a container grows it has its old place and its new one.
      if (c == ',' || c == ':') held += kHeldMember / 2 + 3 * sizeof(json);
      if (c == '"') held += kHeldText;
    }
    if (!meter.Step(block.size()) || !meter.Hold(held)) return false;
  }
  return true;
}

/// Nothing where the parser refuses the text, or where the run is to end.
std::optional<json> Parse(std::string_view text, Meter& meter) {
  json value = json::parse(Characters(text, meter), Characters(text), nullptr, /*allow_exceptions=*/false);
  if (value.is_discarded()) return std::nullopt;
  return value;
}

// --- writing ---

class Writer {
 public:
  Writer(std::string& out, const Work& work) : meter_(work), output_(out, work.most, meter_) {}

  Expected<void> Run(const json& value) {
    if (!Write(value)) return meter_.error();
    return {};
  }

 private:
  /// About what a value takes in nanoseconds, beside the bytes in it.
  static constexpr size_t kValueWork = 64;

  bool Write(const json& value) {
    if (!meter_.Step(kValueWork)) return false;
    switch (value.type()) {
      case json::value_t::string:
        return Text(value.get_ref<const std::string&>());
      case json::value_t::array:
        return Array(value.get_ref<const json::array_t&>());
      case json::value_t::object:
        return Object(value.get_ref<const json::object_t&>());
      case json::value_t::binary:
        return Bytes(value.get_binary());
      default:
        // Short, and what is no number is null.
        return output_.Append(value.dump());
    }
  }

  bool Array(const json::array_t& items) {
    if (!output_.Append("[")) return false;
    for (size_t i = 0; i < items.size(); ++i) {
      if ((i > 0 && !output_.Append(",")) || !Write(items[i])) return false;
    }
    return output_.Append("]");
  }

  bool Object(const json::object_t& members) {
    if (!output_.Append("{")) return false;
    bool first = true;
    for (const auto& [key, member] : members) {
      if ((!first && !output_.Append(",")) || !Text(key) || !output_.Append(":") || !Write(member)) return false;
      first = false;
    }
    return output_.Append("}");
  }

  /// JSON has none: a list of numbers stands for them.
  bool Bytes(const std::vector<uint8_t>& bytes) {
    if (!output_.Append("[")) return false;
    std::string block;
    for (size_t at = 0; at < bytes.size();) {
      block.clear();
      for (const size_t end = std::min(bytes.size(), at + kBlock); at < end; ++at) {
        if (at > 0) block += ',';
        block += std::to_string(bytes[at]);
      }
      if (!meter_.Step(block.size() * kBuildingWork) || !output_.Append(block)) return false;
    }
    return output_.Append("]");
  }

  bool Text(const std::string& text) {
    if (!output_.Append("\"")) return false;
    std::string replaced;
    for (std::span<const uint8_t> rest(reinterpret_cast<const uint8_t*>(text.data()), text.size()); !rest.empty();) {
      const auto piece = PieceOf(rest);
      if (!meter_.Step(piece.size())) return false;
      std::string_view valid(reinterpret_cast<const char*>(piece.data()), piece.size());
      if (support::Utf8Prefix(piece) != piece.size()) {
        replaced = support::ToUtf8(piece);
        valid = replaced;
      }
      if (!Escaped(valid)) return false;
      rest = rest.subspan(piece.size());
    }
    return output_.Append("\"");
  }

  /// What stands between the quotes.
  bool Escaped(std::string_view text) {
    const auto is_plain = [](char c) { return static_cast<uint8_t>(c) >= 0x20 && c != '"' && c != '\\'; };
    while (!text.empty()) {
      const std::string_view block = text.substr(0, kBlock);
      const auto plain = static_cast<size_t>(std::find_if_not(block.begin(), block.end(), is_plain) - block.begin());
      if (!meter_.Step(plain + kValueWork) || !output_.Append(block.substr(0, plain))) return false;
      text.remove_prefix(plain);
      if (plain == block.size()) continue;
      if (!output_.Append(EscapeOf(text.front()))) return false;
      text.remove_prefix(1);
    }
    return true;
  }

  /// Of a control character, a quote or a backslash.
  std::string_view EscapeOf(char c) noexcept {
    constexpr std::string_view kShort = "\"\"\\\\\bb\ff\nn\rr\tt";
    constexpr std::string_view kHex = "0123456789abcdef";
    for (size_t i = 0; i < kShort.size(); i += 2) {
      if (kShort[i] != c) continue;
      escape_[1] = kShort[i + 1];
      return {escape_.data(), 2};
    }
    escape_[1] = 'u';
    escape_[4] = kHex[static_cast<uint8_t>(c) >> 4];
    escape_[5] = kHex[static_cast<uint8_t>(c) & 15];
    return {escape_.data(), escape_.size()};
  }

  Meter meter_;
  Output output_;
  std::array<char, 6> escape_ = {'\\', 'u', '0', '0', '0', '0'};
};

class JsonCodec final : public Codec {
 public:
  Expected<json> Decode(std::span<const uint8_t> bytes, const Work& work) const override {
    // Before the parser allocates anything: it would build what the text says, and writing a deep value is recursive.
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    const MessageLimits limits;
    const support::JsonLimits most{.depth = limits.max_depth, .values = limits.max_values};
    if (const auto checked = support::CheckJson(text, most, work.stop); !checked) return checked.error();
    Meter meter(work);
    if (!HoldValueOf(text, meter)) return meter.error();
    auto value = Parse(text, meter);
    if (!value && !meter.failed()) {
      std::string replaced(text);
      if (ReplaceLoneSurrogates(replaced, meter)) value = Parse(replaced, meter);
    }
    if (value) return std::move(*value);
    if (meter.failed()) return meter.error();
    return Error{ErrorKind::kInvalidArgument, "the message is not JSON"};
  }

  Expected<void> Encode(const json& value, std::string& out, const Work& work) const override {
    return Writer(out, work).Run(value);
  }

  Expected<json> DecodeRequest(std::span<const uint8_t> bytes, char& op, const Work& work) const override {
    if (bytes.empty()) return Error{ErrorKind::kInvalidArgument, "the message is empty"};
    op = static_cast<char>(bytes[0]);
    return Decode(bytes.subspan(1), work);
  }

  Expected<void> EncodeResponse(bool ok, const json& value, std::string& out, const Work& work) const override {
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
