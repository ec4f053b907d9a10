#include "config/units.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

namespace goru::config {
namespace {

struct Unit {
  /// In lower case.
  std::string_view name;
  uint64_t factor;
  /// Digits before the point. A bound that a regular expression can say; what is beyond the most that there can be
  /// counts as that.
  size_t digits;
};

// In nanoseconds.
constexpr std::array<Unit, 7> kTimes = {{{"", 1'000'000'000, 9},
                                         {"s", 1'000'000'000, 9},
                                         {"ms", 1'000'000, 12},
                                         {"us", 1'000, 15},
                                         {"ns", 1, 18},
                                         {"m", 60'000'000'000, 7},
                                         {"h", 3'600'000'000'000, 5}}};
constexpr uint64_t kKibi = 1024;
constexpr uint64_t kMebi = kKibi * 1024;
constexpr uint64_t kGibi = kMebi * 1024;
constexpr std::array<Unit, 11> kSizes = {{{"", 1, 14},
                                          {"b", 1, 14},
                                          {"k", kKibi, 11},
                                          {"kb", kKibi, 11},
                                          {"kib", kKibi, 11},
                                          {"m", kMebi, 8},
                                          {"mb", kMebi, 8},
                                          {"mib", kMebi, 8},
                                          {"g", kGibi, 5},
                                          {"gb", kGibi, 5},
                                          {"gib", kGibi, 5}}};

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string_view TakeDigits(std::string_view& text) {
  const auto* const end = std::find_if_not(text.begin(), text.end(), IsDigit);
  const std::string_view digits = text.substr(0, static_cast<size_t>(end - text.begin()));
  text.remove_prefix(digits.size());
  return digits;
}

struct Quantity {
  uint64_t whole = 0;
  /// Times the unit, below it.
  double part = 0;
  /// Whether any digit says so.
  bool positive = false;
};

/// Digits, a point with digits, spaces, a unit.
std::optional<Quantity> Parse(std::string_view text, std::span<const Unit> units) {
  const std::string_view all = TakeDigits(text);
  if (all.empty()) return std::nullopt;
  const std::string_view digits = all.substr(std::min(all.find_first_not_of('0'), all.size() - 1));
  std::string_view part;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    part = TakeDigits(text);
  }
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  const auto unit = std::find_if(units.begin(), units.end(), [text](const Unit& candidate) {
    return std::equal(text.begin(), text.end(), candidate.name.begin(), candidate.name.end(),
                      [](char given, char known) { return Lower(given) == known; });
  });
  if (unit == units.end() || digits.size() > unit->digits) return std::nullopt;
  Quantity quantity;
  for (const char digit : digits) quantity.whole = quantity.whole * 10 + static_cast<uint64_t>(digit - '0');
  quantity.whole *= unit->factor;
  auto scale = static_cast<double>(unit->factor);
  for (const char digit : part) quantity.part += (digit - '0') * (scale /= 10);
  const auto is_zero = [](char c) { return c == '0'; };
  quantity.positive =
      !std::all_of(digits.begin(), digits.end(), is_zero) || !std::all_of(part.begin(), part.end(), is_zero);
  return quantity;
}

/// `units` begin with the one without a name.
std::string Pattern(std::span<const Unit> units, const char* condition) {
  std::string pattern = "^" + std::string(condition);
  for (const Unit& unit : units) {
    pattern += unit.name.empty() ? "(?:" : "|";
    pattern += "0*[0-9]{1," + std::to_string(unit.digits) + "}(?:\\.[0-9]*)? *";
    for (const char c : unit.name) {
      pattern += '[';
      pattern += c;
      pattern += static_cast<char>(c - 'a' + 'A');
      pattern += ']';
    }
  }
  return pattern + ")$";
}

std::string InLargest(uint64_t value, std::span<const Unit> units) {
  const auto unit = std::find_if(units.begin(), units.end(), [value](const Unit& u) { return value % u.factor == 0; });
  return std::to_string(value / unit->factor) + std::string(unit->name);
}

std::chrono::nanoseconds Within(uint64_t nanoseconds) {
  constexpr auto kMost = static_cast<uint64_t>(std::chrono::nanoseconds(kMostTime).count());
  return std::chrono::nanoseconds(std::clamp<uint64_t>(nanoseconds, 1, kMost));
}

}  // namespace

std::optional<std::chrono::nanoseconds> ParseTime(std::string_view text) {
  const auto quantity = Parse(text, kTimes);
  if (!quantity || !quantity->positive) return std::nullopt;
  return Within(quantity->whole + static_cast<uint64_t>(std::llround(quantity->part)));
}

std::optional<std::chrono::nanoseconds> TimeOfSeconds(double seconds) {
  if (!(seconds > 0) || seconds > static_cast<double>(kMostTime.count())) return std::nullopt;
  return Within(static_cast<uint64_t>(std::llround(seconds * 1e9)));
}

std::optional<uint64_t> ParseSize(std::string_view text) {
  const auto quantity = Parse(text, kSizes);
  if (!quantity) return std::nullopt;
  return std::min(quantity->whole + static_cast<uint64_t>(quantity->part), kMostBytes);
}

const std::string& TimePattern() {
  static const std::string pattern = Pattern(kTimes, "(?=.*[1-9])");
  return pattern;
}

const std::string& SizePattern() {
  static const std::string pattern = Pattern(kSizes, "");
  return pattern;
}

std::string TimeText(std::chrono::nanoseconds time) {
  constexpr std::array<Unit, 4> kUnits = {kTimes[1], kTimes[2], kTimes[3], kTimes[4]};
  return InLargest(static_cast<uint64_t>(Within(static_cast<uint64_t>(std::max<int64_t>(time.count(), 0))).count()),
                   kUnits);
}

std::string SizeText(uint64_t bytes) {
  constexpr std::array<Unit, 4> kUnits = {kSizes[9], kSizes[6], kSizes[3], kSizes[0]};
  return bytes == 0 ? "0" : InLargest(std::min(bytes, kMostBytes), kUnits);
}

}  // namespace goru::config
