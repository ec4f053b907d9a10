#include "units.hpp"

#include <array>
#include <charconv>
#include <string>
#include <system_error>
#include <utility>

namespace goru::cli {
namespace {

struct Quantity {
  double number;
  std::string unit;
};

/// A number that is not negative, and the lower-case letters after it.
std::optional<Quantity> Split(std::string_view text) {
  Quantity quantity{0, ""};
  const char* end = text.data() + text.size();
  if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
  const auto [rest, error] = std::from_chars(text.data(), end, quantity.number, std::chars_format::fixed);
  if (error != std::errc()) return std::nullopt;
  for (const char* at = rest; at != end; ++at) {
    const char c = *at >= 'A' && *at <= 'Z' ? static_cast<char>(*at - 'A' + 'a') : *at;
    if (c != ' ' || !quantity.unit.empty()) quantity.unit += c;
  }
  return quantity;
}

template <size_t N>
std::optional<double> Scaled(const Quantity& quantity,
                             const std::array<std::pair<std::string_view, double>, N>& units) {
  for (const auto& [name, factor] : units) {
    if (name == quantity.unit) return quantity.number * factor;
  }
  return std::nullopt;
}

constexpr double kKibi = 1024;
constexpr double kMebi = kKibi * 1024;
constexpr double kGibi = kMebi * 1024;
// More is not a limit any more, and arithmetic with it stays far from overflow.
constexpr double kMaxSize = 1024 * kGibi;
constexpr double kMaxSeconds = 1e8;

}  // namespace

std::optional<std::chrono::nanoseconds> ParseDuration(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, double>, 5> kUnits = {
      {{"", 1}, {"s", 1}, {"ms", 1e-3}, {"m", 60}, {"h", 3600}}};
  const auto quantity = Split(text);
  if (!quantity) return std::nullopt;
  const auto seconds = Scaled(*quantity, kUnits);
  if (!seconds || *seconds > kMaxSeconds) return std::nullopt;
  const auto duration = std::chrono::round<std::chrono::nanoseconds>(std::chrono::duration<double>(*seconds));
  if (duration <= std::chrono::nanoseconds::zero()) return std::nullopt;
  return duration;
}

std::optional<size_t> ParseSize(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, double>, 11> kUnits = {{{"", 1},
                                                                                  {"b", 1},
                                                                                  {"k", kKibi},
                                                                                  {"kb", kKibi},
                                                                                  {"kib", kKibi},
                                                                                  {"m", kMebi},
                                                                                  {"mb", kMebi},
                                                                                  {"mib", kMebi},
                                                                                  {"g", kGibi},
                                                                                  {"gb", kGibi},
                                                                                  {"gib", kGibi}}};
  const auto quantity = Split(text);
  if (!quantity) return std::nullopt;
  const auto bytes = Scaled(*quantity, kUnits);
  if (!bytes || *bytes > kMaxSize) return std::nullopt;
  return static_cast<size_t>(*bytes);
}

}  // namespace goru::cli
