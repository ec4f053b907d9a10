#include "goru/language.hpp"

namespace goru {

Language Python() { return Python("3.13"); }
Language Python(std::string_view version) { return Language("python", std::string(version)); }
Language JavaScript() { return Language("javascript"); }
Language TypeScript() { return Language("typescript"); }

std::optional<Language> Language::FromName(std::string_view name) {
  if (name == "python" || name == "py" || name == "python3") return Python();
  for (const std::string_view version : {"3.12", "3.13"}) {
    if (name == "python" + std::string(version)) return Python(version);
  }
  if (name == "javascript" || name == "js") return JavaScript();
  if (name == "typescript" || name == "ts") return TypeScript();
  return std::nullopt;
}

std::optional<Language> Language::FromFileName(std::string_view file_name) {
  if (file_name.ends_with(".py")) return Python();
  if (file_name.ends_with(".js") || file_name.ends_with(".mjs") || file_name.ends_with(".cjs")) return JavaScript();
  if (file_name.ends_with(".ts") || file_name.ends_with(".mts") || file_name.ends_with(".cts")) return TypeScript();
  return std::nullopt;
}

}  // namespace goru
