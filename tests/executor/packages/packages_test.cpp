#include "goru/packages.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include "common/sandbox.hpp"

namespace goru {
namespace {

using test::MakeExecutor;
using test::MakeSession;
using test::Show;
using testing::HasSubstr;
namespace fs = std::filesystem;

class PackagesTest : public testing::TestWithParam<Language> {
 protected:
  void SetUp() override {
    std::string path = (fs::temp_directory_path() / "goru-packages-XXXXXX").string();
    ASSERT_NE(::mkdtemp(path.data()), nullptr);
    root_ = path;
    Write("a/cup/__init__.py", "from . import deep\nx = deep.x\n");
    Write("a/cup/deep.py", "x = 5\ndef fail():\n    raise ValueError('no tea')\n");
    Write("secret", "secret");
    fs::create_symlink(root_ / "secret", root_ / "a/link.py");
  }
  void TearDown() override { fs::remove_all(root_); }

  void Write(const std::string& name, const std::string& text) const {
    const fs::path path = root_ / name;
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
  }
  std::string At(const std::string& name) const { return (root_ / name).string(); }

  fs::path root_;
};

INSTANTIATE_TEST_SUITE_P(Pythons, PackagesTest, testing::ValuesIn(test::EveryPython()), test::LanguageName);

TEST_P(PackagesTest, MountedPackagesAreImported) {
  Executor executor = MakeExecutor({WithPackages(At("a"))});
  Write("b/mug.py", "y = 6\n");
  Write("b/cup.py", "x = 'not reached'\n");
  Session session = MakeSession(executor, GetParam(), {WithSessionPackages(At("b"))});
  Result result = session.Run("import mug, cup; print(mug.y, cup.deep.x)");
  EXPECT_EQ(result.output, "6 5\n") << Show(result);
  // Tracebacks quote the packages' sources.
  result = session.Run("cup.deep.fail()");
  ASSERT_TRUE(result.error);
  EXPECT_THAT(result.error->traceback,
              HasSubstr("File \"/packages/cup/deep.py\", line 3, in fail\n    raise ValueError"));
  // Another session has what it was given, and no more.
  Session other = MakeSession(executor, GetParam());
  EXPECT_EQ(other.Run("import cup; print(cup.x)").output, "5\n");
  EXPECT_THAT(other.Run("import mug").error->message, HasSubstr("No module named 'mug'"));
}

TEST_P(PackagesTest, WithoutPackagesThereIsNothing) {
  Executor executor = MakeExecutor();
  Session session = MakeSession(executor, GetParam());
  const Result result =
      session.Run("import os, sys; print(os.listdir('/packages'), '/packages' in sys.path)\nimport cup");
  EXPECT_EQ(result.output, "[] True\n") << Show(result);
  ASSERT_TRUE(result.error);
  EXPECT_EQ(result.error->message, "No module named 'cup'");
}

TEST_P(PackagesTest, WrongDirectoriesAreErrors) {
  EXPECT_FALSE(Executor::Create({WithDiskCache(GORU_TEST_CACHE), WithPackages(At("none"))}));
  Executor executor = MakeExecutor();
  EXPECT_FALSE(executor.NewSession(GetParam(), {WithSessionPackages(At("secret"))}));
  const auto javascript = executor.NewSession(JavaScript(), {WithSessionPackages(At("a"))});
  ASSERT_FALSE(javascript);
  EXPECT_THAT(javascript.error().message, HasSubstr("Python"));
  const auto bad_name = executor.NewSession(GetParam(), {WithAllowedPackages({"../x"})});
  ASSERT_FALSE(bad_name);
  EXPECT_THAT(bad_name.error().message, HasSubstr("--allow-pkg"));
}

TEST_P(PackagesTest, InstallIsOffByDefault) {
  Executor executor = MakeExecutor();
  Session session = MakeSession(executor, GetParam());
  const Result result = session.Run("install_pkg('toml')");
  ASSERT_TRUE(result.error);
  EXPECT_EQ(result.error->type, "PermissionError");
  EXPECT_THAT(result.error->message, HasSubstr("WithAllowedPackages"));
}

/// All that a guest can try on the directory, in one program.
TEST_P(PackagesTest, AttacksOnTheDirectoryFail) {
  constexpr std::string_view kAttack = R"(
import os

def attempt(what, *args, **kwargs):
    try:
        result = what(*args, **kwargs)
    except (OSError, ValueError, OverflowError) as error:
        return type(error).__name__
    return result

reached = []
for path in ("../secret", "link.py", "/packages/../secret", "cup/../../secret", "cup/../../../../../../etc/passwd", "\0", "x" * 5000,
             "/".join("x" * 100), "cup/deep.py/x", "cup/deep.py/..", ".//..//secret"):
    for full in (path, "/packages/" + path):
        got = attempt(open, full, "rb")
        if not isinstance(got, str):
            reached.append((full, got.read()))
for flags in (os.O_WRONLY, os.O_RDWR, os.O_CREAT, os.O_RDONLY | os.O_TRUNC, os.O_RDONLY | os.O_APPEND | os.O_CREAT):
    for name in ("cup/deep.py", "new.py"):
        fd = attempt(os.open, "/packages/" + name, flags)
        if not isinstance(fd, str):
            if not isinstance(attempt(os.write, fd, b"evil"), str):
                reached.append((name, flags))
for change in (lambda: os.remove("/packages/cup/deep.py"), lambda: os.rename("/packages/cup", "/packages/mug"),
               lambda: os.mkdir("/packages/new"), lambda: os.rmdir("/packages/cup"),
               lambda: os.symlink("/etc", "/packages/etc"), lambda: os.link("/packages/cup/deep.py", "/packages/x"),
               lambda: os.truncate("/packages/cup/deep.py", 0), lambda: os.utime("/packages/cup/deep.py")):
    got = attempt(change)
    if not isinstance(got, str):
        reached.append(("changed", got))
kept = []
for _ in range(10000):
    fd = attempt(os.open, "/packages/cup/deep.py", os.O_RDONLY)
    if isinstance(fd, str):
        break
    kept.append(fd)
for fd in (*kept, *range(300), -1, 2**31 - 1):
    if fd in (0, 1, 2):
        continue
    attempt(os.lseek, fd, -(2**62), 2)
    attempt(os.lseek, fd, 2**62, 1)
    attempt(os.read, fd, 1 << 20)
    attempt(os.fstat, fd)
print(len(kept) <= 64, reached)
)";
  Executor executor = MakeExecutor({WithPackages(At("a"))});
  Session session = MakeSession(executor, GetParam());
  const auto size = fs::file_size(root_ / "a/cup/deep.py");
  const Result result = session.Run(kAttack);
  EXPECT_EQ(result.output, "True []\n") << Show(result);
  EXPECT_TRUE(fs::is_symlink(root_ / "a/link.py"));
  EXPECT_FALSE(fs::exists(root_ / "a/new.py"));
  EXPECT_EQ(fs::file_size(root_ / "a/cup/deep.py"), size);
  // Its descriptors are its own: the next one starts with none.
  Session next = MakeSession(executor, GetParam());
  EXPECT_EQ(next.Run("import cup; print(cup.x)").output, "5\n");
}

/// A directory that changes under a guest gives it errors and nothing of elsewhere.
TEST_P(PackagesTest, RacingLinksLeadNowhere) {
  Executor executor = MakeExecutor({WithPackages(At("a"))});
  Session session = MakeSession(executor, GetParam());
  std::atomic<bool> done{false};
  std::thread swapper([&] {
    while (!done) {
      std::error_code failed;
      fs::remove(root_ / "a/race", failed);
      fs::create_symlink(root_ / "secret", root_ / "a/race", failed);
      fs::remove(root_ / "a/race", failed);
      Write("a/race", "plain");
    }
  });
  const Result result = session.Run(R"(
seen = set()
for _ in range(3000):
    try:
        with open("/packages/race") as file:
            seen.add(file.read())
    except OSError:
        pass
print("secret" in seen)
)");
  done = true;
  swapper.join();
  EXPECT_EQ(result.output, "False\n") << Show(result);
}

TEST_P(PackagesTest, ImagesHoldTheirPackages) {
  ImageBuildOptions options;
  options.language = GetParam();
  options.packages = {At("a")};
  options.imports = {"cup", "random"};
  options.output = At("cup.img");
  const auto built = BuildPythonImage(options);
  ASSERT_TRUE(built) << built.error().message;
  fs::remove_all(root_ / "a/cup");
  Executor executor = MakeExecutor({WithImage(At("cup.img"))});
  Write("b/mug.py", "y = 6\n");
  Session session = MakeSession(executor, GetParam(), {WithSessionPackages(At("b"))});
  Result result = session.Run(
      "import sys; print('cup' in sys.modules); import cup.deep, mug; print(cup.x, mug.y)\n"
      "print(open('/packages/cup/deep.py').readline().strip())");
  EXPECT_EQ(result.output, "True\n5 6\nx = 5\n") << Show(result);
  // Numbers that are drawn are each sandbox's own though random was imported before.
  const auto draw = [&executor] {
    Session drawing = MakeSession(executor, GetParam());
    return drawing.Run("import random; print(random.random())").output;
  };
  EXPECT_NE(draw(), draw());
  // An image on top of it keeps what it has.
  options.image = At("cup.img");
  options.packages = {At("b")};
  options.imports = {"mug"};
  options.output = At("mug.img");
  const auto extended = BuildPythonImage(options);
  ASSERT_TRUE(extended) << extended.error().message;
  fs::remove_all(root_ / "b");
  Executor both = MakeExecutor({WithImage(At("mug.img"))});
  result = MakeSession(both, GetParam())
               .Run(
                   "import sys; print('cup' in sys.modules, 'mug' in sys.modules); import cup.deep, mug; print(cup.x, "
                   "mug.y)");
  EXPECT_EQ(result.output, "True True\n5 6\n") << Show(result);
  options.packages = {};
  options.imports = {"no_such_module"};
  const auto failed = BuildPythonImage(options);
  ASSERT_FALSE(failed);
  EXPECT_THAT(failed.error().message, HasSubstr("no_such_module"));
  options.image = "no_such_image";
  const auto missing = BuildPythonImage(options);
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error().message, HasSubstr("the path of a file has a '/' or ends in .img"));
}

}  // namespace
}  // namespace goru
