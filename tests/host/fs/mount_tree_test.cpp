// Mounts as open and os reach them: what fs refuses is refused here too.
#include "host/fs/mount_tree.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "fs_test.hpp"

namespace goru::host::fs {
namespace {

using test::Get;
using test::Put;
using wasi::Errno;
using wasi::OpenHow;

constexpr OpenHow kRead = {.read = true};
constexpr OpenHow kChange = {.read = true, .write = true};
constexpr OpenHow kNew = {.read = true, .write = true, .create = true};

/// Threads of a disk that answers nothing until it is let go.
class HungThreads final : public wasi::DiskThreads {
 public:
  ~HungThreads() override { LetGo(); }
  std::function<void()> Start(std::function<void(bool run)> task) override {
    tasks_.push_back(std::move(task));
    if (on_start) on_start();
    return [] {};
  }
  void LetGo() {
    for (const auto& task : std::exchange(tasks_, {})) task(true);
  }
  std::function<void()> on_start;

 private:
  std::vector<std::function<void(bool)>> tasks_;
};

class MountTreeTest : public testing::Test {
 protected:
  MountTreeTest() {
    std::filesystem::create_directories(host());
    std::filesystem::create_directories(outside());
    Put(outside() / "file", "secret");
  }

  std::filesystem::path host() const { return directory_.path() / "host"; }
  std::filesystem::path outside() const { return directory_.path() / "outside"; }

  wasi::FileSystem& Mount(MountMode mode, const FsLimits& limits = {},
                          const std::shared_ptr<wasi::DiskThreads>& threads = nullptr,
                          DiskTraits (*traits_of)(int fd) = DiskTraitsOf) {
    FsConfig config;
    config.mounts.push_back({"/m", host().string(), mode});
    auto shared = OpenFiles(config, limits, nullptr);
    EXPECT_TRUE(shared.ok());
    shared_ = std::move(*shared);
    trees_ = MountTrees(shared_, threads, traits_of);
    EXPECT_EQ(trees_.at(0).path, "m");
    return *trees_.at(0).tree;
  }
  static Errno TryOpen(wasi::FileSystem& tree, const std::string& path, const OpenHow& how) {
    std::unique_ptr<wasi::File> file;
    return tree.Open(path, how, file, nullptr);
  }
  static std::unique_ptr<wasi::File> Open(wasi::FileSystem& tree, const std::string& path, const OpenHow& how) {
    std::unique_ptr<wasi::File> file;
    EXPECT_EQ(tree.Open(path, how, file, nullptr), wasi::kSuccess) << path;
    return file;
  }
  static Errno Write(wasi::File& file, uint64_t offset, std::string_view text, bool append = false) {
    size_t count = 0;
    return file.Write(offset, append, {reinterpret_cast<const uint8_t*>(text.data()), text.size()}, count, nullptr);
  }
  static std::string Read(wasi::File& file, const wasi::SharedStop& stop = nullptr) {
    std::array<uint8_t, 100> buffer = {};
    size_t count = 0;
    EXPECT_EQ(file.Read(0, buffer, count, stop), wasi::kSuccess);
    return {buffer.begin(), buffer.begin() + static_cast<ptrdiff_t>(count)};
  }
  static std::multiset<std::string> Names(wasi::File& folder) {
    std::multiset<std::string> out;
    for (uint64_t cookie = 0;;) {
      std::vector<wasi::DirectoryName> names;
      EXPECT_EQ(folder.ReadNames(cookie, names, nullptr), wasi::kSuccess);
      if (names.empty()) return out;
      for (const wasi::DirectoryName& name : names) out.insert(name.name);
      cookie = names.back().next;
    }
  }

  test::TemporaryDirectory directory_;
  std::shared_ptr<Shared> shared_;
  std::vector<wasi::PlacedTree> trees_;
};

TEST_F(MountTreeTest, ReadsWritesAppendsAndTruncates) {
  wasi::FileSystem& tree = Mount(MountReadWriteCreate);
  const auto file = Open(tree, "a", kNew);
  EXPECT_EQ(Write(*file, 0, "hello world"), wasi::kSuccess);
  EXPECT_EQ(Write(*file, 6, "there"), wasi::kSuccess);
  EXPECT_EQ(Write(*file, 0, "!", true), wasi::kSuccess);
  EXPECT_EQ(Get(host() / "a"), "hello there!");
  EXPECT_EQ(file->SetSize(5, nullptr), wasi::kSuccess);
  EXPECT_EQ(Read(*file), "hello");
  EXPECT_EQ(file->SetTimes({.accessed = {}, .modified = 1'500'000'000'000'000'000U}, nullptr), wasi::kSuccess);
  wasi::Filestat stat = {};
  EXPECT_EQ(tree.Stat("a", true, stat, nullptr), wasi::kSuccess);
  EXPECT_EQ(stat.modified, 1'500'000'000'000'000'000U);
  EXPECT_EQ(stat.size, 5U);
  (void)Open(tree, "a", {.write = true, .create = true, .truncate = true});
  EXPECT_EQ(Get(host() / "a"), "");
  EXPECT_EQ(TryOpen(tree, "a", {.write = true, .create = true, .exclusive = true}), wasi::kEexist);
  EXPECT_EQ(tree.MakeDirectory("d", nullptr), wasi::kSuccess);
  EXPECT_EQ(tree.Rename("a", "d/b", nullptr), wasi::kSuccess);
  EXPECT_EQ(tree.RemoveDirectory("d", nullptr), wasi::kEnotempty);
  EXPECT_EQ(tree.Unlink("d", nullptr), wasi::kEisdir);
  EXPECT_EQ(tree.RemoveDirectory("d/b", nullptr), wasi::kEnotdir);
  EXPECT_EQ(tree.Unlink("d/b", nullptr), wasi::kSuccess);
  EXPECT_EQ(tree.RemoveDirectory("d", nullptr), wasi::kSuccess);
  EXPECT_TRUE(std::filesystem::is_empty(host()));
}

TEST_F(MountTreeTest, ModesHold) {
  Put(host() / "old", "old");
  {
    wasi::FileSystem& tree = Mount(MountReadOnly);
    EXPECT_EQ(Read(*Open(tree, "old", kRead)), "old");
    EXPECT_EQ(TryOpen(tree, "old", kChange), wasi::kEacces);
    EXPECT_EQ(TryOpen(tree, "old", {.read = true, .truncate = true}), wasi::kEacces);
    EXPECT_EQ(TryOpen(tree, "new", kNew), wasi::kEacces);
    EXPECT_EQ(tree.Unlink("old", nullptr), wasi::kEacces);
    EXPECT_EQ(tree.Rename("old", "new", nullptr), wasi::kEacces);
    EXPECT_EQ(tree.MakeDirectory("d", nullptr), wasi::kEacces);
    EXPECT_EQ(tree.SetTimes("old", true, {.accessed = 0, .modified = 0}, nullptr), wasi::kEacces);
    EXPECT_EQ(Open(tree, "old", kRead)->SetTimes({.accessed = 0, .modified = 0}, nullptr), wasi::kEacces);
  }
  EXPECT_EQ(Get(host() / "old"), "old");
  wasi::FileSystem& tree = Mount(MountReadWrite);
  EXPECT_EQ(Write(*Open(tree, "old", kChange), 0, "new"), wasi::kSuccess);
  EXPECT_EQ(TryOpen(tree, "new", kNew), wasi::kEacces);
  EXPECT_EQ(tree.Rename("old", "new", nullptr), wasi::kEacces);
  EXPECT_EQ(tree.MakeDirectory("d", nullptr), wasi::kEacces);
  EXPECT_EQ(Get(host() / "old"), "new");
}

TEST_F(MountTreeTest, LinksLeadNowhereElse) {
  Put(host() / "folder" / "file", "inside");
  std::filesystem::create_symlink("folder/file", host() / "good");
  std::filesystem::create_symlink("../outside/file", host() / "up");
  std::filesystem::create_symlink(outside() / "file", host() / "absolute");
  std::filesystem::create_symlink("../outside/made", host() / "dangling");
  std::filesystem::create_directory_symlink("../outside", host() / "out");
  std::filesystem::create_symlink("loop", host() / "loop");
  wasi::FileSystem& tree = Mount(MountReadWriteCreate);
  EXPECT_EQ(Read(*Open(tree, "good", kRead)), "inside");
  wasi::Filestat stat = {};
  EXPECT_EQ(tree.Stat("good", false, stat, nullptr), wasi::kSuccess);
  EXPECT_EQ(stat.type, wasi::kTypeSymbolicLink);
  std::string target;
  EXPECT_EQ(tree.ReadLink("good", target, nullptr), wasi::kSuccess);
  EXPECT_EQ(target, "folder/file");
  EXPECT_EQ(tree.ReadLink("folder/file", target, nullptr), wasi::kEinval);
  EXPECT_EQ(tree.ReadLink("absolute", target, nullptr), wasi::kEacces);
  for (const char* path : {"up", "absolute", "dangling", "out/file", "out/new", "loop"}) {
    for (const OpenHow& how : {kRead, kChange, kNew, OpenHow{.write = true, .create = true, .truncate = true}}) {
      EXPECT_NE(TryOpen(tree, path, how), wasi::kSuccess) << path;
    }
    EXPECT_NE(tree.Stat(path, true, stat, nullptr), wasi::kSuccess) << path;
  }
  EXPECT_NE(tree.Unlink("out/file", nullptr), wasi::kSuccess);
  EXPECT_NE(tree.Rename("good", "out/x", nullptr), wasi::kSuccess);
  EXPECT_NE(tree.MakeDirectory("out/d", nullptr), wasi::kSuccess);
  EXPECT_EQ(TryOpen(tree, "good", {.read = true, .follow = false}), wasi::kEloop);
  EXPECT_EQ(tree.Unlink("up", nullptr), wasi::kSuccess);
  EXPECT_EQ(Get(outside() / "file"), "secret");
  EXPECT_FALSE(std::filesystem::exists(outside() / "made"));
  EXPECT_FALSE(std::filesystem::exists(outside() / "x"));
}

TEST_F(MountTreeTest, SpecialFilesAreNotOpened) {
  ASSERT_EQ(::mkfifo((host() / "fifo").c_str(), 0600), 0);
  wasi::FileSystem& tree = Mount(MountReadWriteCreate);
  for (const OpenHow& how : {kRead, kChange, kNew}) EXPECT_EQ(TryOpen(tree, "fifo", how), wasi::kEinval);
  EXPECT_EQ(Names(*Open(tree, "", {.read = true, .must_be_directory = true})), std::multiset<std::string>{"fifo"});
}

TEST_F(MountTreeTest, TheQuotaIsThatOfFs) {
  FsLimits limits;
  limits.total_write_bytes = Quota::kNewEntry + 10;
  wasi::FileSystem& tree = Mount(MountReadWriteCreate, limits);
  const auto file = Open(tree, "a", kNew);
  EXPECT_EQ(Write(*file, 0, "0123456"), wasi::kSuccess);
  EXPECT_EQ(Write(*file, 0, "0123456"), wasi::kEdquot);
  EXPECT_EQ(file->SetSize(100, nullptr), wasi::kEdquot);
  EXPECT_EQ(Write(*file, 1000, "x"), wasi::kEdquot);
  EXPECT_EQ(Write(*file, 9, "x"), wasi::kSuccess);
  EXPECT_EQ(TryOpen(tree, "b", kNew), wasi::kEdquot);
  EXPECT_FALSE(std::filesystem::exists(host() / "b"));
}

TEST_F(MountTreeTest, AtRestNothingIsOpen) {
  Put(host() / "a", "text");
  wasi::FileSystem& tree = Mount(MountReadWrite);
  const auto count = [] {
    size_t open = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) ++open;
    return open;
  };
  const size_t before = count();
  const auto file = Open(tree, "a", kChange);
  const auto folder = Open(tree, "", {.read = true, .must_be_directory = true});
  EXPECT_EQ(Names(*folder).size(), 1U);
  EXPECT_GT(count(), before);
  file->Rest();
  folder->Rest();
  EXPECT_EQ(count(), before);
  EXPECT_EQ(Read(*file), "text");
  file->Rest();
  // Another file of that name is another file.
  std::filesystem::rename(host() / "a", host() / "b");
  Put(host() / "a", "other");
  std::array<uint8_t, 8> buffer = {};
  size_t got = 0;
  EXPECT_EQ(file->Read(0, buffer, got, nullptr), wasi::kEstale);
}

TEST_F(MountTreeTest, ManyNamesAreListedInSteps) {
  std::multiset<std::string> expected;
  for (int i = 0; i < 500; ++i) {
    const std::string name = "file" + std::to_string(i);
    expected.insert(name);
    Put(host() / name, "");
  }
  wasi::FileSystem& tree = Mount(MountReadOnly);
  const auto folder = Open(tree, "", {.read = true, .must_be_directory = true});
  EXPECT_EQ(Names(*folder), expected);
  EXPECT_EQ(Names(*folder), expected);
}

TEST_F(MountTreeTest, FoldersThatAreSwappedForLinksLeadNowhereElse) {
  std::filesystem::create_directories(host() / "real");
  Put(host() / "real" / "file", "inside");
  std::filesystem::create_directory_symlink("../outside", host() / "link");
  wasi::FileSystem& tree = Mount(MountReadWriteCreate);
  std::atomic<bool> done = false;
  std::jthread swapper([&] {
    std::filesystem::rename(host() / "real", host() / "name");
    while (!done) {
      (void)::renameat2(AT_FDCWD, (host() / "name").c_str(), AT_FDCWD, (host() / "link").c_str(), RENAME_EXCHANGE);
    }
  });
  for (int i = 0; i < 3000; ++i) {
    std::unique_ptr<wasi::File> file;
    if (tree.Open("name/file", kRead, file, nullptr) == wasi::kSuccess) {
      EXPECT_EQ(Read(*file), "inside");
    }
    (void)TryOpen(tree, "name/made", kNew);
    (void)tree.Unlink("name/made", nullptr);
    (void)tree.MakeDirectory("name/folder", nullptr);
    (void)tree.RemoveDirectory("name/folder", nullptr);
  }
  done = true;
  swapper.join();
  EXPECT_EQ(Get(outside() / "file"), "secret");
  EXPECT_FALSE(std::filesystem::exists(outside() / "made"));
  EXPECT_FALSE(std::filesystem::exists(outside() / "folder"));
}

TEST_F(MountTreeTest, ADiskThatHangsIsLeftBehind) {
  Put(host() / "a", "text");
  const auto threads = std::make_shared<HungThreads>();
  const auto stop = std::make_shared<support::StopSignal>();
  wasi::FileSystem& tree = Mount(MountReadWrite, {}, threads);
  const auto file = Open(tree, "a", kChange);
  threads->on_start = [&stop] { stop->Raise(); };
  EXPECT_EQ(file->Sync(stop), wasi::kEintr);
  stop->Clear();
  // The thread that was left behind has the file.
  EXPECT_EQ(file->Sync(stop), wasi::kEio);
  const auto folder = Open(tree, "", {.read = true, .must_be_directory = true});
  std::vector<wasi::DirectoryName> names;
  EXPECT_EQ(folder->ReadNames(0, names, stop), wasi::kEintr);
  EXPECT_TRUE(names.empty());
  threads->LetGo();
}

/// All that may wait, on a disk that hangs: each is left behind at a stop, whatever kind of file system it is.
// NOLINTNEXTLINE(misc-multiple-inheritance): as GoogleTest has it
class HungDiskTest : public MountTreeTest, public testing::WithParamInterface<bool> {};

TEST_P(HungDiskTest, EveryChangeIsLeftBehind) {
  for (const char* name : {"a", "b", "c"}) Put(host() / name, "text");
  std::filesystem::create_directory(host() / "empty");
  const auto threads = std::make_shared<HungThreads>();
  const auto stop = std::make_shared<support::StopSignal>();
  wasi::FileSystem& tree = Mount(
      MountReadWriteCreate, {}, threads,
      GetParam() ? +[](int) { return DiskTraits{.local = true}; } : +[](int) { return DiskTraits{}; });
  const auto file = Open(tree, "a", kChange);
  const auto sized = Open(tree, "b", kChange);
  const auto dated = Open(tree, "c", kChange);
  threads->on_start = [&stop] { stop->Raise(); };
  const std::array<uint8_t, 4> bytes = {'l', 'a', 't', 'e'};
  const wasi::FileTimes times = {.accessed = 0, .modified = 0};
  std::unique_ptr<wasi::File> opened;
  uint64_t offset = 0;
  size_t count = 1;
  const std::vector<std::function<Errno()>> changes = {
      [&] { return file->Write(offset, false, bytes, count, stop); },
      [&] { return sized->SetSize(1, stop); },
      [&] { return dated->SetTimes(times, stop); },
      [&] { return tree.Open("new", kNew, opened, stop); },
      [&] { return tree.Open("a", {.write = true, .truncate = true}, opened, stop); },
      [&] { return tree.MakeDirectory("made", stop); },
      [&] { return tree.RemoveDirectory("empty", stop); },
      [&] { return tree.Unlink("b", stop); },
      [&] { return tree.Rename("c", "d", stop); },
      [&] { return tree.SetTimes("a", true, times, stop); },
  };
  for (size_t i = 0; i < changes.size(); ++i) {
    stop->Clear();
    EXPECT_EQ(changes[i](), wasi::kEintr) << i;
  }
  EXPECT_EQ(count, 0U);
  EXPECT_EQ(opened, nullptr);
  // Nothing has happened yet, and what the disk does later hurts nobody.
  EXPECT_EQ(Get(host() / "a") + Get(host() / "b") + Get(host() / "c"), "texttexttext");
  EXPECT_FALSE(std::filesystem::exists(host() / "new"));
  threads->LetGo();
  EXPECT_TRUE(std::filesystem::exists(host() / "d"));
}

TEST_P(HungDiskTest, WhatChangesNothingWaitsOnlyWhereItMust) {
  Put(host() / "a", "text");
  const auto threads = std::make_shared<HungThreads>();
  const auto stop = std::make_shared<support::StopSignal>();
  wasi::FileSystem& tree = Mount(
      MountReadWriteCreate, {}, threads,
      GetParam() ? +[](int) { return DiskTraits{.local = true}; } : +[](int) { return DiskTraits{}; });
  ASSERT_EQ(Get(host() / "a"), "text");
  threads->on_start = [&stop] { stop->Raise(); };
  const Errno expected = GetParam() ? wasi::kSuccess : wasi::kEintr;
  wasi::Filestat stat = {};
  std::unique_ptr<wasi::File> file;
  EXPECT_EQ(tree.Stat("a", true, stat, stop), expected);
  stop->Clear();
  EXPECT_EQ(tree.Open("a", kRead, file, stop), expected);
  stop->Clear();
  // A file that is there is appended to without making one.
  EXPECT_EQ(tree.Open("a", kNew, file, stop), expected);
  threads->LetGo();
}

INSTANTIATE_TEST_SUITE_P(Kinds, HungDiskTest, testing::Bool(),
                         [](const auto& given) { return std::string(given.param ? "Local" : "Remote"); });

}  // namespace
}  // namespace goru::host::fs
