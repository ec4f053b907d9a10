#include "guest/codec.hpp"

namespace goru::guest {
namespace {

/// Looks at nesting and size before the parser allocates anything: it would build what the text says, and writing a deep
/// value is recursive.
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

class JsonCodec final : public Codec {
 public:
  Expected<nlohmann::json> Decode(std::span<const uint8_t> bytes) const override {
    if (!WithinLimits(bytes, MessageLimits())) {
      return Error{ErrorKind::kInvalidArgument, "the value is nested too deeply or has too many parts"};
    }
    nlohmann::json value = nlohmann::json::parse(bytes.begin(), bytes.end(), nullptr, /*allow_exceptions=*/false);
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
