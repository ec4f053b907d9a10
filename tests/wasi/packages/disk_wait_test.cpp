#include "wasi/packages/disk_wait.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <functional>
#include <future>
#include <mutex>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

#include "common/slow_layer.hpp"
#include "common/temporary_folder.hpp"
#include "wasi/descriptors.hpp"
#include "wasi/packages/disk_read.hpp"
#include "wasi/packages/package_view.hpp"

namespace goru::wasi {
namespace {

/// One for each task; they are waited for at the end.
class Threads final : public DiskThreads {
 public:
  std::function<void()> Start(std::function<void(bool run)> task) override {
    const std::lock_guard lock(mutex_);
    if (none) {
      task(false);
    } else {
      threads_.emplace_back(std::move(task), true);
    }
    return [this] { ++left; };
  }

  bool none = false;
  int left = 0;

 private:
  std::mutex mutex_;
  std::vector<std::jthread> threads_;
};

class DiskWaitTest : public testing::Test {
 protected:
  std::unique_ptr<PackageView> View(std::vector<std::string> slow, size_t layers = 1) {
    PackageView::Layers all;
    for (size_t i = 0; i < layers; ++i) all.push_back(std::make_shared<test::SlowLayer>(disk_, slow));
    return std::make_unique<PackageView>(std::move(all), 1, PackageViewLimits(), threads_);
  }
  /// All that a guest does to read a module. The first error.
  Errno ReadAll(PackageView& view, std::string& text) {
    Filestat stat = {};
    std::vector<uint8_t> buffer(4096);
    size_t count = 0;
    uint32_t fd = 0;
    Errno error = view.StatPath(kPackagesDir, "slow.py", stat, stop_);
    if (error == kSuccess) error = view.ReadDirectory(kPackagesDir, 0, buffer, count, stop_);
    if (error == kSuccess) error = view.OpenPath(kPackagesDir, "slow.py", false, fd, stop_);
    if (error == kSuccess) error = view.Read(fd, buffer, count, stop_);
    if (error == kSuccess) text.assign(reinterpret_cast<const char*>(buffer.data()), count);
    return error;
  }

  std::shared_ptr<test::SlowDisk> disk_ = std::make_shared<test::SlowDisk>();
  std::shared_ptr<support::StopSignal> stop_ = std::make_shared<support::StopSignal>();
  std::shared_ptr<Threads> threads_ = std::make_shared<Threads>();
};

TEST_F(DiskWaitTest, WhatIsInMemoryNeedsNoThread) {
  threads_->none = true;
  std::string text;
  EXPECT_EQ(ReadAll(*View({}), text), kSuccess);
  EXPECT_EQ(text, "x = 5\n");
}

TEST_F(DiskWaitTest, AnswersAreWaitedFor) {
  const auto view = View({"stat", "list", "open", "read"}, 2);
  std::string text;
  auto reading = std::async(std::launch::async, [&] { return ReadAll(*view, text); });
  disk_->AwaitWaiter();
  disk_->LetGo();
  EXPECT_EQ(reading.get(), kSuccess);
  EXPECT_EQ(text, "x = 5\n");
  EXPECT_EQ(threads_->left, 0);
}

TEST_F(DiskWaitTest, AStopEndsTheWait) {
  for (const char* slow : {"stat", "list", "open", "read"}) {
    for (const size_t layers : {size_t{1}, size_t{2}}) {
      disk_ = std::make_shared<test::SlowDisk>();
      const auto view = View({slow}, layers);
      stop_->Clear();
      threads_->left = 0;
      std::string text;
      auto reading = std::async(std::launch::async, [&] { return ReadAll(*view, text); });
      disk_->AwaitWaiter();
      stop_->Raise();
      EXPECT_EQ(reading.get(), kEintr) << slow;
      EXPECT_EQ(threads_->left, 1) << slow;
      // The disk answers while nobody listens, and later the view works.
      view->Rest();
      disk_->LetGo();
      stop_->Clear();
      EXPECT_EQ(ReadAll(*view, text), kSuccess) << slow;
      EXPECT_EQ(text, "x = 5\n") << slow;
    }
  }
}

TEST_F(DiskWaitTest, AFileThatHangsIsClosedForTheGuest) {
  const auto view = View({"read"});
  uint32_t fd = 0;
  ASSERT_EQ(view->OpenPath(kPackagesDir, "slow.py", false, fd, stop_), kSuccess);
  std::vector<uint8_t> buffer(10);
  size_t count = 0;
  auto reading = std::async(std::launch::async, [&] { return view->Read(fd, buffer, count, stop_); });
  disk_->AwaitWaiter();
  stop_->Raise();
  EXPECT_EQ(reading.get(), kEintr);
  EXPECT_EQ(view->Read(fd, buffer, count, stop_), kEbadf);
  disk_->LetGo();
}

TEST_F(DiskWaitTest, WithoutAThreadItIsAnError) {
  threads_->none = true;
  std::string text;
  EXPECT_EQ(ReadAll(*View({"read"}), text), kEio);
}

TEST(DiskReadTest, ReadsTheSameWithAndWithoutPatience) {
  const test::TemporaryFolder folder;
  const std::string path = folder.path() + "/file";
  std::vector<uint8_t> bytes(size_t{3} << 20);
  std::iota(bytes.begin(), bytes.end(), uint8_t{0});
  const support::UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  ASSERT_EQ(::write(fd.get(), bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  ASSERT_EQ(::fsync(fd.get()), 0);
  for (const bool forgotten : {false, true}) {
    // Parts of it have to come from the disk again, where the file system has one.
    const int advice = forgotten ? POSIX_FADV_DONTNEED : POSIX_FADV_NORMAL;
    ASSERT_EQ(::posix_fadvise(fd.get(), 4096, 1 << 20, advice), 0);
    std::vector<uint8_t> read(bytes.size() + 10);
    size_t at = 0;
    for (;;) {
      size_t count = 0;
      Errno error = ReadFromDisk(fd.get(), at, std::span(read).subspan(at), count, Patience::kNone);
      if (error == kEagain) {
        EXPECT_EQ(count, 0U);
        error = ReadFromDisk(fd.get(), at, std::span(read).subspan(at, 5000), count, Patience::kForDisk);
      }
      ASSERT_EQ(error, kSuccess);
      if (count == 0) break;
      at += count;
    }
    read.resize(at);
    EXPECT_TRUE(read == bytes);
  }
  size_t count = 1;
  const support::UniqueFd folder_fd(::open(folder.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  EXPECT_NE(ReadFromDisk(folder_fd.get(), 0, bytes, count, Patience::kForDisk), kSuccess);
}

}  // namespace
}  // namespace goru::wasi
