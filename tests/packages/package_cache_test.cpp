#include "packages/package_cache.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <thread>

#include "common/child.hpp"
#include "common/temporary_folder.hpp"

namespace goru::packages {
namespace {

namespace fs = std::filesystem;

/// Compiles to the source itself.
class Check final : public SandboxCheck {
 public:
  const std::string& python() const noexcept override { return python_; }
  Expected<void> Import(const std::vector<std::string>&, const std::vector<std::string>&) override { return {}; }
  Expected<void> Compile(const std::string&, const std::vector<std::string>& sources, const Store& store) override {
    for (const std::string& source : sources) (void)store(source, "code");
    return {};
  }

 private:
  const std::string python_ = "3.13";
};

class PackageCacheTest : public testing::Test {
 protected:
  void SetUp() override {
    auto cache = PackageCache::Open(folder_.path() + "/cache");
    ASSERT_TRUE(cache) << cache.error().message;
    cache_.emplace(std::move(*cache));
  }

  static std::string HashOf(int number) { return std::string(63, 'a') + std::string(1, "0123456789"[number]); }

  CachedPackage Add(int number, size_t bytes = size_t{1} << 20) {
    Wheel wheel;
    wheel.name = "p" + std::to_string(number);
    wheel.version = "1.0";
    wheel.sha256 = HashOf(number);
    wheel.files.push_back({"m.py", std::vector<uint8_t>(bytes, 'x')});
    auto added = cache_->AddPackage(wheel, wheel.name + "-1.0-py3-none-any.whl", check_, {});
    EXPECT_TRUE(added) << added.error().message;
    return added ? std::move(*added) : CachedPackage();
  }

  bool Has(int number) { return cache_->FindPackage("3.13", HashOf(number)).has_value(); }

  /// As if it had been used so long ago.
  void Age(int number, time_t seconds) {
    const std::string files = cache_->directory() + "/packages/3.13/" + HashOf(number) + "/files";
    const timespec then = {.tv_sec = std::time(nullptr) - seconds, .tv_nsec = 0};
    const timespec times[2] = {then, then};
    ASSERT_EQ(::utimensat(AT_FDCWD, files.c_str(), times, 0), 0);
  }

  test::TemporaryFolder folder_;
  std::optional<PackageCache> cache_;
  Check check_;
};

TEST_F(PackageCacheTest, WhatWasNotUsedLongestGoes) {
  for (int number = 0; number < 4; ++number) Add(number);
  for (int number = 0; number < 4; ++number) Age(number, 1000 - number);
  // Finding it is a use.
  ASSERT_TRUE(Has(0));
  EXPECT_EQ(cache_->Contents().packages, 4U);
  EXPECT_GT(cache_->Contents().bytes, uint64_t{4} << 20);
  EXPECT_EQ(cache_->Trim(uint64_t{5} << 20), 0U);
  EXPECT_GE(cache_->Trim((uint64_t{2} << 20) + (uint64_t{512} << 10)), uint64_t{2} << 20);
  EXPECT_TRUE(Has(0));
  EXPECT_FALSE(Has(1));
  EXPECT_FALSE(Has(2));
  EXPECT_TRUE(Has(3));
  EXPECT_LE(cache_->Contents().bytes, (uint64_t{2} << 20) + (uint64_t{512} << 10));
}

TEST_F(PackageCacheTest, WhatIsInUseStays) {
  std::optional<CachedPackage> used(Add(0));
  Add(1);
  cache_->Trim(0);
  EXPECT_TRUE(fs::exists(used->directory + "/m.py"));
  EXPECT_FALSE(Has(1));
  used.reset();
  cache_->Trim(0);
  EXPECT_FALSE(Has(0));
  EXPECT_EQ(cache_->Contents().bytes, 0U);
}

TEST_F(PackageCacheTest, WhatAnotherProcessUsesStays) {
  const std::string directory = Add(0).directory;
  test::Child child([&] { return cache_->FindPackage("3.13", HashOf(0)).value_or(CachedPackage()).hold; });
  EXPECT_EQ(cache_->Trim(0), 0U);
  EXPECT_TRUE(fs::exists(directory + "/m.py"));
  child.Kill();
  EXPECT_GT(cache_->Trim(0), 0U);
  EXPECT_FALSE(fs::exists(directory));
}

TEST_F(PackageCacheTest, WheelsAreKeptAndGoLikePackages) {
  const std::string file = folder_.path() + "/cup-1.0-py3-none-any.whl";
  std::ofstream(file) << std::string(100'000, 'x');
  EXPECT_FALSE(cache_->FindWheel(HashOf(0)));
  auto wheel = cache_->AddWheel(file, HashOf(0), {});
  ASSERT_TRUE(wheel) << wheel.error().message;
  EXPECT_EQ(fs::path(wheel->path).filename(), "cup-1.0-py3-none-any.whl");
  cache_->Trim(0);
  EXPECT_TRUE(cache_->FindWheel(HashOf(0)));
  EXPECT_EQ(cache_->Contents().wheels, 1U);
  *wheel = {};
  EXPECT_GE(cache_->Trim(0), 100'000U);
  EXPECT_FALSE(cache_->FindWheel(HashOf(0)));
}

TEST_F(PackageCacheTest, OnlyHashesNameEntries) {
  fs::create_directories(cache_->directory() + "/packages/3.13/x/files");
  std::ofstream(cache_->directory() + "/packages/3.13/x/package.json") << "{}";
  for (const char* name : {"", ".", "..", "x", "../3.13/x"}) {
    EXPECT_FALSE(cache_->FindPackage("3.13", name)) << name;
    EXPECT_FALSE(cache_->FindWheel(name)) << name;
  }
}

TEST_F(PackageCacheTest, AbandonedDirectoriesGo) {
  auto mine = cache_->NewScratch();
  ASSERT_TRUE(mine);
  const std::string left = cache_->directory() + "/scratch/left";
  fs::create_directories(left + "/x");
  const timespec then = {.tv_sec = std::time(nullptr) - 3600, .tv_nsec = 0};
  const timespec times[2] = {then, then};
  for (const std::string& path : {left, mine->path()}) {
    ASSERT_EQ(::utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
  }
  fs::create_directories(cache_->directory() + "/scratch/fresh");
  EXPECT_GT(cache_->Trim(uint64_t{1} << 30), 0U);
  EXPECT_FALSE(fs::exists(left));
  EXPECT_TRUE(fs::exists(mine->path()));
  EXPECT_TRUE(fs::exists(cache_->directory() + "/scratch/fresh"));
}

TEST_F(PackageCacheTest, OldAnswersGo) {
  cache_->AddAnswer("new", "1");
  cache_->AddAnswer("old", "2");
  for (const auto& answer : fs::directory_iterator(cache_->directory() + "/answers")) {
    std::ifstream in(answer.path());
    if (in.get() != '2') continue;
    const timespec then = {.tv_sec = std::time(nullptr) - 2 * 24 * 3600, .tv_nsec = 0};
    const timespec times[2] = {then, then};
    ASSERT_EQ(::utimensat(AT_FDCWD, answer.path().c_str(), times, 0), 0);
  }
  EXPECT_GT(cache_->Trim(uint64_t{1} << 30), 0U);
  EXPECT_EQ(cache_->FindAnswer("new"), "1");
  EXPECT_EQ(cache_->FindAnswer("old"), "");
}

TEST_F(PackageCacheTest, AddingAndTrimmingAtTheSameTimeIsSafe) {
  std::jthread trimmer([this](const std::stop_token& stop) {
    while (!stop.stop_requested()) cache_->Trim(0);
  });
  std::vector<std::jthread> adders;
  for (int thread = 0; thread < 3; ++thread) {
    adders.emplace_back([this] {
      for (int round = 0; round < 50; ++round) {
        const CachedPackage package = Add(round % 3, 1000);
        EXPECT_TRUE(fs::exists(package.directory + "/m.py"));
      }
    });
  }
}

TEST_F(PackageCacheTest, CopyingEndsWhenItIsToldTo) {
  const std::string file = folder_.path() + "/a";
  std::ofstream(file) << std::string(1'000'000, 'x');
  std::stop_source stop;
  stop.request_stop();
  const auto copied = CopyToNewFile(file, folder_.path() + "/b", stop.get_token());
  ASSERT_FALSE(copied);
  EXPECT_EQ(copied.error().kind, ErrorKind::kCancelled);
  ASSERT_TRUE(CopyToNewFile(file, folder_.path() + "/c", {}));
  EXPECT_EQ(fs::file_size(folder_.path() + "/c"), 1'000'000U);
}

}  // namespace
}  // namespace goru::packages
