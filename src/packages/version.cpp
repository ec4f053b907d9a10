#include "packages/version.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <system_error>
#include <utility>

namespace goru::packages {
namespace {

constexpr size_t kMaxVersion = 200;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLower(char c) { return c >= 'a' && c <= 'z'; }
bool IsMark(char c) { return c == '-' || c == '_' || c == '.'; }

/// Reads a version from its beginning to its end.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  bool AtEnd() const { return text_.empty(); }
  bool Take(char c) {
    if (!text_.starts_with(c)) return false;
    text_.remove_prefix(1);
    return true;
  }
  /// A dot in front of a number; others begin what follows the release.
  bool TakeDotAndDigit() { return text_.size() > 1 && IsDigit(text_[1]) && Take('.'); }
  /// Without zeros in front; empty where there is no number.
  std::string Number() {
    const size_t length = std::min(
        static_cast<size_t>(std::find_if_not(text_.begin(), text_.end(), IsDigit) - text_.begin()), text_.size());
    std::string number(text_.substr(0, length));
    text_.remove_prefix(length);
    if (!number.empty()) number.erase(0, std::min(number.find_first_not_of('0'), number.size() - 1));
    return number;
  }
  /// One of `words`, with a mark in front of it or not. The number behind it, 0 where there is none.
  template <size_t Count>
  std::string Part(const std::array<std::pair<std::string_view, std::string_view>, Count>& words) {
    const std::string_view before = text_;
    if (!text_.empty() && IsMark(text_.front())) text_.remove_prefix(1);
    for (const auto& [word, meaning] : words) {
      if (!text_.starts_with(word)) continue;
      text_.remove_prefix(word.size());
      // A mark belongs to it where a number follows.
      if (text_.size() > 1 && IsMark(text_[0]) && IsDigit(text_[1])) text_.remove_prefix(1);
      const std::string number = Number();
      return std::string(meaning) + (number.empty() ? "0" : number);
    }
    text_ = before;
    return {};
  }
  /// "-1", which is a post release.
  std::string ImplicitPost() {
    if (text_.size() < 2 || text_[0] != '-' || !IsDigit(text_[1])) return {};
    text_.remove_prefix(1);
    return ".post" + Number();
  }
  /// What follows the plus sign; empty where that is none.
  std::string Local() {
    std::string out;
    for (;;) {
      size_t length = 0;
      while (length < text_.size() && (IsDigit(text_[length]) || IsLower(text_[length]))) ++length;
      if (length == 0) return {};
      const std::string_view segment = text_.substr(0, length);
      const bool number = std::all_of(segment.begin(), segment.end(), IsDigit);
      const size_t zeros = number ? std::min(segment.find_first_not_of('0'), length - 1) : 0;
      out += segment.substr(zeros);
      text_.remove_prefix(length);
      if (text_.empty()) return out;
      if (!IsMark(text_.front())) return {};
      text_.remove_prefix(1);
      out += '.';
    }
  }

 private:
  std::string_view text_;
};

/// Whatever is neither a letter nor a digit nor a dot becomes an underscore, several of them become one.
std::string AsInFileName(std::string_view version) {
  std::string out;
  for (const char c : version) {
    const bool kept = IsDigit(c) || IsLower(c) || (c >= 'A' && c <= 'Z') || c == '.';
    if (kept) out += c;
    if (!kept && !out.ends_with('_')) out += '_';
  }
  return out;
}

}  // namespace

std::optional<std::string> CanonicalVersion(std::string_view version) {
  if (version.empty() || version.size() > kMaxVersion) return std::nullopt;
  std::string lower(version);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  Reader reader(lower);
  reader.Take('v');
  std::string out;
  std::string number = reader.Number();
  if (number.empty()) return std::nullopt;
  if (reader.Take('!')) {
    if (number != "0") out = number + "!";
    number = reader.Number();
    if (number.empty()) return std::nullopt;
  }
  std::string release = number;
  while (reader.TakeDotAndDigit()) release += "." + reader.Number();
  std::string_view rest = release;
  while (rest.ends_with(".0")) rest.remove_suffix(2);
  out += rest;
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kPre = {{{"alpha", "a"},
                                                                                         {"a", "a"},
                                                                                         {"beta", "b"},
                                                                                         {"b", "b"},
                                                                                         {"preview", "rc"},
                                                                                         {"pre", "rc"},
                                                                                         {"rc", "rc"},
                                                                                         {"c", "rc"}}};
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kPost = {
      {{"post", ".post"}, {"rev", ".post"}, {"r", ".post"}}};
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 1> kDev = {{{"dev", ".dev"}}};
  out += reader.Part(kPre);
  const std::string implicit = reader.ImplicitPost();
  out += implicit.empty() ? reader.Part(kPost) : implicit;
  out += reader.Part(kDev);
  if (reader.Take('+')) {
    const std::string local = reader.Local();
    if (local.empty()) return std::nullopt;
    return out + "+" + local;
  }
  if (!reader.AtEnd()) return std::nullopt;
  return out;
}

uint64_t MajorVersionsBehind(std::string_view version, std::string_view newest) {
  const auto major = [](std::string_view text) -> std::optional<uint64_t> {
    const auto canonical = CanonicalVersion(text);
    if (!canonical) return std::nullopt;
    const size_t epoch = canonical->find('!');
    const char* const begin = canonical->data() + (epoch == std::string::npos ? 0 : epoch + 1);
    uint64_t number = 0;
    if (std::from_chars(begin, canonical->data() + canonical->size(), number).ec != std::errc()) return std::nullopt;
    return number;
  };
  const auto mine = major(version);
  const auto best = major(newest);
  if (!mine || !best || *mine >= *best) return 0;
  return *best - *mine + (*mine == 0 ? 1 : 0);
}

bool IsVersionInFileName(std::string_view in_file_name, std::string_view said) {
  while (said.ends_with(' ') || said.ends_with('\t')) said.remove_suffix(1);
  std::string with_marks(in_file_name);
  std::replace(with_marks.begin(), with_marks.end(), '_', '-');
  const auto first = CanonicalVersion(with_marks);
  const auto second = CanonicalVersion(said);
  if (first && second && *first == *second) return true;
  // "1.0+local" was once written "1.0_local".
  return said.size() <= kMaxVersion && !said.empty() && AsInFileName(said) == in_file_name;
}

}  // namespace goru::packages
