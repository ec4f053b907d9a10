#include "guest/recipe.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

namespace goru::guest {
namespace {

using nlohmann::json;
using testing::HasSubstr;

const json least = json::parse(
    R"({"language": "parrot", "runtime": "Polly", "version": "2.1", "model": "resumable", "codec": "json"})");

Expected<Recipe> Read(const json& recipe) {
  const std::string text = recipe.dump();
  return ReadRecipe({reinterpret_cast<const uint8_t*>(text.data()), text.size()});
}

TEST(Recipe, TheLeastIsEnough) {
  const auto recipe = Read(least);
  ASSERT_TRUE(recipe.ok()) << recipe.error().message;
  EXPECT_EQ(recipe->language.language, "parrot");
  EXPECT_EQ(recipe->language.variant, "");
  EXPECT_EQ(recipe->language.model, GuestModel::kResumable);
  EXPECT_EQ(&recipe->language.codec(), &Codec::Json());
  EXPECT_EQ(recipe->language.packages, "");
  EXPECT_EQ(recipe->prelude, Recipe::Prelude::kNone);
  EXPECT_EQ(recipe->stack_pages, 0U);
  EXPECT_FALSE(recipe->patch);
}

TEST(Recipe, ReadsAllMembers) {
  json all = least;
  all.update(json::parse(R"({"about": ["why"], "variant": "2", "edition": "E1", "names": ["parrot"], "suffixes": [".p"],
    "hot_job": "hi", "arguments": ["a", "b"], "prelude": "argument", "stack_pages": 16, "packages": "3.13",
    "patch": {"find": [1, null, 3], "at": 2, "value": 4}})"));
  const auto recipe = Read(all);
  ASSERT_TRUE(recipe.ok()) << recipe.error().message;
  EXPECT_EQ(recipe->language.variant, "2");
  EXPECT_EQ(recipe->language.edition, "E1");
  EXPECT_EQ(recipe->language.hot_job, "hi");
  EXPECT_EQ(recipe->language.packages, "3.13");
  EXPECT_EQ(recipe->arguments, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(recipe->prelude, Recipe::Prelude::kArgument);
  EXPECT_EQ(recipe->stack_pages, 16U);
  ASSERT_TRUE(recipe->patch);
  EXPECT_EQ(recipe->patch->find, (std::vector<std::optional<uint32_t>>{1, std::nullopt, 3}));
  EXPECT_EQ(recipe->patch->value, 4U);
  // What the image says of it is the same.
  const auto again = ReadLanguage(DescribeLanguage(recipe->language));
  ASSERT_TRUE(again.ok()) << again.error().message;
  EXPECT_EQ(DescribeLanguage(*again), DescribeLanguage(recipe->language));
}

TEST(Recipe, NamesWhatIsWrong) {
  struct Case {
    const char* change;
    const char* what;
  };
  for (const Case& c : {Case{R"({"language": ""})", "language"},
                        Case{R"({"language": 5})", "language"},
                        Case{R"({"language": "a b"})", "language"},
                        Case{R"({"language": "a/b"})", "language"},
                        Case{R"({"variant": "0123456789012345678901234567890123456789"})", "variant"},
                        Case{R"({"version": null})", "version"},
                        Case{R"({"runtime": []})", "runtime"},
                        Case{R"({"edition": "\n"})", "edition"},
                        Case{R"({"model": "server"})", "model"},
                        Case{R"({"codec": "xml"})", "codec"},
                        Case{R"({"packages": true})", "packages"},
                        Case{R"({"hot_job": 1})", "hot_job"},
                        Case{R"({"arguments": [1]})", "not right"},
                        Case{R"({"prelude": "magic"})", "prelude"},
                        Case{R"({"prelude": "translator"})", "translators"},
                        Case{R"({"stack_pages": 5000})", "stack_pages"},
                        Case{R"({"stack_pages": 1, "model": "reactor"})", "stack_pages"},
                        Case{R"({"patch": {}})", "not right"},
                        Case{R"({"patch": {"find": [1], "at": 1, "value": 2}})", "patch"},
                        Case{R"({"sufixes": [".p"]})", "sufixes"}}) {
    json recipe = least;
    recipe.update(json::parse(c.change));
    const auto read = Read(recipe);
    ASSERT_FALSE(read.ok()) << c.change;
    EXPECT_EQ(read.error().kind, ErrorKind::kInvalidArgument);
    EXPECT_THAT(read.error().message, HasSubstr(c.what)) << c.change;
  }
  for (const char* name : {"language", "runtime", "version", "model", "codec"}) {
    json recipe = least;
    recipe.erase(name);
    EXPECT_FALSE(Read(recipe).ok()) << name;
  }
  EXPECT_FALSE(Read(json::array()).ok());
  EXPECT_FALSE(ReadRecipe({}).ok());
}

}  // namespace
}  // namespace goru::guest
