#include "guest/image_builder.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <string>

#include "common/raw_sandbox.hpp"
#include "common/sandbox.hpp"
#include "support/file.hpp"
#include "wasm/code_reader.hpp"
#include "wasm/module_functions.hpp"
#include "wasm/stop_points.hpp"

namespace goru::guest {
namespace {

using test::Must;

constexpr size_t kMax = size_t{256} << 20;

std::vector<uint8_t> ModuleOf(const Language& language) {
  const std::string name = language.is_python() ? language.image() : "javascript";
  return Must(support::ReadFile(std::string(GORU_TEST_MODULES "/") + name + ".wasm", kMax));
}

Recipe RecipeOf(const Language& language) {
  std::string folder = language.name();
  if (!language.version().empty()) folder += "/" + language.version();
  return Must(ReadRecipe(Must(support::ReadFile(GORU_TEST_LANGUAGES "/" + folder + "/image.json", kMax))));
}

/// Of a fixed place, whose value nobody looks at.
uint32_t LoopsThatBeginWithALoad(const std::vector<uint8_t>& module) {
  uint32_t count = 0;
  const auto sections = Must(wasm::Sections(module));
  const auto functions = Must(wasm::ReadFunctions(sections));
  for (const auto body : functions.bodies) {
    wasm::ModuleReader reader(body);
    EXPECT_TRUE(wasm::ReadLocals(reader));
    std::array<uint8_t, 4> last = {};
    while (!reader.AtEnd()) {
      wasm::Instruction instruction;
      if (!wasm::ReadInstruction(reader, instruction)) {
        ADD_FAILURE() << "code that is not known";
        return 0;
      }
      std::rotate(last.begin(), last.begin() + 1, last.end());
      last.back() = instruction.opcode;
      const bool loads = last[2] >= 0x2C && last[2] <= 0x35;
      if (last[0] == wasm::kLoop && last[1] == wasm::kConstI32 && loads && last[3] == wasm::kDrop) ++count;
    }
  }
  return count;
}

class ImageBuilder : public testing::TestWithParam<Language> {};
INSTANTIATE_TEST_SUITE_P(Runtimes, ImageBuilder, testing::ValuesIn(test::EveryRuntime()), test::LanguageName);
INSTANTIATE_TEST_SUITE_P(Translated, ImageBuilder, testing::Values(TypeScript()), test::LanguageName);

TEST_P(ImageBuilder, SameInputsGiveTheSameFile) {
  const auto module = ModuleOf(GetParam());
  std::string prelude;
  if (GetParam().is_python()) {
    // In the order of the files' own names, as the build has them.
    const std::filesystem::path shared = GORU_TEST_LANGUAGES "/python/prelude";
    std::map<std::string, std::filesystem::path> files;
    for (const auto& directory : {shared, shared / GetParam().version()}) {
      for (const auto& entry : std::filesystem::directory_iterator(directory)) {
        if (entry.is_regular_file()) files[entry.path().filename()] = entry.path();
      }
    }
    const std::filesystem::path bundle = GORU_TEST_MODULES "/34_bundle.py";
    files[bundle.filename()] = bundle;
    for (const auto& [name, file] : files) {
      const auto text = Must(support::ReadFile(file.string(), kMax));
      prelude.append(text.begin(), text.end());
      prelude += '\n';
    }
  }
  if (GetParam() == TypeScript()) {
    const auto text = Must(support::ReadFile(GORU_TEST_MODULES "/typescript.js", kMax));
    prelude.assign(text.begin(), text.end());
  }
  const std::string path = testing::TempDir() + "goru-image-" + std::to_string(::getpid());
  ASSERT_TRUE(BuildImage(RecipeOf(GetParam()), module, prelude, path + ".1").ok());
  ASSERT_TRUE(BuildImage(RecipeOf(GetParam()), module, prelude, path + ".2").ok());
  const auto first = Must(support::ReadFile(path + ".1", kMax));
  EXPECT_TRUE(first == Must(support::ReadFile(path + ".2", kMax)));
  const auto image = Must(ImageFile::Open(path + ".1", nullptr));
  EXPECT_EQ(image->info().language, GetParam().name());
  EXPECT_EQ(image->info().variant, GetParam().version());
  EXPECT_FALSE(image->info().hot_pages.empty());
  EXPECT_FALSE(image->info().hot_table_entries.empty());
  const uint32_t needed = Must(wasm::AddStopPoints(module)).loops;
  EXPECT_GT(needed, 100U);
  EXPECT_GE(LoopsThatBeginWithALoad(Must(image->ReadModule())), needed);
  std::filesystem::remove(path + ".1");
  std::filesystem::remove(path + ".2");
}

TEST(ImageBuilderErrors, SaysWhatIsWrong) {
  const std::string path = testing::TempDir() + "goru-no-image";
  EXPECT_FALSE(BuildImage(RecipeOf(JavaScript()), {}, "", path).ok());
  const auto prelude = BuildImage(RecipeOf(JavaScript()), ModuleOf(JavaScript()), "1", path);
  ASSERT_FALSE(prelude.ok());
  EXPECT_NE(prelude.error().message.find("takes no prelude"), std::string::npos);
  const std::vector<uint8_t> garbage(1000, 0x41);
  for (const Language& language : test::EveryPython()) {
    EXPECT_FALSE(BuildImage(RecipeOf(language), garbage, "", path).ok());
  }
  EXPECT_FALSE(FunctionsOnStackAtRest(RecipeOf(Python("3.12")), garbage).ok());
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(ImageBuilderErrors, PreludeThatFails) {
  const std::string path = testing::TempDir() + "goru-no-image";
  for (const Language& language : {Python("3.12"), Python("3.13")}) {
    EXPECT_FALSE(BuildImage(RecipeOf(language), ModuleOf(language), "raise ValueError('in the prelude')", path).ok());
    EXPECT_FALSE(std::filesystem::exists(path));
  }
}

TEST(ImageBuilderErrors, TranslatorThatIsNoFunction) {
  const std::string path = testing::TempDir() + "goru-no-image";
  for (const std::string translator :
       {"42", "(() => { throw new Error('in the translator'); })()", "(code) => 1", "("}) {
    EXPECT_FALSE(BuildImage(RecipeOf(TypeScript()), ModuleOf(TypeScript()), translator, path).ok()) << translator;
    EXPECT_FALSE(std::filesystem::exists(path));
  }
}

}  // namespace
}  // namespace goru::guest
