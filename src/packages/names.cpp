#include "packages/names.hpp"

#include <algorithm>
#include <array>

namespace goru::packages {
namespace {

constexpr size_t kMaxName = 128;
constexpr size_t kMaxRequirement = 2048;
constexpr size_t kMaxRequirements = 1000;

// ASCII only and whatever the locale is.
bool IsAlphanumeric(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }
bool IsSpace(char c) { return c == ' ' || c == '\t'; }
char ToLower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string_view Trim(std::string_view text) {
  while (!text.empty() && IsSpace(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsSpace(text.back())) text.remove_suffix(1);
  return text;
}

Error Wrong(std::string_view text, const std::string& why) {
  constexpr size_t kShown = 80;
  std::string shown(text.substr(0, kShown));
  for (char& c : shown) c = c < ' ' || c > '~' ? '?' : c;
  return Error{ErrorKind::kInvalidArgument, "'" + shown + "' is not a requirement: " + why};
}

/// One clause, ">=2.8" or "==2.*".
bool IsClause(std::string_view clause) {
  clause = Trim(clause);
  static constexpr std::array<std::string_view, 8> kOperators = {"===", "~=", "==", "!=", "<=", ">=", "<", ">"};
  const auto* const found = std::find_if(kOperators.begin(), kOperators.end(),
                                         [clause](std::string_view sign) { return clause.starts_with(sign); });
  if (found == kOperators.end()) return false;
  clause.remove_prefix(found->size());
  clause = Trim(clause);
  if (clause.empty() || !IsAlphanumeric(clause.front())) return false;
  return std::all_of(clause.begin(), clause.end(), [](char c) {
    return IsAlphanumeric(c) || c == '.' || c == '*' || c == '!' || c == '+' || c == '-' || c == '_';
  });
}

bool IsMarker(std::string_view marker) {
  return std::all_of(marker.begin(), marker.end(), [](char c) {
    return IsAlphanumeric(c) || std::string_view(" \t'\"<>=!~()._-+*,").find(c) != std::string_view::npos;
  });
}

Expected<std::vector<std::string>> ParseExtras(std::string_view whole, std::string_view extras) {
  std::vector<std::string> out;
  while (!extras.empty()) {
    const size_t comma = std::min(extras.find(','), extras.size());
    const auto extra = CanonicalName(Trim(extras.substr(0, comma)));
    if (!extra) return Wrong(whole, "the extras in brackets are not names");
    out.push_back(*extra);
    extras.remove_prefix(std::min(comma + 1, extras.size()));
  }
  return out;
}

/// Takes " --hash=sha256:..." off the end of a line.
Expected<std::vector<std::string>> TakeHashes(std::string_view& line) {
  std::vector<std::string> hashes;
  const size_t first = line.find(" --hash");
  if (first == std::string_view::npos) return hashes;
  std::string_view rest = line.substr(first);
  line = Trim(line.substr(0, first));
  while (!(rest = Trim(rest)).empty()) {
    constexpr std::string_view kOption = "--hash";
    if (!rest.starts_with(kOption)) return Wrong(rest, "only --hash may follow a requirement");
    rest.remove_prefix(kOption.size());
    if (rest.empty() || (rest.front() != '=' && rest.front() != ' ')) return Wrong(rest, "--hash needs a value");
    rest = Trim(rest.substr(1));
    const size_t end = std::min(rest.find(' '), rest.size());
    const std::string hash(rest.substr(0, end));
    constexpr size_t kHexDigits = 64;
    constexpr std::string_view kKind = "sha256:";
    const bool known = hash.starts_with(kKind) && hash.size() == kKind.size() + kHexDigits &&
                       hash.find_first_not_of("0123456789abcdef", kKind.size()) == std::string::npos;
    if (known) hashes.push_back(hash);
    if (!known && hash.find(':') == std::string::npos) return Wrong(hash, "--hash takes sha256:HEX");
    rest.remove_prefix(end);
  }
  if (hashes.empty()) return Wrong(line, "none of its hashes is a SHA-256");
  return hashes;
}

}  // namespace

std::optional<std::string> CanonicalName(std::string_view name) {
  if (name.empty() || name.size() > kMaxName) return std::nullopt;
  if (!IsAlphanumeric(name.front()) || !IsAlphanumeric(name.back())) return std::nullopt;
  std::string out;
  for (const char c : name) {
    const bool separator = c == '-' || c == '_' || c == '.';
    if (!separator && !IsAlphanumeric(c)) return std::nullopt;
    if (!separator) out += ToLower(c);
    if (separator && out.back() != '-') out += '-';
  }
  return out;
}

bool IsSpecifier(std::string_view specifier) {
  specifier = Trim(specifier);
  if (specifier.size() > kMaxRequirement) return false;
  if (specifier.empty()) return true;
  for (;;) {
    const size_t comma = specifier.find(',');
    if (!IsClause(specifier.substr(0, comma))) return false;
    if (comma == std::string_view::npos) return true;
    specifier.remove_prefix(comma + 1);
  }
}

std::string Requirement::ToString() const {
  std::string text = name;
  for (size_t i = 0; i < extras.size(); ++i) text += (i == 0 ? "[" : ",") + extras[i];
  if (!extras.empty()) text += "]";
  text += specifier;
  if (!marker.empty()) text += "; " + marker;
  return text;
}

Expected<Requirement> ParseRequirement(std::string_view text) {
  const std::string_view whole = text;
  if (text.size() > kMaxRequirement) return Wrong(text, "it is too long");
  text = Trim(text);
  Requirement out;
  if (const size_t semicolon = text.find(';'); semicolon != std::string_view::npos) {
    out.marker = Trim(text.substr(semicolon + 1));
    text = Trim(text.substr(0, semicolon));
    if (!IsMarker(out.marker)) return Wrong(whole, "what follows the semicolon is not a marker");
  }
  if (text.find('@') != std::string_view::npos || text.find("://") != std::string_view::npos ||
      text.find('/') != std::string_view::npos) {
    return Wrong(whole, "only names and versions can be installed, no addresses and no paths");
  }
  size_t end = 0;
  while (end < text.size() && (IsAlphanumeric(text[end]) || text[end] == '-' || text[end] == '_' || text[end] == '.')) {
    ++end;
  }
  const auto name = CanonicalName(text.substr(0, end));
  if (!name) return Wrong(whole, "it does not begin with a package's name");
  out.name = *name;
  text = Trim(text.substr(end));
  if (text.starts_with('[')) {
    const size_t close = text.find(']');
    if (close == std::string_view::npos) return Wrong(whole, "a bracket is not closed");
    auto extras = ParseExtras(whole, text.substr(1, close - 1));
    if (!extras) return extras.error();
    out.extras = std::move(*extras);
    text = Trim(text.substr(close + 1));
  }
  if (text.starts_with('(') && text.ends_with(')')) text = text.substr(1, text.size() - 2);
  if (!IsSpecifier(text)) return Wrong(whole, "versions look like >=2.8 or ==1.0.*, with commas between them");
  for (const char c : text) {
    if (!IsSpace(c)) out.specifier += c;
  }
  return out;
}

Expected<std::vector<Requirement>> ParseRequirements(std::string_view text, const std::string& file_name) {
  std::vector<Requirement> out;
  std::string joined;
  size_t number = 0;
  while (!text.empty()) {
    const size_t newline = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, newline);
    if (line.ends_with('\r')) line.remove_suffix(1);
    line = Trim(line);
    text.remove_prefix(std::min(newline + 1, text.size()));
    ++number;
    if (line.starts_with('#')) continue;
    if (const size_t comment = line.find(" #"); comment != std::string_view::npos) line = Trim(line.substr(0, comment));
    if (joined.size() + line.size() > kMaxRequirement * 16) return Wrong(line, "the line is too long");
    if (line.ends_with('\\')) {
      joined += std::string(line.substr(0, line.size() - 1)) + " ";
      continue;
    }
    joined += line;
    std::string_view whole = Trim(joined);
    if (!whole.empty()) {
      const std::string where = file_name + ":" + std::to_string(number) + ": ";
      if (whole.starts_with('-')) {
        return Error{ErrorKind::kInvalidArgument, where + "options are not taken from requirements files"};
      }
      auto hashes = TakeHashes(whole);
      if (!hashes) return Error{hashes.error().kind, where + hashes.error().message};
      auto requirement = ParseRequirement(whole);
      if (!requirement) return Error{requirement.error().kind, where + requirement.error().message};
      requirement->hashes = std::move(*hashes);
      if (out.size() >= kMaxRequirements) return Error{ErrorKind::kInvalidArgument, where + "too many requirements"};
      out.push_back(std::move(*requirement));
    }
    joined.clear();
  }
  return out;
}

std::optional<WheelName> ParseWheelName(std::string_view file_name) {
  constexpr std::string_view kSuffix = ".whl";
  if (!file_name.ends_with(kSuffix)) return std::nullopt;
  file_name.remove_suffix(kSuffix.size());
  constexpr size_t kMaxFileName = 255;
  if (file_name.size() > kMaxFileName) return std::nullopt;
  std::vector<std::string> parts;
  while (true) {
    const size_t dash = file_name.find('-');
    parts.emplace_back(file_name.substr(0, dash));
    if (dash == std::string_view::npos) break;
    file_name.remove_prefix(dash + 1);
  }
  // name-version[-build]-python-abi-platform
  constexpr size_t kLeast = 5;
  if (parts.size() != kLeast && parts.size() != kLeast + 1) return std::nullopt;
  const auto name = CanonicalName(parts[0]);
  const auto is_plain = [](const std::string& part) {
    return !part.empty() && std::all_of(part.begin(), part.end(), [](char c) {
      return IsAlphanumeric(c) || c == '.' || c == '!' || c == '+' || c == '_';
    });
  };
  // A part of a path, whatever it was an address of.
  if (!name || !std::all_of(parts.begin() + 1, parts.end(), is_plain)) return std::nullopt;
  return WheelName{*name, parts[1], parts[parts.size() - 3], parts[parts.size() - 2], parts[parts.size() - 1]};
}

std::string VersionDigits(std::string_view python) {
  std::string out(python);
  std::erase(out, '.');
  return out;
}

}  // namespace goru::packages
