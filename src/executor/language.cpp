#include "goru/language.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>

#include "guest/image_file.hpp"

namespace goru {
namespace {

/// A language that goru comes with, as its recipe says it. Unused words are empty.
struct Shipped {
  std::string_view name;
  std::string_view version;
  std::array<std::string_view, 8> names;
  std::array<std::string_view, 8> suffixes;
};

constexpr auto kShipped = std::to_array<Shipped>({
#include "shipped_languages.inc"
});

}  // namespace

Language Python() { return *Language::FromName("python"); }
Language Python(std::string_view version) { return Language("python", std::string(version)); }
Language JavaScript() { return Language("javascript"); }
Language TypeScript() { return Language("typescript"); }

const std::vector<Language>& Language::All() {
  static const std::vector<Language> all = [] {
    std::vector<Language> out;
    out.reserve(kShipped.size());
    for (const Shipped& shipped : kShipped) {
      out.push_back(Language(std::string(shipped.name), std::string(shipped.version)));
    }
    return out;
  }();
  return all;
}

std::optional<Language> Language::FromName(std::string_view name) {
  for (const Shipped& shipped : kShipped) {
    if (name.empty() || std::find(shipped.names.begin(), shipped.names.end(), name) == shipped.names.end()) continue;
    return Language(std::string(shipped.name), std::string(shipped.version));
  }
  return std::nullopt;
}

std::optional<Language> Language::FromFileName(std::string_view file_name) {
  for (const Shipped& shipped : kShipped) {
    for (const std::string_view suffix : shipped.suffixes) {
      if (suffix.empty() || !file_name.ends_with(suffix)) continue;
      return Language(std::string(shipped.name), std::string(shipped.version));
    }
  }
  return std::nullopt;
}

Expected<Language> Language::FromImage(const std::string& path) {
  auto info = guest::ImageFile::ReadInfo(path);
  if (!info) return info.error();
  std::error_code failed;
  const auto absolute = std::filesystem::absolute(path, failed);
  return Language(std::move(info->language), std::move(info->variant), failed ? path : absolute.string());
}

}  // namespace goru
