#include "support/json_check.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "support/pace.hpp"
#include "support/utf8.hpp"

namespace goru::support {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool IsAscii(char c) { return static_cast<uint8_t>(c) < 0x80; }

bool IsHexDigit(char c) { return IsDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

/// The parts of a number.
struct Number {
  std::string_view whole;
  std::string_view fraction;
  std::string_view exponent;
  bool negative = false;  // the exponent
};

/// Whether a number is larger than a double can be. Looks at no more digits than matter.
bool Overflows(const Number& number) {
  // Longer exponents nobody writes: they make any number too large, or nothing of it.
  constexpr size_t kMostExponentDigits = 9;
  constexpr int64_t kLargest = 308;
  constexpr size_t kDigits = 40;
  std::string digits;
  int64_t power = 0;
  if (number.whole != "0") {
    digits = number.whole.substr(0, kDigits);
    digits += number.fraction.substr(0, kDigits);
    power = static_cast<int64_t>(number.whole.size()) - 1;
  } else {
    // The first digit that counts is in the fraction.
    const size_t first = number.fraction.find_first_not_of('0');
    if (first == std::string_view::npos) return false;
    digits = number.fraction.substr(first, kDigits);
    power = -static_cast<int64_t>(first) - 1;
  }
  std::string_view exponent = number.exponent;
  exponent.remove_prefix(std::min(exponent.find_first_not_of('0'), exponent.size()));
  if (exponent.size() > kMostExponentDigits) return !number.negative;
  int64_t shift = 0;
  for (const char c : exponent) shift = shift * 10 + (c - '0');
  power += number.negative ? -shift : shift;
  if (power != kLargest) return power > kLargest;
  digits.insert(1, ".");
  digits += "e308";
  return std::isinf(std::strtod(digits.c_str(), nullptr));
}

class Checker {
 public:
  Checker(std::string_view text, const JsonLimits& limits, const StopSignal* stop)
      : text_(text), limits_(limits), pace_(stop) {}

  Expected<void> Run() {
    if (Check()) return {};
    return Error{kind_, why_};
  }

 private:
  /// What may come next.
  enum class Next { kValue, kValueOrEnd, kKey, kKeyOrEnd, kCommaOrEnd };

  bool Fail(const char* why = "the message is not JSON", ErrorKind kind = ErrorKind::kInvalidArgument) {
    why_ = why;
    kind_ = kind;
    return false;
  }

  bool Step(size_t work) { return pace_.Step(work) || Fail("the run is to end", ErrorKind::kCancelled); }

  bool Check() {
    while (SkipSpace()) {
      if (!Part()) return false;
      if (next_ == Next::kCommaOrEnd && open_.empty()) return SkipSpace() && (at_ == text_.size() || Fail());
    }
    return false;
  }

  bool Part() {
    switch (next_) {
      case Next::kValue:
        return Value();
      case Next::kKey:
        return Key();
      case Next::kCommaOrEnd:
        return CommaOrEnd();
      case Next::kValueOrEnd:
      case Next::kKeyOrEnd:
        return ItemOrEnd();
    }
    return false;
  }

  /// The first item of a container, or its end.
  bool ItemOrEnd() {
    if (Skip(open_.back() ? '}' : ']')) {
      Close();
      return true;
    }
    return next_ == Next::kValueOrEnd ? Value() : Key();
  }

  bool CommaOrEnd() {
    if (Skip(',')) {
      next_ = open_.back() ? Next::kKey : Next::kValue;
      return true;
    }
    if (!Skip(open_.back() ? '}' : ']')) return Fail();
    Close();
    return true;
  }

  void Close() {
    open_.pop_back();
    next_ = Next::kCommaOrEnd;
  }

  bool Open(bool object) {
    if (open_.size() == limits_.depth) return Fail(kTooMuch);
    open_.push_back(object);
    next_ = object ? Next::kKeyOrEnd : Next::kValueOrEnd;
    return true;
  }

  bool Key() {
    if (!CountValue()) return false;
    if (!Skip('"')) return Fail();
    if (!String() || !SkipSpace()) return false;
    next_ = Next::kValue;
    return Skip(':') || Fail();
  }

  bool Value() {
    if (!CountValue()) return false;
    next_ = Next::kCommaOrEnd;
    if (Skip('{')) return Open(true);
    if (Skip('[')) return Open(false);
    if (Skip('"')) return String();
    for (const std::string_view word : {"null", "true", "false"}) {
      if (text_.substr(at_).starts_with(word)) {
        at_ += word.size();
        return true;
      }
    }
    return ReadNumber();
  }

  bool CountValue() {
    if (++values_ > limits_.values) return Fail(kTooMuch);
    return Step(8);
  }

  bool Skip(char c) {
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  /// Takes what belongs to a set, with a look at the stop now and then.
  template <typename Belongs>
  bool SkipAll(Belongs belongs) {
    for (;;) {
      const std::string_view block = text_.substr(at_, kBlock);
      const auto end = std::find_if_not(block.begin(), block.end(), belongs);
      at_ += static_cast<size_t>(end - block.begin());
      if (end != block.end() || block.empty()) return true;
      if (!Step(block.size())) return false;
    }
  }

  bool SkipSpace() {
    return SkipAll([](char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; });
  }

  /// Digits, at least one. Nothing where the run is to end, with the failure set.
  bool Digits(std::string_view& digits) {
    const size_t start = at_;
    if (!SkipAll(IsDigit)) return false;
    digits = text_.substr(start, at_ - start);
    return !digits.empty() || Fail();
  }

  bool ReadNumber() {
    Number number;
    Skip('-');
    if (!Digits(number.whole)) return false;
    if (number.whole.size() > 1 && number.whole[0] == '0') return Fail();
    if (Skip('.') && !Digits(number.fraction)) return false;
    if (Skip('e') || Skip('E')) {
      number.negative = Skip('-');
      if (!number.negative) Skip('+');
      if (!Digits(number.exponent)) return false;
    }
    return !Overflows(number) || Fail();
  }

  /// What stands behind an opening quote, to the closing one.
  bool String() {
    for (;;) {
      const std::string_view block = text_.substr(at_, kBlock);
      const auto plain = [](char c) { return static_cast<uint8_t>(c) >= 0x20 && c != '"' && c != '\\' && IsAscii(c); };
      const auto end = std::find_if_not(block.begin(), block.end(), plain);
      at_ += static_cast<size_t>(end - block.begin());
      if (!Step(static_cast<size_t>(end - block.begin()) + 4)) return false;
      if (end == block.end()) {
        if (block.empty()) return Fail();
        continue;
      }
      if (Skip('"')) return true;
      if (Skip('\\')) {
        if (!Escape()) return Fail();
        continue;
      }
      // A control character has to be written as an escape.
      const std::string_view rest = text_.substr(at_, 4);
      const size_t length = Utf8SequenceLength({reinterpret_cast<const uint8_t*>(rest.data()), rest.size()});
      if (length < 2) return Fail();
      at_ += length;
    }
  }

  bool Escape() {
    if (!Skip('u')) {
      if (at_ == text_.size() || std::string_view("\"\\/bfnrt").find(text_[at_]) == std::string_view::npos)
        return false;
      ++at_;
      return true;
    }
    const std::string_view digits = text_.substr(at_, 4);
    at_ += digits.size();
    return digits.size() == 4 && std::all_of(digits.begin(), digits.end(), IsHexDigit);
  }

  static constexpr size_t kBlock = size_t{64} << 10;
  static constexpr const char* kTooMuch = "the value is nested too deeply or has too many parts";

  std::string_view text_;
  const JsonLimits& limits_;
  Pace pace_;
  size_t at_ = 0;
  size_t values_ = 0;
  Next next_ = Next::kValue;
  /// The containers that are open; true: an object.
  std::vector<bool> open_;
  const char* why_ = "";
  ErrorKind kind_ = ErrorKind::kInvalidArgument;
};

}  // namespace

Expected<void> CheckJson(std::string_view text, const JsonLimits& limits, const StopSignal* stop) {
  return Checker(text, limits, stop).Run();
}

}  // namespace goru::support
