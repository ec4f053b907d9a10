#include <array>
#include <bit>
#include <cstring>

#include "guest/codec.hpp"
#include "support/utf8.hpp"

namespace goru::guest {
namespace {

using nlohmann::json;

// Type codes of marshal.c. Version 2 writes no references and no interned or short strings.
constexpr uint8_t kNull = '0';
constexpr uint8_t kNone = 'N';
constexpr uint8_t kFalse = 'F';
constexpr uint8_t kTrue = 'T';
constexpr uint8_t kInt = 'i';
constexpr uint8_t kLong = 'l';
constexpr uint8_t kBinaryFloat = 'g';
constexpr uint8_t kUnicode = 'u';
constexpr uint8_t kInterned = 't';
constexpr uint8_t kBytes = 's';
constexpr uint8_t kTuple = '(';
constexpr uint8_t kList = '[';
constexpr uint8_t kDict = '{';

// A long is written in digits of 15 bits, least significant first; a negative count means a negative number.
constexpr unsigned kDigitBits = 15;

/// Holds any five digits.
__extension__ using Wide = unsigned __int128;

class Reader {
 public:
  explicit Reader(std::span<const uint8_t> bytes) : bytes_(bytes) {}

  /// Reads one value; false where the bytes are not one, with the reason in error().
  bool Read(json& out, size_t depth) {
    if (depth > limits_.max_depth) return Fail("the value is nested too deeply");
    if (++values_ > limits_.max_values) return Fail("the value has too many parts");
    uint8_t type = 0;
    if (!Take(type)) return Fail("the message ends early");
    switch (type) {
      case kNone:
        out = nullptr;
        return true;
      case kTrue:
        out = true;
        return true;
      case kFalse:
        out = false;
        return true;
      case kInt: {
        int32_t value = 0;
        if (!Take(value)) return Fail("the message ends early");
        // Non-negative numbers are unsigned, as they are in parsed JSON.
        if (value < 0) {
          out = value;
        } else {
          out = static_cast<uint64_t>(value);
        }
        return true;
      }
      case kLong:
        return ReadLong(out);
      case kBinaryFloat: {
        uint64_t bits = 0;
        if (!Take(bits)) return Fail("the message ends early");
        out = std::bit_cast<double>(bits);
        return true;
      }
      case kUnicode:
      case kInterned: {
        std::string text;
        if (!ReadString(text)) return false;
        out = std::move(text);
        return true;
      }
      case kTuple:
      case kList:
        return ReadSequence(out, depth);
      case kDict:
        return ReadDict(out, depth);
      case kBytes:
        return ReadBytes(out);
      default:
        return Fail("a value of this type cannot be passed to the host; only what JSON can express, and bytes, can");
    }
  }

  bool AtEnd() const { return at_ == bytes_.size(); }
  const char* error() const { return error_; }

 private:
  bool Fail(const char* why) {
    error_ = why;
    return false;
  }

  template <typename T>
  bool Take(T& out) {
    if (bytes_.size() - at_ < sizeof(T)) return false;
    std::memcpy(&out, bytes_.data() + at_, sizeof(T));
    at_ += sizeof(T);
    return true;
  }

  bool ReadString(std::string& out) {
    uint32_t size = 0;
    if (!Take(size) || size > bytes_.size() - at_) return Fail("the message ends early");
    out = support::ToUtf8(bytes_.subspan(at_, size));
    at_ += size;
    return true;
  }

  bool ReadBytes(json& out) {
    uint32_t size = 0;
    if (!Take(size) || size > bytes_.size() - at_) return Fail("the message ends early");
    const auto bytes = bytes_.subspan(at_, size);
    out = json::binary({bytes.begin(), bytes.end()});
    at_ += size;
    return true;
  }

  bool ReadLong(json& out) {
    int32_t count = 0;
    if (!Take(count)) return Fail("the message ends early");
    const bool negative = count < 0;
    const uint32_t digits = negative ? ~static_cast<uint32_t>(count) + 1 : static_cast<uint32_t>(count);
    // Five digits hold 75 bits; more cannot fit into 64.
    if (digits > 5) return Fail("the integer is too large; the host takes 64 bits");
    Wide magnitude = 0;
    for (uint32_t i = 0; i < digits; ++i) {
      uint16_t digit = 0;
      if (!Take(digit)) return Fail("the message ends early");
      if (digit >> kDigitBits != 0) return Fail("the message is damaged");
      magnitude |= static_cast<Wide>(digit) << (kDigitBits * i);
    }
    constexpr auto kMaxNegative = static_cast<Wide>(1) << 63;
    if (negative) {
      if (magnitude > kMaxNegative) return Fail("the integer is too large; the host takes 64 bits");
      out = static_cast<int64_t>(~static_cast<uint64_t>(magnitude) + 1);
    } else {
      if (magnitude >> 64 != 0) return Fail("the integer is too large; the host takes 64 bits");
      out = static_cast<uint64_t>(magnitude);
    }
    return true;
  }

  bool ReadSequence(json& out, size_t depth) {
    uint32_t count = 0;
    // Every item has at least one byte, so a count that the rest cannot hold is refused before anything is allocated.
    if (!Take(count) || count > bytes_.size() - at_) return Fail("the message ends early");
    out = json::array();
    auto& items = out.get_ref<json::array_t&>();
    items.reserve(count < 4096 ? count : 4096);
    for (uint32_t i = 0; i < count; ++i) {
      items.emplace_back();
      if (!Read(items.back(), depth + 1)) return false;
    }
    return true;
  }

  bool ReadDict(json& out, size_t depth) {
    out = json::object();
    auto& members = out.get_ref<json::object_t&>();
    while (at_ < bytes_.size() && bytes_[at_] != kNull) {
      std::string key;
      if (!ReadKey(key)) return false;
      if (!Read(members[std::move(key)], depth + 1)) return false;
    }
    uint8_t end = 0;
    if (!Take(end)) return Fail("the message ends early");
    return true;
  }

  /// Keys that are not strings become what Python's json module makes of them.
  bool ReadKey(std::string& key) {
    const uint8_t type = bytes_[at_];
    if (type == kUnicode || type == kInterned) {
      ++at_;
      ++values_;
      return ReadString(key);
    }
    if (type != kNone && type != kTrue && type != kFalse && type != kInt && type != kLong && type != kBinaryFloat) {
      return Fail("keys must be str, int, float, bool or None");
    }
    json value;
    if (!Read(value, limits_.max_depth)) return false;
    key = value.dump();
    return true;
  }

  std::span<const uint8_t> bytes_;
  size_t at_ = 0;
  size_t values_ = 0;
  MessageLimits limits_;
  const char* error_ = "";
};

template <typename T>
void Put(std::string& out, T value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof(T));
}

void PutInteger(std::string& out, bool negative, uint64_t magnitude) {
  if (magnitude <= INT32_MAX) {
    out += static_cast<char>(kInt);
    Put(out, negative ? -static_cast<int32_t>(magnitude) : static_cast<int32_t>(magnitude));
    return;
  }
  std::array<uint16_t, 5> digits = {};
  int32_t count = 0;
  while (magnitude != 0) {
    digits[static_cast<size_t>(count++)] = static_cast<uint16_t>(magnitude & ((1U << kDigitBits) - 1));
    magnitude >>= kDigitBits;
  }
  out += static_cast<char>(kLong);
  Put(out, negative ? -count : count);
  for (int32_t i = 0; i < count; ++i) Put(out, digits[static_cast<size_t>(i)]);
}

void PutString(std::string& out, const std::string& text) {
  out += static_cast<char>(kUnicode);
  const std::string clean = support::ToUtf8({reinterpret_cast<const uint8_t*>(text.data()), text.size()});
  Put(out, static_cast<uint32_t>(clean.size()));
  out += clean;
}

void PutValue(const json& value, std::string& out) {
  switch (value.type()) {
    case json::value_t::boolean:
      out += static_cast<char>(value.get<bool>() ? kTrue : kFalse);
      return;
    case json::value_t::number_integer: {
      const auto number = value.get<int64_t>();
      const uint64_t magnitude = number < 0 ? ~static_cast<uint64_t>(number) + 1 : static_cast<uint64_t>(number);
      PutInteger(out, number < 0, magnitude);
      return;
    }
    case json::value_t::number_unsigned:
      PutInteger(out, false, value.get<uint64_t>());
      return;
    case json::value_t::number_float:
      out += static_cast<char>(kBinaryFloat);
      Put(out, std::bit_cast<uint64_t>(value.get<double>()));
      return;
    case json::value_t::string:
      PutString(out, value.get_ref<const std::string&>());
      return;
    case json::value_t::array:
      out += static_cast<char>(kList);
      Put(out, static_cast<uint32_t>(value.size()));
      for (const json& item : value) PutValue(item, out);
      return;
    case json::value_t::object:
      out += static_cast<char>(kDict);
      for (const auto& [key, member] : value.items()) {
        PutString(out, key);
        PutValue(member, out);
      }
      out += static_cast<char>(kNull);
      return;
    case json::value_t::binary: {
      const auto& bytes = value.get_binary();
      out += static_cast<char>(kBytes);
      Put(out, static_cast<uint32_t>(bytes.size()));
      out.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
      return;
    }
    case json::value_t::null:
    case json::value_t::discarded:
      out += static_cast<char>(kNone);
      return;
  }
}

class MarshalCodec final : public Codec {
 public:
  Expected<json> Decode(std::span<const uint8_t> bytes) const override {
    Reader reader(bytes);
    json value;
    if (!reader.Read(value, 0)) return Error{ErrorKind::kInvalidArgument, reader.error()};
    if (!reader.AtEnd()) return Error{ErrorKind::kInvalidArgument, "the message has more than one value"};
    return value;
  }

  void Encode(const json& value, std::string& out) const override { PutValue(value, out); }

  Expected<json> DecodeRequest(std::span<const uint8_t> bytes, char& op) const override {
    auto message = Decode(bytes);
    if (!message) return message.error();
    if (!message->is_array() || message->size() < 2 || !(*message)[0].is_number_unsigned()) {
      return Error{ErrorKind::kInvalidArgument, "the message is not a request"};
    }
    op = static_cast<char>((*message)[0].get<uint64_t>() & 0x7F);
    auto& parts = message->get_ref<json::array_t&>();
    if (parts.size() == 2) return std::move(parts[1]);
    parts.erase(parts.begin());
    return message;
  }

  void EncodeResponse(bool ok, const json& value, std::string& out) const override {
    out += static_cast<char>(kTuple);
    Put(out, uint32_t{2});
    PutInteger(out, false, ok ? 1 : 0);
    PutValue(value, out);
  }
};

}  // namespace

const Codec& Codec::Marshal() {
  static const MarshalCodec codec;
  return codec;
}

}  // namespace goru::guest
