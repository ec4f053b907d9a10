#include "support/private_directory.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "common/temporary_folder.hpp"
#include "support/content_hash.hpp"
#include "support/file.hpp"
#include "support/memory_file.hpp"

namespace goru::support {
namespace {

namespace fs = std::filesystem;
using test::TemporaryFolder;

std::span<const uint8_t> Bytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

std::string Read(const UniqueFd& fd) {
  std::string text(64, '\0');
  const ssize_t size = ::pread(fd.get(), text.data(), text.size(), 0);
  text.resize(size < 0 ? 0 : static_cast<size_t>(size));
  return text;
}

class PrivateDirectoryTest : public testing::Test {
 protected:
  PrivateDirectory Open() const {
    auto opened = PrivateDirectory::Open(folder_.path() + "/own");
    if (!opened) ADD_FAILURE() << opened.error().message;
    return std::move(*opened);
  }
  static void Put(const PrivateDirectory& directory, const std::string& name, std::string_view text) {
    directory.Put(name, [text](PrivateDirectory::Writer& writer) { return writer.Append(Bytes(text)); });
  }
  fs::path File(const std::string& name) const { return folder_.path() + "/own/" + name; }

  const TemporaryFolder folder_;
};

TEST_F(PrivateDirectoryTest, FindsWhatWasPut) {
  const PrivateDirectory directory = Open();
  EXPECT_FALSE(directory.Find("a"));
  Put(directory, "a", "content");
  EXPECT_EQ(Read(directory.Find("a")), "content");
  EXPECT_EQ(Read(Open().Find("a")), "content");
  EXPECT_FALSE(directory.Find("b"));
  Put(directory, "a", "other");
  EXPECT_EQ(Read(directory.Find("a")), "other");
}

TEST_F(PrivateDirectoryTest, NobodyElseEntersAndNobodyWrites) {
  const PrivateDirectory directory = Open();
  Put(directory, "a", "content");
  EXPECT_EQ(fs::status(folder_.path() + "/own").permissions() & fs::perms::all, fs::perms::owner_all);
  EXPECT_EQ(fs::status(File("a")).permissions() & fs::perms::all, fs::perms::owner_read);
  fs::permissions(folder_.path() + "/own", fs::perms::group_read, fs::perm_options::add);
  EXPECT_FALSE(PrivateDirectory::Open(folder_.path() + "/own").ok());
}

TEST_F(PrivateDirectoryTest, WhatWasChangedIsNotFound) {
  const PrivateDirectory directory = Open();
  Put(directory, "a", "content");
  fs::permissions(File("a"), fs::perms::owner_write, fs::perm_options::add);
  // Touched, but whole.
  EXPECT_EQ(Read(directory.Find("a")), "content");
  std::ofstream(File("a"), std::ios::in | std::ios::out) << "C";
  EXPECT_FALSE(directory.Find("a"));
  Put(directory, "a", "content");
  fs::permissions(File("a"), fs::perms::owner_write, fs::perm_options::add);
  fs::resize_file(File("a"), 3);
  EXPECT_FALSE(directory.Find("a"));
  Put(directory, "a", "content");
  fs::permissions(File("a"), fs::perms::others_write, fs::perm_options::add);
  EXPECT_FALSE(directory.Find("a"));
  Put(directory, "a", "content");
  fs::remove(File("a.seal"));
  EXPECT_FALSE(directory.Find("a"));
}

TEST_F(PrivateDirectoryTest, WhoeverHasAnEntryOpenKeepsIt) {
  const PrivateDirectory directory = Open();
  Put(directory, "a", "content");
  const UniqueFd open = directory.Find("a");
  Put(directory, "a", "other");
  EXPECT_EQ(Read(open), "content");
  fs::remove_all(folder_.path() + "/own");
  EXPECT_EQ(Read(open), "content");
}

TEST_F(PrivateDirectoryTest, AnEntryThatIsNotFinishedIsNone) {
  const PrivateDirectory directory = Open();
  directory.Put("a", [](PrivateDirectory::Writer& writer) { return writer.Append(Bytes("half")) && false; });
  EXPECT_FALSE(directory.Find("a"));
  Put(directory, "a", "content");
  directory.Put("a", [](PrivateDirectory::Writer& writer) { return writer.Append(Bytes("half")) && false; });
  EXPECT_EQ(Read(directory.Find("a")), "content");
  for (const auto& entry : fs::directory_iterator(folder_.path() + "/own")) {
    EXPECT_EQ(entry.path().string().find(".tmp."), std::string::npos) << entry.path();
  }
}

TEST_F(PrivateDirectoryTest, ZerosAreHoles) {
  const PrivateDirectory directory = Open();
  const std::vector<uint8_t> zeros(size_t{8} << 20);
  directory.Put("a", [&zeros](PrivateDirectory::Writer& writer) {
    return writer.Append(Bytes("begin")) && writer.Append(zeros) && writer.Append(Bytes("end")) && writer.Append(zeros);
  });
  struct stat st = {};
  ASSERT_EQ(::stat(File("a").c_str(), &st), 0);
  EXPECT_EQ(st.st_size, static_cast<off_t>(2 * zeros.size() + 8));
  EXPECT_LT(st.st_blocks * 512, 256 << 10);
  const UniqueFd fd = directory.Find("a");
  std::array<uint8_t, 3> end = {};
  ASSERT_TRUE(ReadExactly(fd.get(), zeros.size() + 5, end));
  EXPECT_EQ(std::string(end.begin(), end.end()), "end");
  EXPECT_FALSE(ReadExactly(fd.get(), 2 * zeros.size() + 6, end));
}

TEST_F(PrivateDirectoryTest, WhatWasNotUsedLongestGoesWhereAllIsTooMuch) {
  const PrivateDirectory directory = Open();
  for (const std::string name : {"old", "new", "used"}) {
    Put(directory, name, name);
    // As if it took most of what there is.
    fs::permissions(File(name), fs::perms::owner_write, fs::perm_options::add);
    const UniqueFd fd(::open(File(name).c_str(), O_RDWR | O_CLOEXEC));
    if (::fallocate(fd.get(), FALLOC_FL_KEEP_SIZE, 4096, PrivateDirectory::kMaxBytes / 5 * 2) != 0) {
      GTEST_SKIP() << "no room for this test, or a file system that cannot reserve any";
    }
    EXPECT_TRUE(directory.Find(name));
  }
  std::ofstream(File("other")) << "not an entry";
  const auto now = fs::file_time_type::clock::now();
  fs::last_write_time(File("old.seal"), now - std::chrono::hours(24 * 30));
  fs::last_write_time(File("used.seal"), now - std::chrono::hours(24 * 60));
  EXPECT_TRUE(directory.Find("used"));
  Put(directory, "latest", "latest");
  EXPECT_FALSE(directory.Find("old"));
  EXPECT_FALSE(fs::exists(File("old")));
  EXPECT_FALSE(fs::exists(File("old.seal")));
  EXPECT_TRUE(directory.Find("new"));
  EXPECT_TRUE(directory.Find("used"));
  EXPECT_TRUE(directory.Find("latest"));
  EXPECT_TRUE(fs::exists(File("other")));
}

TEST_F(PrivateDirectoryTest, RemembersFilesElsewhereUntilTheyChange) {
  const PrivateDirectory directory = Open();
  const std::string path = folder_.path() + "/elsewhere";
  std::ofstream(path) << "content";
  const auto open = [&path] { return UniqueFd(::open(path.c_str(), O_RDONLY | O_CLOEXEC)); };
  EXPECT_FALSE(directory.Remembers("0123", open().get()));
  directory.Remember("0123", open().get());
  EXPECT_TRUE(directory.Remembers("0123", open().get()));
  EXPECT_TRUE(Open().Remembers("0123", open().get()));
  EXPECT_FALSE(directory.Remembers("4567", open().get()));
  EXPECT_FALSE(directory.Remembers("0123", -1));

  // As long as before, and as old as before.
  const auto modified = fs::last_write_time(path);
  std::fstream(path, std::ios::in | std::ios::out) << "CONTENT";
  fs::last_write_time(path, modified);
  EXPECT_FALSE(directory.Remembers("0123", open().get()));
  directory.Remember("0123", open().get());
  EXPECT_TRUE(directory.Remembers("0123", open().get()));

  // Another file in its place, and a note that was damaged.
  fs::copy_file(path, path + "2");
  fs::rename(path + "2", path);
  EXPECT_FALSE(directory.Remembers("0123", open().get()));
  directory.Remember("0123", open().get());
  fs::resize_file(File("0123.checked"), 8);
  EXPECT_FALSE(directory.Remembers("0123", open().get()));
}

TEST_F(PrivateDirectoryTest, DirectoryThatIsGoneKeepsNothing) {
  const PrivateDirectory directory = Open();
  fs::remove_all(folder_.path() + "/own");
  Put(directory, "a", "content");
  EXPECT_FALSE(directory.Find("a"));
  const UniqueFd fd(::open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
  directory.Remember("a", fd.get());
  EXPECT_FALSE(directory.Remembers("a", fd.get()));
}

TEST(ContentHash, OfPiecesIsThatOfTheWhole) {
  Hasher hasher;
  hasher.Add(Bytes("ab"));
  hasher.Add(Bytes(""));
  hasher.Add(Bytes("c"));
  EXPECT_EQ(hasher.Get(), HashOf(Bytes("abc")));
  EXPECT_NE(hasher.Get(), HashOf(Bytes("abd")));
  // XXH3 of nothing, 128 bits.
  EXPECT_EQ(HashOf({}).Hex(), "99aa06d3014798d86001c324468d497f");
}

TEST(MemoryFile, CannotBeChangedOnceItIsSealed) {
  auto file = MemoryFile::Create("test");
  ASSERT_TRUE(file.ok());
  const std::vector<uint8_t> zeros(size_t{4} << 20);
  ASSERT_TRUE(file->Append(Bytes("content")) && file->Append(zeros));
  auto fd = std::move(*file).Seal();
  ASSERT_TRUE(fd.ok());
  EXPECT_EQ(::pwrite(fd->get(), "x", 1, 0), -1);
  EXPECT_NE(::ftruncate(fd->get(), 1), 0);
  EXPECT_NE(::ftruncate(fd->get(), 100 << 20), 0);
  EXPECT_EQ(::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd->get(), 0), MAP_FAILED);
  struct stat st = {};
  ASSERT_EQ(::fstat(fd->get(), &st), 0);
  EXPECT_EQ(st.st_size, static_cast<off_t>(zeros.size() + 7));
  EXPECT_LT(st.st_blocks * 512, 64 << 10);
  void* mapped = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd->get(), 0);
  ASSERT_NE(mapped, MAP_FAILED);
  *static_cast<char*>(mapped) = 'C';
  EXPECT_EQ(Read(*fd).substr(0, 7), "content");
  ::munmap(mapped, 4096);
}

}  // namespace
}  // namespace goru::support
