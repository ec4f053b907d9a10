#include "guest/image_builder.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <set>
#include <string>

#include "common/raw_sandbox.hpp"
#include "support/file.hpp"

namespace goru::guest {
namespace {

using test::Must;

constexpr size_t kMax = size_t{256} << 20;

std::vector<uint8_t> ModuleOf(const Language& language) {
  return Must(support::ReadFile(
      std::string(GORU_TEST_MODULES "/") + (language == Python() ? "python-3.12.wasm" : "javascript.wasm"), kMax));
}

class ImageBuilder : public testing::TestWithParam<Language> {};
INSTANTIATE_TEST_SUITE_P(Languages, ImageBuilder, testing::Values(Python(), JavaScript(), TypeScript()),
                         [](const auto& p) { return p.param.name(); });

TEST_P(ImageBuilder, SameInputsGiveTheSameFile) {
  const auto module = ModuleOf(GetParam());
  std::string prelude;
  if (GetParam() == Python()) {
    std::set<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(GORU_TEST_PRELUDE)) files.insert(entry.path());
    for (const auto& file : files) {
      const auto text = Must(support::ReadFile(file.string(), kMax));
      prelude.append(text.begin(), text.end());
    }
  }
  if (GetParam() == TypeScript()) {
    const auto text = Must(support::ReadFile(GORU_TEST_MODULES "/typescript.js", kMax));
    prelude.assign(text.begin(), text.end());
  }
  const std::string path = testing::TempDir() + "goru-image-" + std::to_string(::getpid());
  ASSERT_TRUE(BuildImage(GetParam().name(), module, prelude, path + ".1").ok());
  ASSERT_TRUE(BuildImage(GetParam().name(), module, prelude, path + ".2").ok());
  const auto first = Must(support::ReadFile(path + ".1", kMax));
  EXPECT_TRUE(first == Must(support::ReadFile(path + ".2", kMax)));
  const auto image = Must(ImageFile::Open(path + ".1"));
  EXPECT_EQ(image->info().language, GetParam().name());
  EXPECT_FALSE(image->info().hot_pages.empty());
  std::filesystem::remove(path + ".1");
  std::filesystem::remove(path + ".2");
}

TEST(ImageBuilderErrors, SaysWhatIsWrong) {
  const std::string path = testing::TempDir() + "goru-no-image";
  EXPECT_FALSE(BuildImage("cobol", {}, "", path).ok());
  EXPECT_FALSE(BuildImage("javascript", {}, "", path).ok());
  const std::vector<uint8_t> garbage(1000, 0x41);
  EXPECT_FALSE(BuildImage("python", garbage, "", path).ok());
  EXPECT_FALSE(FunctionsOnStackAtRest(garbage).ok());
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(ImageBuilderErrors, PreludeThatFails) {
  const std::string path = testing::TempDir() + "goru-no-image";
  const auto built = BuildImage("python", ModuleOf(Python()), "raise ValueError('in the prelude')", path);
  EXPECT_FALSE(built.ok());
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(ImageBuilderErrors, TranslatorThatIsNoFunction) {
  const std::string path = testing::TempDir() + "goru-no-image";
  for (const std::string translator :
       {"42", "(() => { throw new Error('in the translator'); })()", "(code) => 1", "("}) {
    EXPECT_FALSE(BuildImage("typescript", ModuleOf(TypeScript()), translator, path).ok()) << translator;
    EXPECT_FALSE(std::filesystem::exists(path));
  }
}

}  // namespace
}  // namespace goru::guest
