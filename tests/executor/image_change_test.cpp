// Image files that change under a running process: no signal, and no difference for those that use them.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "common/sandbox.hpp"
#include "common/temporary_folder.hpp"
#include "guest/image_directory.hpp"

namespace goru {
namespace {

namespace fs = std::filesystem;
using test::MakeExecutor;
using test::MakeSession;
using test::Program;
using test::Show;

// Reads from all over the memory that the image brought along.
constexpr Program kWork = {
    "import json, re, decimal, sys\n"
    "total = sum(len(str(v)) for m in list(sys.modules.values()) for v in vars(m).values() if isinstance(v, (str, "
    "type)))\n"
    "print(json.loads('[1, 2]'), re.sub('a+', 'b', 'caat'), decimal.Decimal(1) / 8, total > 1000)",
    "var names = Object.getOwnPropertyNames(globalThis).map((n) => String(globalThis[n])).join('');\n"
    "console.log(JSON.parse('[1, 2]').join(), 'caat'.replace(/a+/, 'b'), names.length > 1000)"};
constexpr Program kKeep = {"kept = 41", "globalThis.kept = 41"};
constexpr Program kUse = {"print(kept + 1)", "console.log(kept + 1)"};

class ImageChange : public testing::TestWithParam<Language> {
 protected:
  void SetUp() override {
    const auto image = guest::FindImage({}, language().image());
    ASSERT_TRUE(image.ok());
    file_ = folder_.path() + "/" + language().image() + ".img";
    fs::copy_file(*image, file_);
    expected_ = language().is_python() ? "[1, 2] cbt 0.125 True\n" : "1,2 cbt true\n";
  }
  const Language& language() const { return GetParam(); }

  /// Writes over all of the file, in place.
  void Overwrite() const {
    const std::string garbage(size_t{1} << 20, 'X');
    std::fstream file(file_, std::ios::in | std::ios::out | std::ios::binary);
    for (uintmax_t done = 0; done < fs::file_size(file_); done += garbage.size()) {
      file.write(garbage.data(), static_cast<std::streamsize>(garbage.size()));
    }
  }
  void ExpectWorks(Session& session) const {
    const Result result = session.Run(kWork.In(language()));
    EXPECT_EQ(result.stdout_text, expected_) << Show(result);
  }

  const test::TemporaryFolder folder_;
  fs::path file_;
  std::string expected_;
};
INSTANTIATE_TEST_SUITE_P(Languages, ImageChange, testing::ValuesIn(test::EveryRuntime()), test::LanguageName);

TEST_P(ImageChange, SessionsLiveOnAndNewOnesStart) {
  Executor executor = MakeExecutor({WithImageDirectory(folder_.path())});
  Session before = MakeSession(executor, language());
  ASSERT_TRUE(before.Run(kKeep.In(language())).ok());
  Overwrite();
  ExpectWorks(before);
  for (int i = 0; i < 4; ++i) {
    Session after = MakeSession(executor, language());
    ExpectWorks(after);
  }
  fs::resize_file(file_, 0);
  ExpectWorks(before);
  EXPECT_EQ(before.Run(kUse.In(language())).stdout_text, "42\n");
  for (int i = 0; i < 4; ++i) {
    Session after = MakeSession(executor, language());
    ExpectWorks(after);
  }
  fs::remove(file_);
  Session last = MakeSession(executor, language());
  ExpectWorks(last);
}

TEST_P(ImageChange, ExecutorsThatComeLaterRefuseWhatIsNoImage) {
  Overwrite();
  Executor executor = MakeExecutor({WithImageDirectory(folder_.path())});
  const auto session = executor.NewSession(language());
  ASSERT_FALSE(session.ok());
  EXPECT_EQ(session.error().kind, ErrorKind::kUnavailable);
  EXPECT_NE(session.error().message.find(file_.string()), std::string::npos) << session.error().message;
}

TEST(ImageChangeWithoutCache, SessionsLiveOnAndNewOnesStart) {
  const test::TemporaryFolder folder;
  const fs::path file = folder.path() + "/javascript.img";
  fs::copy_file(*guest::FindImage({}, "javascript"), file);
  Executor executor = MakeExecutor({WithImageDirectory(folder.path()), WithoutDiskCache()});
  Session before = MakeSession(executor, JavaScript());
  ASSERT_TRUE(before.Run("let kept = 41").ok());
  fs::resize_file(file, 5000);
  EXPECT_EQ(before.Run("console.log(kept + 1)").stdout_text, "42\n");
  Session after = MakeSession(executor, JavaScript());
  EXPECT_EQ(after.Run(kWork.javascript).stdout_text, "1,2 cbt true\n");
}

TEST(ImageChangeTorn, IsRefusedByItsHash) {
  const test::TemporaryFolder folder;
  const fs::path file = folder.path() + "/javascript.img";
  fs::copy_file(*guest::FindImage({}, "javascript"), file);
  // The description and the module are whole, the end of the memory is another's.
  std::fstream(file, std::ios::in | std::ios::out | std::ios::binary)
      .seekp(static_cast<std::streamoff>(fs::file_size(file) - 100))
      .put('!');
  Executor executor = MakeExecutor({WithImageDirectory(folder.path()), WithDiskCache(folder.path() + "/cache")});
  const auto session = executor.NewSession(JavaScript());
  ASSERT_FALSE(session.ok());
  EXPECT_NE(session.error().message.find("damaged"), std::string::npos) << session.error().message;
}

}  // namespace
}  // namespace goru
