// What an image is made by, which the author of a language writes.
#include "guest/recipe.hpp"

#include <cstdint>
#include <span>

#include "require.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using goru::fuzz::Require;
  const auto recipe = goru::guest::ReadRecipe(std::span(data, size));
  if (!recipe) {
    Require(!recipe.error().message.empty());
    return 0;
  }
  // Images carry it, so it reads as itself.
  const auto again = goru::guest::ReadLanguage(goru::guest::DescribeLanguage(recipe->language));
  Require(again.ok());
  Require(goru::guest::DescribeLanguage(*again) == goru::guest::DescribeLanguage(recipe->language));
  return 0;
}
