#include "guest/recipe.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string_view>

#include "support/json_number.hpp"

namespace goru::guest {
namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 16> kMembers = {
    "about", "language", "variant", "runtime",   "version",     "edition", "model", "codec",
    "names", "suffixes", "hot_job", "arguments", "stack_pages", "prelude", "patch", "packages"};

// As much as the address space of a guest has beside its heap.
constexpr uint32_t kMaxStackPages = 4096;

bool ReadPatch(const json& object, WordPatch& out) {
  for (const json& word : object.at("find")) {
    out.find.push_back(word.is_null() ? std::nullopt : std::optional(support::WholeNumber<uint32_t>(word)));
  }
  out.at = support::WholeNumber<size_t>(object.at("at"));
  out.value = support::WholeNumber<uint32_t>(object.at("value"));
  return out.at < out.find.size();
}

Error Wrong(std::string what) { return Error{ErrorKind::kInvalidArgument, std::move(what)}; }

Expected<void> ReadRest(const json& object, Recipe& recipe) {
  recipe.arguments = object.value("arguments", std::vector<std::string>());
  const auto prelude = object.value("prelude", std::string("none"));
  if (prelude == "argument") {
    recipe.prelude = Recipe::Prelude::kArgument;
  } else if (prelude == "translator") {
    recipe.prelude = Recipe::Prelude::kTranslator;
  } else if (prelude != "none") {
    return Wrong(R"("prelude" is "none", "argument" or "translator")");
  }
  if (object.contains("stack_pages")) recipe.stack_pages = support::WholeNumber<uint32_t>(object.at("stack_pages"));
  const bool resumable = recipe.language.model == GuestModel::kResumable;
  if (recipe.stack_pages > kMaxStackPages || (recipe.stack_pages > 0 && !resumable)) {
    return Wrong("\"stack_pages\" is of resumable guests, and at most 4096");
  }
  if (resumable && recipe.prelude == Recipe::Prelude::kTranslator) return Wrong("only reactors have translators");
  if (const auto patch = object.find("patch"); patch != object.end()) {
    if (!ReadPatch(*patch, recipe.patch.emplace())) return Wrong(R"("at" of "patch" is not one of its words)");
  }
  return {};
}

}  // namespace

Expected<Recipe> ReadRecipe(std::span<const uint8_t> text) {
  const auto object = json::parse(text.begin(), text.end(), nullptr, false);
  if (!object.is_object()) return Wrong("a recipe is a JSON object");
  for (const auto& [name, value] : object.items()) {
    if (std::find(kMembers.begin(), kMembers.end(), name) == kMembers.end()) {
      return Wrong("a recipe has no \"" + name + "\"");
    }
  }
  Recipe recipe;
  auto language = ReadLanguage(object);
  if (!language) return language.error();
  recipe.language = std::move(*language);
  try {
    if (auto read = ReadRest(object, recipe); !read) return read.error();
  } catch (const json::exception& error) {
    return Wrong(std::string("the recipe is not right: ") + error.what());
  }
  return recipe;
}

}  // namespace goru::guest
