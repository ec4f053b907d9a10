#include "wasi/files/files.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "wasi/descriptors.hpp"
#include "wasi/files/device_tree.hpp"
#include "wasi/files/memory_tree.hpp"

namespace goru::wasi {
namespace {

constexpr OpenHow kNew = {.read = true, .write = true, .create = true};

class FilesTest : public testing::Test {
 protected:
  std::string At(uint32_t directory, std::string_view path, Errno expected = kSuccess) {
    std::string resolved;
    bool folder = false;
    EXPECT_EQ(files_.Resolve(directory, path, resolved, folder), expected) << path;
    return resolved;
  }
  uint32_t Open(const std::string& path, const OpenHow& how = kNew, uint16_t flags = 0) {
    uint32_t fd = 0;
    EXPECT_EQ(files_.Open(path, how, flags, fd, nullptr), kSuccess) << path;
    return fd;
  }
  Errno Write(uint32_t fd, std::string_view text) {
    size_t count = 0;
    return files_.Write(fd, {reinterpret_cast<const uint8_t*>(text.data()), text.size()}, count, nullptr);
  }
  std::string Read(uint32_t fd) {
    std::array<uint8_t, 100> buffer = {};
    size_t count = 0;
    EXPECT_EQ(files_.Read(fd, buffer, count, nullptr), kSuccess);
    return {buffer.begin(), buffer.begin() + static_cast<ptrdiff_t>(count)};
  }
  /// As a C library reads a directory: again from the last whole entry.
  std::multiset<std::string> List(uint32_t fd, size_t size) {
    std::multiset<std::string> out;
    std::vector<uint8_t> buffer(size);
    for (uint64_t cookie = 0;;) {
      size_t count = 0;
      EXPECT_EQ(files_.ReadDirectory(fd, cookie, buffer, count, nullptr), kSuccess);
      size_t at = 0;
      while (at + sizeof(Dirent) <= count) {
        Dirent entry;
        std::memcpy(&entry, buffer.data() + at, sizeof(entry));
        at += sizeof(entry);
        if (at + entry.name_length > count) break;
        out.emplace(reinterpret_cast<const char*>(buffer.data() + at), entry.name_length);
        at += entry.name_length;
        cookie = entry.next;
      }
      if (count < buffer.size()) return out;
    }
  }

  std::shared_ptr<MemoryTree> root_ = std::make_shared<MemoryTree>(MemoryTreeLimits{.bytes = 1 << 20});
  std::shared_ptr<MemoryTree> data_ = std::make_shared<MemoryTree>(MemoryTreeLimits{.bytes = 1 << 20});
  std::shared_ptr<MemoryTree> deep_ = std::make_shared<MemoryTree>(MemoryTreeLimits{.bytes = 1 << 20});
  Files files_{{{"", root_}, {"data", data_}, {"data/a/deep", deep_}, {"dev", std::make_shared<DeviceTree>()}}, {8}};
};

TEST_F(FilesTest, ResolvesWithinItsTree) {
  EXPECT_EQ(At(kRootDir, "a//b/./c/"), "a/b/c");
  EXPECT_EQ(At(kRootDir, "../../a/../b"), "b");
  EXPECT_EQ(At(kRootDir, "."), "");
  EXPECT_EQ(At(Open("data", {.read = true}), "x"), "data/x");
  (void)At(kRootDir, "", kEnoent);
  (void)At(kRootDir, "/a", kEperm);
  (void)At(kRootDir, std::string_view("a\0b", 3), kEinval);
  (void)At(kRootDir, "\xFF", kEilseq);
  (void)At(kRootDir, std::string(256, 'x'), kEnametoolong);
  std::string many;
  for (int i = 0; i < 2'100; ++i) many += "a/";
  (void)At(kRootDir, many, kEnametoolong);
  (void)At(0, "a", kEnotdir);
  (void)At(99, "a", kEbadf);
  (void)At(Open("file"), "a", kEnotdir);
}

TEST_F(FilesTest, TheDeepestTreeCounts) {
  EXPECT_EQ(Write(Open("data/x"), "data"), kSuccess);
  EXPECT_EQ(Write(Open("data/a/deep/y"), "deep"), kSuccess);
  Filestat stat = {};
  EXPECT_EQ(data_->Stat("x", true, stat, nullptr), kSuccess);
  EXPECT_EQ(deep_->Stat("y", true, stat, nullptr), kSuccess);
  EXPECT_EQ(root_->Stat("data", true, stat, nullptr), kEnoent);
  EXPECT_EQ(files_.StatPath("data/a", true, stat, nullptr), kSuccess);
  EXPECT_EQ(stat.type, kTypeDirectory);
  // Whatever else is there.
  EXPECT_EQ(data_->Replace("a", {}), kSuccess);
  EXPECT_EQ(files_.StatPath("data/a", true, stat, nullptr), kSuccess);
  EXPECT_EQ(stat.type, kTypeDirectory);
  EXPECT_EQ(List(Open("data/a", {.read = true}), 4096), std::multiset<std::string>{"deep"});
  EXPECT_EQ(List(Open("data", {.read = true}), 4096), (std::multiset<std::string>{"a", "x"}));
}

TEST_F(FilesTest, WhereTreesAreStays) {
  for (const char* path : {"data", "data/a", "data/a/deep", "dev"}) {
    EXPECT_EQ(files_.MakeDirectory(path, nullptr), kEexist) << path;
    EXPECT_EQ(files_.RemoveDirectory(path, nullptr), kEbusy) << path;
    EXPECT_EQ(files_.Unlink(path, nullptr), kEisdir) << path;
    EXPECT_EQ(files_.Rename(path, "x", nullptr), kEbusy) << path;
    uint32_t fd = 0;
    EXPECT_EQ(files_.Open(path, kNew, 0, fd, nullptr), kEisdir) << path;
  }
  (void)Open("x");
  EXPECT_EQ(files_.Rename("x", "data", nullptr), kEbusy);
  EXPECT_EQ(files_.Rename("x", "data/x", nullptr), kExdev);
  EXPECT_EQ(files_.Rename("absent", "data/x", nullptr), kEnoent);
}

TEST_F(FilesTest, ListsWithBuffersOfAnySize) {
  std::multiset<std::string> expected = {"data", "dev"};
  for (int i = 0; i < 150; ++i) {
    const std::string name = "file" + std::to_string(i);
    expected.insert(name);
    EXPECT_EQ(root_->Replace(name, {}), kSuccess);
  }
  for (const size_t size : std::initializer_list<size_t>{40, 64, 100, 512, 4096, 65536}) {
    EXPECT_EQ(List(kRootDir, size), expected) << size;
    const uint32_t fd = Open("", {.read = true});
    EXPECT_EQ(List(fd, size), expected) << size;
    EXPECT_EQ(files_.Close(fd), kSuccess);
    files_.Rest();
  }
}

TEST_F(FilesTest, PositionsAndModes) {
  const uint32_t fd = Open("x");
  EXPECT_EQ(Write(fd, "hello"), kSuccess);
  uint64_t position = 0;
  EXPECT_EQ(files_.Seek(fd, -4, kWhenceEnd, position, nullptr), kSuccess);
  EXPECT_EQ(Read(fd), "ello");
  EXPECT_EQ(files_.Seek(fd, -6, kWhenceEnd, position, nullptr), kEinval);
  EXPECT_EQ(files_.Seek(fd, INT64_MAX, kWhenceCurrent, position, nullptr), kEinval);
  EXPECT_EQ(files_.Seek(fd, INT64_MIN, kWhenceSet, position, nullptr), kEinval);
  EXPECT_EQ(files_.Seek(fd, 0, 3, position, nullptr), kEinval);
  EXPECT_EQ(Write(Open("x", {.read = true}), "no"), kEbadf);
  size_t count = 0;
  std::array<uint8_t, 4> buffer = {};
  EXPECT_EQ(files_.Read(Open("x", {.write = true}), buffer, count, nullptr), kEbadf);
  EXPECT_EQ(files_.ReadAt(fd, UINT64_MAX, buffer, count, nullptr), kEinval);
  EXPECT_EQ(files_.SetSize(fd, UINT64_MAX, nullptr), kEfbig);
  // At the end, wherever the position is.
  const uint32_t appends = Open("x", {.write = true}, kFdAppend);
  EXPECT_EQ(Write(appends, "!"), kSuccess);
  EXPECT_EQ(files_.Seek(fd, 0, kWhenceSet, position, nullptr), kSuccess);
  EXPECT_EQ(Read(fd), "hello!");
  EXPECT_EQ(files_.SetFlags(appends, 0xFF), kEinval);
}

TEST_F(FilesTest, DescriptorsAreBounded) {
  std::vector<uint32_t> open;
  for (int i = 0; i < 8; ++i) open.push_back(Open("x"));
  uint32_t fd = 0;
  EXPECT_EQ(files_.Open("x", kNew, 0, fd, nullptr), kEmfile);
  EXPECT_EQ(files_.Close(open[3]), kSuccess);
  EXPECT_EQ(files_.Close(open[3]), kEbadf);
  EXPECT_EQ(Open("x"), open[3]);
  EXPECT_EQ(files_.Renumber(open[1], open[2]), kSuccess);
  EXPECT_FALSE(files_.IsOpen(open[1]));
  EXPECT_TRUE(files_.IsOpen(open[2]));
  EXPECT_EQ(files_.Renumber(open[2], 1), kEnotsup);
  EXPECT_EQ(files_.Renumber(open[2], 99), kEbadf);
  for (const uint32_t bad : {0U, 1U, 2U, 3U, 4U, 99U, UINT32_MAX}) {
    EXPECT_EQ(files_.Close(bad), kEbadf) << bad;
    EXPECT_EQ(Write(bad, "x"), kEbadf) << bad;
  }
}

TEST_F(FilesTest, Devices) {
  const uint32_t null = Open("dev/null", {.read = true, .write = true});
  EXPECT_EQ(Write(null, "gone"), kSuccess);
  EXPECT_EQ(Read(null), "");
  EXPECT_EQ(files_.StreamOf(null, true), -1);
  EXPECT_EQ(files_.StreamOf(Open("dev/stdin", {.read = true}), false), 0);
  EXPECT_EQ(files_.StreamOf(Open("dev/stdout", {.write = true}), true), 1);
  EXPECT_EQ(files_.StreamOf(Open("dev/stderr", {.write = true}), true), 2);
  EXPECT_EQ(files_.Unlink("dev/null", nullptr), kEacces);
  uint32_t fd = 0;
  EXPECT_EQ(files_.Open("dev/new", kNew, 0, fd, nullptr), kEacces);
  EXPECT_EQ(List(Open("dev", {.read = true}), 4096), (std::multiset<std::string>{"null", "stderr", "stdin", "stdout"}));
}

}  // namespace
}  // namespace goru::wasi
