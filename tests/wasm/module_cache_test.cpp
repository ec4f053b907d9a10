#include "wasm/module_cache.hpp"

#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "common/wat.hpp"

namespace goru::wasm {
namespace {

namespace fs = std::filesystem;
using test::Must;

class ModuleCacheTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "goru-cache-XXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    root_ = name;
    directory_ = root_ / "cache";
  }
  void TearDown() override { fs::remove_all(root_); }

  /// Loads and says whether it had to compile.
  bool Compiles(const std::string& hash = "hash") {
    bool compiled = false;
    const auto cache = Must(ModuleCache::Open(directory_));
    auto module = cache.Load(*engine_, hash, [&]() -> Expected<ModulePtr> {
      compiled = true;
      return engine_->Compile(test::Wat("(module (func (export \"f\") (result i32) i32.const 42))"));
    });
    EXPECT_TRUE(module.ok() && *module != nullptr);
    return compiled;
  }
  fs::path File(const std::string& extension) const {
    for (const auto& entry : fs::directory_iterator(directory_)) {
      if (entry.path().extension() == extension) return entry.path();
    }
    ADD_FAILURE() << "no " << extension;
    return {};
  }

  /// The file, which its owner may write to from here on.
  fs::path Opened(const std::string& extension) const {
    const fs::path file = File(extension);
    fs::permissions(file, fs::perms::owner_write, fs::perm_options::add);
    return file;
  }

  const std::shared_ptr<Engine> engine_ = Must(Engine::Create());
  fs::path root_;
  fs::path directory_;
};

TEST_F(ModuleCacheTest, CompilesOnce) {
  EXPECT_TRUE(Compiles());
  EXPECT_FALSE(Compiles());
  EXPECT_TRUE(Compiles("other"));
  EXPECT_FALSE(Compiles());
}

TEST_F(ModuleCacheTest, IsPrivate) {
  EXPECT_TRUE(Compiles());
  EXPECT_EQ(fs::status(directory_).permissions() & fs::perms::all, fs::perms::owner_all);
  EXPECT_EQ(fs::status(File(".cwasm")).permissions() & fs::perms::all, fs::perms::owner_read);
}

TEST_F(ModuleCacheTest, DamagedEntryIsRebuilt) {
  EXPECT_TRUE(Compiles());
  {
    std::fstream file(Opened(".cwasm"), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(fs::file_size(File(".cwasm")) / 2));
    file.put('!');
    file.put('?');
  }
  EXPECT_TRUE(Compiles());
  EXPECT_FALSE(Compiles());
}

TEST_F(ModuleCacheTest, TruncatedOrEmptyEntryIsRebuilt) {
  EXPECT_TRUE(Compiles());
  for (const uintmax_t size : {fs::file_size(File(".cwasm")) / 2, uintmax_t{1}, uintmax_t{0}}) {
    fs::resize_file(Opened(".cwasm"), size);
    EXPECT_TRUE(Compiles()) << size;
    EXPECT_FALSE(Compiles()) << size;
  }
}

TEST_F(ModuleCacheTest, DamagedOrMissingSealIsRebuilt) {
  EXPECT_TRUE(Compiles());
  fs::resize_file(File(".seal"), 5);
  EXPECT_TRUE(Compiles());
  fs::remove(File(".seal"));
  EXPECT_TRUE(Compiles());
  EXPECT_FALSE(Compiles());
}

TEST_F(ModuleCacheTest, TouchedButWholeEntryIsKept) {
  EXPECT_TRUE(Compiles());
  fs::last_write_time(File(".cwasm"), fs::file_time_type::clock::now() - std::chrono::hours(5));
  EXPECT_FALSE(Compiles());
}

TEST_F(ModuleCacheTest, EntryOfAnotherModuleIsNotTaken) {
  EXPECT_TRUE(Compiles("one"));
  const fs::path one = File(".cwasm");
  const auto bytes = fs::file_size(one);
  EXPECT_TRUE(Compiles("two"));
  for (const auto& entry : fs::directory_iterator(directory_)) {
    if (entry.path().extension() == ".cwasm" && entry.path() != one) {
      fs::permissions(entry.path(), fs::perms::owner_write, fs::perm_options::add);
      fs::resize_file(entry.path(), bytes - 1);
    }
  }
  EXPECT_TRUE(Compiles("two"));
}

TEST_F(ModuleCacheTest, SymbolicLinkInPlaceOfAnEntryIsNotFollowed) {
  EXPECT_TRUE(Compiles());
  const fs::path entry = File(".cwasm");
  fs::rename(entry, root_ / "elsewhere");
  fs::create_symlink(root_ / "elsewhere", entry);
  EXPECT_TRUE(Compiles());
  EXPECT_FALSE(fs::is_symlink(entry));
}

TEST_F(ModuleCacheTest, EntryThatOthersMayWriteIsRebuilt) {
  EXPECT_TRUE(Compiles());
  fs::permissions(File(".cwasm"), fs::perms::others_write, fs::perm_options::add);
  EXPECT_TRUE(Compiles());
  EXPECT_FALSE(Compiles());
}

TEST_F(ModuleCacheTest, RefusesDirectoriesThatAreNotPrivate) {
  for (const mode_t mode : {0755U, 0777U, 0701U, 0770U}) {
    fs::create_directory(directory_);
    ASSERT_EQ(::chmod(directory_.c_str(), mode), 0);
    const auto cache = ModuleCache::Open(directory_);
    ASSERT_FALSE(cache.ok()) << mode;
    EXPECT_EQ(cache.error().kind, ErrorKind::kUnavailable);
    EXPECT_NE(cache.error().message.find("chmod 700"), std::string::npos);
  }
}

TEST_F(ModuleCacheTest, RefusesDirectoriesOfOthers) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root to give a directory away";
  fs::create_directory(directory_);
  ASSERT_EQ(::chmod(directory_.c_str(), 0700), 0);
  ASSERT_EQ(::chown(directory_.c_str(), 12345, 12345), 0);
  const auto cache = ModuleCache::Open(directory_);
  ASSERT_FALSE(cache.ok());
  EXPECT_NE(cache.error().message.find("another user"), std::string::npos);
}

TEST_F(ModuleCacheTest, RefusesWhatIsNoDirectory) {
  EXPECT_FALSE(ModuleCache::Open("").ok());
  std::ofstream(directory_) << "file";
  EXPECT_FALSE(ModuleCache::Open(directory_).ok());
  fs::remove(directory_);
  fs::create_directory(root_ / "real");
  ::chmod((root_ / "real").c_str(), 0700);
  fs::create_directory_symlink(root_ / "real", directory_);
  EXPECT_FALSE(ModuleCache::Open(directory_).ok());
  EXPECT_FALSE(ModuleCache::Open("/proc/nothing/here").ok());
}

TEST_F(ModuleCacheTest, DirectoryThatCannotBeWrittenCostsOnlyTheEntry) {
  EXPECT_TRUE(Compiles());
  const auto cache = Must(ModuleCache::Open(directory_));
  fs::remove_all(directory_);
  bool compiled = false;
  const auto module = cache.Load(*engine_, "hash", [&]() -> Expected<ModulePtr> {
    compiled = true;
    return engine_->Compile(test::Wat("(module)"));
  });
  EXPECT_TRUE(module.ok());
  EXPECT_TRUE(compiled);
}

TEST_F(ModuleCacheTest, FailureToCompileIsPassedOn) {
  const auto cache = Must(ModuleCache::Open(directory_));
  const auto module =
      cache.Load(*engine_, "hash", []() -> Expected<ModulePtr> { return Error{ErrorKind::kInternal, "no luck"}; });
  ASSERT_FALSE(module.ok());
  EXPECT_EQ(module.error().message, "no luck");
}

TEST_F(ModuleCacheTest, ManyWritersAtOnce) {
  std::vector<std::jthread> threads;
  std::atomic<int> loaded{0};
  const auto cache = Must(ModuleCache::Open(directory_));
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 20; ++i) {
        const auto module = cache.Load(*engine_, std::to_string(i % 3), [&]() -> Expected<ModulePtr> {
          return engine_->Compile(test::Wat("(module (func (export \"f\")))"));
        });
        if (module.ok()) ++loaded;
      }
    });
  }
  threads.clear();
  EXPECT_EQ(loaded, 160);
  EXPECT_FALSE(Compiles("0"));
  // No temporary file is left.
  for (const auto& entry : fs::directory_iterator(directory_)) {
    EXPECT_EQ(entry.path().string().find(".tmp."), std::string::npos) << entry.path();
  }
}

constexpr const char* kChildDirectory = "GORU_TEST_CHILD_CACHE";

/// What each process of the next test does. (A fork alone would not do: the engine's threads do not survive it.)
TEST(ModuleCacheChild, Loads) {
  const char* directory = std::getenv(kChildDirectory);
  if (directory == nullptr) GTEST_SKIP() << "part of ModuleCacheTest.ManyProcessesAtOnce";
  const auto engine = Must(Engine::Create());
  const auto cache = Must(ModuleCache::Open(directory));
  for (int i = 0; i < 20; ++i) {
    EXPECT_TRUE(
        cache
            .Load(*engine, std::to_string(i % 3),
                  [&]() -> Expected<ModulePtr> { return engine->Compile(test::Wat("(module (func (export \"f\")))")); })
            .ok());
  }
}

TEST_F(ModuleCacheTest, ManyProcessesAtOnce) {
  ASSERT_EQ(::setenv(kChildDirectory, directory_.c_str(), 1), 0);
  std::vector<pid_t> children(4);
  for (pid_t& child : children) {
    std::string program = "/proc/self/exe";
    std::string filter = "--gtest_filter=ModuleCacheChild.Loads";
    const std::array<char*, 3> arguments = {program.data(), filter.data(), nullptr};
    ASSERT_EQ(::posix_spawn(&child, program.c_str(), nullptr, nullptr, arguments.data(), environ), 0);
  }
  ::unsetenv(kChildDirectory);
  for (const pid_t child : children) {
    int status = -1;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
  }
  EXPECT_FALSE(Compiles("1"));
}

}  // namespace
}  // namespace goru::wasm
