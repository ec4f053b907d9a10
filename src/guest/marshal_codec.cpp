#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <vector>

#include "guest/codec.hpp"
#include "guest/codec_work.hpp"
#include "support/json_free.hpp"
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

/// About what a value takes in nanoseconds, beside the bytes in it.
constexpr size_t kValueWork = 64;

class Reader {
 public:
  Reader(std::span<const uint8_t> bytes, const Work& work) : bytes_(bytes), meter_(work) {}

  /// Reads the one value that there is.
  Expected<json> Run() {
    json value;
    if (Read(value, 0) && (at_ == bytes_.size() || Fail("the message has more than one value"))) {
      meter_.Settle();
      return value;
    }
    support::FreeJson(value);
    return meter_.error();
  }

 private:
  /// Reads one value; false where the bytes are not one, with the reason in meter_.
  bool Read(json& out, size_t depth) {
    if (depth > limits_.max_depth) return Fail("the value is nested too deeply");
    if (++values_ > limits_.max_values) return Fail("the value has too many parts");
    if (!meter_.Step(kValueWork)) return false;
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
        if (!meter_.Hold(kHeldText) || !ReadString(text)) return false;
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

  bool Fail(const char* why) { return meter_.Fail(why); }

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
    if (!meter_.Hold(HeldBeside(size))) return false;
    out.reserve(size);
    for (auto rest = bytes_.subspan(at_, size); !rest.empty();) {
      const auto piece = PieceOf(rest);
      if (!meter_.Step(piece.size())) return false;
      if (support::Utf8Prefix(piece) == piece.size()) {
        out.append(reinterpret_cast<const char*>(piece.data()), piece.size());
      } else {
        // What is no UTF-8 becomes up to three times as long, and moves when it grows.
        if (!meter_.Hold(4 * piece.size())) return false;
        support::AppendUtf8(out, piece);
      }
      rest = rest.subspan(piece.size());
    }
    at_ += size;
    return true;
  }

  bool ReadBytes(json& out) {
    uint32_t size = 0;
    if (!Take(size) || size > bytes_.size() - at_) return Fail("the message ends early");
    const auto bytes = bytes_.subspan(at_, size);
    // Copying goes by the gigabyte a second.
    if (!meter_.Hold(kHeldArray + size) || !meter_.Step(size / 8)) return false;
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
    if (!meter_.Hold(kHeldArray + count * sizeof(json))) return false;
    out = json::array();
    auto& items = out.get_ref<json::array_t&>();
    items.reserve(count);
    for (uint32_t i = 0; i < count; ++i) {
      items.emplace_back();
      if (!Read(items.back(), depth + 1)) return false;
    }
    return true;
  }

  bool ReadDict(json& out, size_t depth) {
    if (!meter_.Hold(kHeldObject)) return false;
    out = json::object();
    auto& members = out.get_ref<json::object_t&>();
    while (at_ < bytes_.size() && bytes_[at_] != kNull) {
      std::string key;
      if (!meter_.Hold(kHeldMember) || !ReadKey(key)) return false;
      // It is compared with some of the others, whose beginnings may be the same.
      if (!meter_.Step(key.size() * static_cast<size_t>(std::bit_width(members.size())) / 8)) return false;
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
      if (++values_ > limits_.max_values) return Fail("the value has too many parts");
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
  const MessageLimits limits_;
  Meter meter_;
};

class Writer {
 public:
  Writer(std::string& out, const Work& work) : out_(out), meter_(work), output_(out, work.most, meter_) {}

  Expected<void> Value(const json& value) { return Ended(Write(value)); }

  Expected<void> Response(bool ok, const json& value) {
    return Ended(Put(kTuple) && Put(uint32_t{2}) && Integer(false, ok ? 1 : 0) && Write(value));
  }

 private:
  Expected<void> Ended(bool whole) const {
    if (!whole) return meter_.error();
    return {};
  }

  bool Write(const json& value) {
    if (!meter_.Step(kValueWork)) return false;
    switch (value.type()) {
      case json::value_t::boolean:
        return Put(value.get<bool>() ? kTrue : kFalse);
      case json::value_t::number_integer: {
        const auto number = value.get<int64_t>();
        return Integer(number < 0, number < 0 ? ~static_cast<uint64_t>(number) + 1 : static_cast<uint64_t>(number));
      }
      case json::value_t::number_unsigned:
        return Integer(false, value.get<uint64_t>());
      case json::value_t::number_float:
        return Put(kBinaryFloat) && Put(std::bit_cast<uint64_t>(value.get<double>()));
      case json::value_t::string:
        return Text(value.get_ref<const std::string&>());
      case json::value_t::array:
        return Array(value.get_ref<const json::array_t&>());
      case json::value_t::object:
        return Object(value.get_ref<const json::object_t&>());
      case json::value_t::binary:
        return Bytes(value.get_binary());
      case json::value_t::null:
      case json::value_t::discarded:
        return Put(kNone);
    }
    return false;
  }

  template <typename T>
  bool Put(T value) {
    return output_.Append({reinterpret_cast<const char*>(&value), sizeof(T)});
  }

  bool Integer(bool negative, uint64_t magnitude) {
    if (magnitude <= INT32_MAX) {
      const auto number = static_cast<int32_t>(magnitude);
      return Put(kInt) && Put(negative ? -number : number);
    }
    std::array<uint16_t, 5> digits = {};
    int32_t count = 0;
    while (magnitude != 0) {
      digits[static_cast<size_t>(count++)] = static_cast<uint16_t>(magnitude & ((1U << kDigitBits) - 1));
      magnitude >>= kDigitBits;
    }
    if (!Put(kLong) || !Put(negative ? -count : count)) return false;
    for (int32_t i = 0; i < count; ++i) {
      if (!Put(digits[static_cast<size_t>(i)])) return false;
    }
    return true;
  }

  bool Text(const std::string& text) {
    if (!Put(kUnicode)) return false;
    const size_t size_at = out_.size();
    if (!Put(uint32_t{0}) || !output_.Room(text.size())) return false;
    for (std::span<const uint8_t> rest(reinterpret_cast<const uint8_t*>(text.data()), text.size()); !rest.empty();) {
      const auto piece = PieceOf(rest);
      if (!meter_.Step(piece.size())) return false;
      if (support::Utf8Prefix(piece) == piece.size()) {
        if (!output_.Append({reinterpret_cast<const char*>(piece.data()), piece.size()})) return false;
      } else {
        // What is no UTF-8 becomes up to three times as long.
        if (!output_.Room(3 * piece.size())) return false;
        support::AppendUtf8(out_, piece);
      }
      rest = rest.subspan(piece.size());
    }
    const auto size = static_cast<uint32_t>(out_.size() - size_at - sizeof(uint32_t));
    std::memcpy(out_.data() + size_at, &size, sizeof(size));
    return true;
  }

  bool Bytes(const std::vector<uint8_t>& bytes) {
    if (!Put(kBytes) || !Put(static_cast<uint32_t>(bytes.size())) || !output_.Room(bytes.size())) return false;
    if (!meter_.Step(bytes.size() / 8)) return false;
    out_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return true;
  }

  bool Array(const json::array_t& items) {
    return Put(kList) && Put(static_cast<uint32_t>(items.size())) &&
           std::all_of(items.begin(), items.end(), [this](const json& item) { return Write(item); });
  }

  bool Object(const json::object_t& members) {
    if (!Put(kDict)) return false;
    for (const auto& [key, member] : members) {
      if (!Text(key) || !Write(member)) return false;
    }
    return Put(kNull);
  }

  std::string& out_;
  Meter meter_;
  Output output_;
};

class MarshalCodec final : public Codec {
 public:
  Expected<json> Decode(std::span<const uint8_t> bytes, const Work& work) const override {
    return Reader(bytes, work).Run();
  }

  Expected<void> Encode(const json& value, std::string& out, const Work& work) const override {
    return Writer(out, work).Value(value);
  }

  Expected<json> DecodeRequest(std::span<const uint8_t> bytes, char& op, const Work& work) const override {
    auto message = Decode(bytes, work);
    if (!message) return message.error();
    // No operation has a payload of more parts.
    constexpr size_t kMostParts = 4;
    const bool well_formed = message->is_array() && message->size() >= 2 && message->size() <= kMostParts &&
                             (*message)[0].is_number_unsigned();
    if (!well_formed) {
      return Error{ErrorKind::kInvalidArgument, "the message is not a request"};
    }
    op = static_cast<char>((*message)[0].get<uint64_t>() & 0x7F);
    auto& parts = message->get_ref<json::array_t&>();
    if (parts.size() == 2) return std::move(parts[1]);
    parts.erase(parts.begin());
    return message;
  }

  Expected<void> EncodeResponse(bool ok, const json& value, std::string& out, const Work& work) const override {
    return Writer(out, work).Response(ok, value);
  }
};

}  // namespace

const Codec& Codec::Marshal() {
  static const MarshalCodec codec;
  return codec;
}

}  // namespace goru::guest
