// Texts that are to be JSON, before anything reads them: as nlohmann/json, which then does, sees them.
#include "support/json_check.hpp"

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string_view>

#include "require.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using goru::fuzz::Require;
  const std::string_view text = goru::fuzz::Text(data, size);
  const bool usual = goru::support::CheckJson(text).ok();
  const bool wide = goru::support::CheckJson(text, {.depth = size + 1, .values = size + 1}).ok();
  Require(wide || !usual);
  // Halves of surrogate pairs are let through where JavaScript writes them. A NUL ends a text for the other one.
  if (text.find("\\u") != std::string_view::npos || text.find('\0') != std::string_view::npos) return 0;
  Require(wide == nlohmann::json::accept(text));
  return 0;
}
