#include "wasi/packages/package_view.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>

#include "common/wat.hpp"
#include "wasi/descriptors.hpp"

namespace goru::wasi {
namespace {

using test::Must;
using testing::ElementsAre;
namespace fs = std::filesystem;

class PackageViewTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string path = (fs::temp_directory_path() / "goru-view-XXXXXX").string();
    ASSERT_NE(::mkdtemp(path.data()), nullptr);
    root_ = path;
  }
  void TearDown() override { fs::remove_all(root_); }

  void Write(const std::string& name, const std::string& text) const {
    const fs::path path = root_ / name;
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
  }
  std::shared_ptr<const PackageLayer> Layer(const std::string& name) const {
    fs::create_directories(root_ / name);
    return Must(OpenPackageDirectory((root_ / name).string()));
  }
  PackageView View(const std::vector<std::string>& names, PackageViewLimits limits = {}) const {
    PackageView::Layers layers;
    for (const std::string& name : names) layers.push_back(Layer(name));
    return PackageView(std::move(layers), 1, limits);
  }

  static std::string Read(PackageView& view, const std::string& path, uint32_t directory = kPackagesDir) {
    uint32_t fd = 0;
    if (const Errno error = view.OpenPath(directory, path, false, fd); error != kSuccess) {
      return "errno " + std::to_string(error);
    }
    std::string text;
    std::vector<uint8_t> buffer(3);
    for (;;) {
      size_t count = 0;
      const Errno error = view.Read(fd, buffer, count);
      if (error != kSuccess) text = "errno " + std::to_string(error);
      if (error != kSuccess || count == 0) break;
      text.append(reinterpret_cast<const char*>(buffer.data()), count);
    }
    EXPECT_EQ(view.Close(fd), kSuccess);
    return text;
  }

  static std::set<std::string> List(PackageView& view, const std::string& path, size_t buffer_size) {
    uint32_t fd = 0;
    if (view.OpenPath(kPackagesDir, path, true, fd) != kSuccess) return {"error"};
    std::set<std::string> names;
    std::vector<uint8_t> buffer(buffer_size);
    uint64_t cookie = 0;
    for (;;) {
      size_t count = 0;
      EXPECT_EQ(view.ReadDirectory(fd, cookie, buffer, count), kSuccess);
      size_t at = 0;
      const uint64_t before = cookie;
      while (at + sizeof(Dirent) <= count) {
        Dirent entry = {};
        std::memcpy(&entry, buffer.data() + at, sizeof(entry));
        at += sizeof(entry);
        if (at + entry.name_length > count) break;
        names.emplace(reinterpret_cast<const char*>(buffer.data() + at), entry.name_length);
        at += entry.name_length;
        cookie = entry.next;
      }
      if (cookie == before) break;
    }
    view.Close(fd);
    return names;
  }

  fs::path root_;
};

TEST_F(PackageViewTest, ReadsFilesAndDirectories) {
  Write("a/cup/__init__.py", "x = 1\n");
  Write("a/cup/deep/er.py", "y\n");
  auto view = View({"a"});
  EXPECT_EQ(Read(view, "cup/__init__.py"), "x = 1\n");
  EXPECT_EQ(Read(view, "./cup//deep/./er.py"), "y\n");
  EXPECT_EQ(Read(view, "cup/deep/../__init__.py"), "x = 1\n");
  EXPECT_EQ(Read(view, "cup/none.py"), "errno " + std::to_string(kEnoent));
  EXPECT_EQ(Read(view, "cup"), "errno " + std::to_string(kEisdir));
  for (const size_t size : {size_t{40}, size_t{4096}}) {
    EXPECT_THAT(List(view, "cup", size), ElementsAre("__init__.py", "deep"));
    EXPECT_THAT(List(view, ".", size), ElementsAre("cup"));
  }
  uint32_t fd = 0;
  EXPECT_EQ(view.OpenPath(kPackagesDir, "cup/__init__.py", true, fd), kEnotdir);
  ASSERT_EQ(view.OpenPath(kPackagesDir, "cup", true, fd), kSuccess);
  EXPECT_EQ(Read(view, "deep/er.py", fd), "y\n");
}

TEST_F(PackageViewTest, NothingLeadsOut) {
  Write("secret", "secret");
  Write("a/cup/x.py", "x");
  fs::create_symlink(root_ / "secret", root_ / "a/link");
  fs::create_directory_symlink(root_, root_ / "a/dir");
  fs::create_symlink("cup/x.py", root_ / "a/inner");
  ASSERT_EQ(::mkfifo((root_ / "a/fifo").c_str(), 0600), 0);
  auto view = View({"a"});
  for (const char* path : {"../secret", "cup/../../secret", "/etc/passwd", "link", "dir/secret", "inner", "fifo", "dir",
                           "..", "cup/../.."}) {
    EXPECT_EQ(Read(view, path), "errno " + std::to_string(kEnoent)) << path;
    Filestat stat = {};
    EXPECT_EQ(view.StatPath(kPackagesDir, path, stat), kEnoent) << path;
  }
  EXPECT_EQ(Read(view, std::string("cup/x.py\0", 9)), "errno " + std::to_string(kEnoent));
  EXPECT_EQ(Read(view, std::string(300, 'x')), "errno " + std::to_string(kEnametoolong));
  std::string deep = "x";
  for (int i = 0; i < 100; ++i) deep += "/x";
  EXPECT_EQ(Read(view, deep), "errno " + std::to_string(kEnametoolong));
  EXPECT_THAT(List(view, "", 4096), ElementsAre("cup"));
}

TEST_F(PackageViewTest, FirstLayerCounts) {
  Write("a/cup/__init__.py", "first");
  Write("b/cup/__init__.py", "second");
  Write("b/cup/extra.py", "second");
  Write("b/mug.py", "mug");
  Write("b/__pycache__/mug.cpython-312.pyc", "mug's");
  Write("a/six.py", "a");
  Write("b/six.py", "b");
  Write("b/__pycache__/six.cpython-312.pyc", "of b");
  Write("a/space/one.py", "1");
  Write("b/space/two.py", "2");
  auto view = View({"a", "b"});
  EXPECT_EQ(Read(view, "cup/__init__.py"), "first");
  EXPECT_EQ(Read(view, "cup/extra.py"), "errno " + std::to_string(kEnoent));
  EXPECT_EQ(Read(view, "mug.py"), "mug");
  EXPECT_EQ(Read(view, "__pycache__/mug.cpython-312.pyc"), "mug's");
  // Bytecode of another layer's module is not this one's.
  EXPECT_EQ(Read(view, "six.py"), "a");
  EXPECT_EQ(Read(view, "__pycache__/six.cpython-312.pyc"), "errno " + std::to_string(kEnoent));
  EXPECT_THAT(List(view, "space", 4096), ElementsAre("one.py", "two.py"));
  EXPECT_THAT(List(view, "cup", 4096), ElementsAre("__init__.py"));

  Filestat before = {};
  ASSERT_EQ(view.StatPath(kPackagesDir, ".", before), kSuccess);
  Write("c/cup/__init__.py", "top");
  view.SetTopLayers({Layer("c")});
  EXPECT_EQ(Read(view, "cup/__init__.py"), "top");
  Filestat after = {};
  ASSERT_EQ(view.StatPath(kPackagesDir, ".", after), kSuccess);
  EXPECT_NE(before.modified, after.modified);
  view.SetTopLayers({});
  EXPECT_EQ(Read(view, "cup/__init__.py"), "first");
}

TEST_F(PackageViewTest, HoldsToItsLimits) {
  Write("a/x", "0123456789");
  PackageViewLimits limits;
  limits.open_files = 2;
  limits.file_bytes = 10;
  auto view = View({"a"}, limits);
  uint32_t first = 0;
  uint32_t second = 0;
  uint32_t third = 0;
  ASSERT_EQ(view.OpenPath(kPackagesDir, "x", false, first), kSuccess);
  ASSERT_EQ(view.OpenPath(kPackagesDir, "", true, second), kSuccess);
  EXPECT_EQ(view.OpenPath(kPackagesDir, "x", false, third), kEmfile);
  ASSERT_EQ(view.Close(second), kSuccess);
  EXPECT_EQ(view.Close(second), kEbadf);
  EXPECT_EQ(view.OpenPath(kPackagesDir, "x", false, third), kSuccess);
  Write("a/x", "0123456789+");
  // An open file shows what it had when it was opened, and no more.
  std::vector<uint8_t> buffer(100);
  size_t count = 0;
  ASSERT_EQ(view.Read(first, buffer, count), kSuccess);
  EXPECT_EQ(count, 10U);
  view.Close(third);
  EXPECT_EQ(view.OpenPath(kPackagesDir, "x", false, third), kEfbig);
}

TEST_F(PackageViewTest, DescriptorsOfAGuestAreChecked) {
  Write("a/x", "0123456789");
  auto view = View({"a"});
  uint32_t fd = 0;
  ASSERT_EQ(view.OpenPath(kPackagesDir, "x", false, fd), kSuccess);
  uint64_t at = 0;
  EXPECT_EQ(view.Seek(fd, -3, kWhenceEnd, at), kSuccess);
  EXPECT_EQ(at, 7U);
  EXPECT_EQ(view.Seek(fd, -8, kWhenceCurrent, at), kEinval);
  EXPECT_EQ(view.Seek(fd, INT64_MIN, kWhenceSet, at), kEinval);
  EXPECT_EQ(view.Seek(fd, INT64_MAX, kWhenceCurrent, at), kEinval);
  EXPECT_EQ(view.Seek(fd, 0, 77, at), kEinval);
  EXPECT_EQ(view.Seek(fd, 1 << 20, kWhenceSet, at), kSuccess);
  std::vector<uint8_t> buffer(10);
  size_t count = 1;
  EXPECT_EQ(view.Read(fd, buffer, count), kSuccess);
  EXPECT_EQ(count, 0U);
  EXPECT_EQ(view.ReadDirectory(fd, 0, buffer, count), kEnotdir);
  for (const uint32_t wrong : {fd + 1, UINT32_MAX, 0U, 5U}) {
    EXPECT_EQ(view.Read(wrong, buffer, count), kEbadf);
    EXPECT_EQ(view.Close(wrong), kEbadf);
  }
  uint32_t root = 0;
  ASSERT_EQ(view.OpenPath(kPackagesDir, ".", true, root), kSuccess);
  EXPECT_EQ(view.ReadDirectory(root, UINT64_MAX, buffer, count), kSuccess);
  EXPECT_EQ(count, 0U);
  EXPECT_EQ(view.Read(root, buffer, count), kEisdir);
}

TEST_F(PackageViewTest, AtRestNoDescriptorIsHeld) {
  Write("a/x", "0123456789");
  auto view = View({"a"});
  uint32_t fd = 0;
  ASSERT_EQ(view.OpenPath(kPackagesDir, "x", false, fd), kSuccess);
  const auto open = [] { return std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator()); };
  const auto before = open();
  view.Rest();
  EXPECT_EQ(open(), before - 1);
  std::vector<uint8_t> buffer(4);
  size_t count = 0;
  EXPECT_EQ(view.Read(fd, buffer, count), kSuccess);
  EXPECT_EQ(count, 4U);
  // Another file in its place is not taken for it.
  view.Rest();
  fs::rename(root_ / "a/x", root_ / "a/old");
  Write("a/x", "another file");
  EXPECT_EQ(view.Read(fd, buffer, count), kEio);
}

TEST_F(PackageViewTest, MissingDirectoryIsAnError) {
  EXPECT_FALSE(OpenPackageDirectory((root_ / "none").string()));
  Write("file", "x");
  EXPECT_FALSE(OpenPackageDirectory((root_ / "file").string()));
}

}  // namespace
}  // namespace goru::wasi
