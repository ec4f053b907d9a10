#include "wasi/files/memory_tree.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace goru::wasi {
namespace {

std::span<const uint8_t> Bytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

class MemoryTreeTest : public testing::Test {
 protected:
  static constexpr uint64_t kBytes = uint64_t{1} << 20;

  std::unique_ptr<File> Open(const std::string& path, OpenHow how = {.read = true, .write = true, .create = true}) {
    std::unique_ptr<File> file;
    EXPECT_EQ(tree_.Open(path, how, file, nullptr), kSuccess) << path;
    return file;
  }
  Errno TryOpen(const std::string& path, const OpenHow& how) {
    std::unique_ptr<File> file;
    return tree_.Open(path, how, file, nullptr);
  }
  static Errno Write(File& file, uint64_t offset, std::string_view text, bool append = false) {
    size_t count = 0;
    const Errno error = file.Write(offset, append, Bytes(text), count, nullptr);
    if (error == kSuccess) {
      EXPECT_EQ(count, text.size());
    }
    return error;
  }
  static std::string ReadFrom(File& file, uint64_t offset, size_t size) {
    std::string text(size, '?');
    size_t count = 0;
    EXPECT_EQ(file.Read(offset, {reinterpret_cast<uint8_t*>(text.data()), size}, count, nullptr), kSuccess);
    text.resize(count);
    return text;
  }
  static std::vector<std::string> Names(File& folder) {
    std::vector<std::string> out;
    for (uint64_t cookie = 0;;) {
      std::vector<DirectoryName> names;
      EXPECT_EQ(folder.ReadNames(cookie, names, nullptr), kSuccess);
      if (names.empty()) return out;
      EXPECT_LE(names.size(), File::kNamesAtOnce);
      for (const DirectoryName& name : names) out.push_back(name.name);
      cookie = names.back().next;
    }
  }

  MemoryTree tree_{{.bytes = kBytes, .entries = 300, .depth = 8}};
};

TEST_F(MemoryTreeTest, KeepsWhatIsWritten) {
  const auto file = Open("a");
  EXPECT_EQ(Write(*file, 0, "hello"), kSuccess);
  EXPECT_EQ(Write(*file, 3, "p!"), kSuccess);
  EXPECT_EQ(Write(*file, 0, " and more", true), kSuccess);
  EXPECT_EQ(ReadFrom(*file, 0, 100), "help! and more");
  EXPECT_EQ(ReadFrom(*file, 100, 5), "");
  // A hole reads as zeros, and counts.
  EXPECT_EQ(Write(*file, 200'000, "x"), kSuccess);
  EXPECT_EQ(ReadFrom(*file, 199'999, 5), std::string("\0x", 2));
  EXPECT_EQ(tree_.used(), 200'001U);
  // What was cut off is gone, also where the file grows again.
  EXPECT_EQ(file->SetSize(3, nullptr), kSuccess);
  EXPECT_EQ(file->SetSize(6, nullptr), kSuccess);
  EXPECT_EQ(ReadFrom(*file, 0, 100), std::string("hel\0\0\0", 6));
  EXPECT_EQ(tree_.used(), 6U);
}

TEST_F(MemoryTreeTest, AgreesWithAPlainString) {
  const auto file = Open("a");
  std::string expected;
  std::mt19937 random(7);
  for (int step = 0; step < 2000; ++step) {
    const size_t offset = random() % 300'000;
    if (random() % 8 == 0) {
      ASSERT_EQ(file->SetSize(offset, nullptr), kSuccess);
      expected.resize(offset);
    } else if (random() % 3 == 0) {
      ASSERT_EQ(ReadFrom(*file, offset, 5000), offset < expected.size() ? expected.substr(offset, 5000) : "");
    } else {
      const std::string text(random() % 5000 + 1, static_cast<char>('a' + random() % 26));
      ASSERT_EQ(Write(*file, offset, text), kSuccess);
      if (expected.size() < offset + text.size()) expected.resize(offset + text.size());
      expected.replace(offset, text.size(), text);
    }
    ASSERT_EQ(tree_.used(), expected.size());
  }
}

TEST_F(MemoryTreeTest, TheQuotaIsByteAccurate) {
  const auto file = Open("a");
  EXPECT_EQ(file->SetSize(kBytes, nullptr), kSuccess);
  EXPECT_EQ(file->SetSize(kBytes + 1, nullptr), kEnospc);
  EXPECT_EQ(Write(*file, 0, "x", true), kEnospc);
  EXPECT_EQ(Write(*file, kBytes - 1, "x"), kSuccess);
  EXPECT_EQ(Write(*file, uint64_t{1} << 61, "x"), kEnospc);
  EXPECT_EQ(tree_.used(), kBytes);
  // Empty files still fit, and room comes back: at once without a name that is open, else with the last that has it.
  const auto other = Open("b");
  EXPECT_EQ(Write(*other, 0, "x"), kEnospc);
  EXPECT_EQ(file->SetSize(kBytes - 1, nullptr), kSuccess);
  EXPECT_EQ(Write(*other, 0, "x"), kSuccess);
}

TEST_F(MemoryTreeTest, RemovedFilesLiveWhileTheyAreOpen) {
  auto file = Open("a");
  EXPECT_EQ(Write(*file, 0, "hello"), kSuccess);
  auto again = Open("a");
  EXPECT_EQ(tree_.Unlink("a", nullptr), kSuccess);
  EXPECT_EQ(TryOpen("a", {.read = true}), kEnoent);
  EXPECT_EQ(ReadFrom(*file, 0, 10), "hello");
  Filestat stat = {};
  EXPECT_EQ(file->Stat(stat, nullptr), kSuccess);
  EXPECT_EQ(stat.links, 0U);
  file.reset();
  EXPECT_EQ(tree_.used(), 5U);
  again.reset();
  EXPECT_EQ(tree_.used(), 0U);
}

TEST_F(MemoryTreeTest, RefusesWhatAnyTreeRefuses) {
  (void)Open("file");
  EXPECT_EQ(tree_.MakeDirectory("folder", nullptr), kSuccess);
  (void)Open("folder/in");
  EXPECT_EQ(tree_.MakeDirectory("folder", nullptr), kEexist);
  EXPECT_EQ(tree_.MakeDirectory("absent/x", nullptr), kEnoent);
  EXPECT_EQ(tree_.MakeDirectory("file/x", nullptr), kEnotdir);
  EXPECT_EQ(TryOpen("file", {.write = true, .create = true, .exclusive = true}), kEexist);
  EXPECT_EQ(TryOpen("file", {.read = true, .must_be_directory = true}), kEnotdir);
  EXPECT_EQ(TryOpen("folder", {.write = true}), kEisdir);
  EXPECT_EQ(TryOpen("file/x", {.write = true, .create = true}), kEnotdir);
  EXPECT_EQ(tree_.Unlink("folder", nullptr), kEisdir);
  EXPECT_EQ(tree_.RemoveDirectory("file", nullptr), kEnotdir);
  EXPECT_EQ(tree_.RemoveDirectory("folder", nullptr), kEnotempty);
  EXPECT_EQ(tree_.RemoveDirectory("", nullptr), kEbusy);
  EXPECT_EQ(TryOpen(std::string(256, 'x'), {.write = true, .create = true}), kEnametoolong);
  std::string deep = "d";
  Errno error = kSuccess;
  for (int i = 0; i < 20 && error == kSuccess; ++i, deep += "/d") error = tree_.MakeDirectory(deep, nullptr);
  EXPECT_EQ(error, kEnametoolong);
}

TEST_F(MemoryTreeTest, PathsAreBounded) {
  MemoryTree tree({.bytes = 100, .entries = 100, .depth = 100, .path = 20});
  const auto make = [&](const std::string& path) { return tree.MakeDirectory(path, nullptr); };
  EXPECT_EQ(make(std::string(20, 'x')), kSuccess);
  EXPECT_EQ(make(std::string(21, 'x')), kEnametoolong);
  EXPECT_EQ(make("a"), kSuccess);
  EXPECT_EQ(make("a/" + std::string(18, 'b')), kSuccess);
  EXPECT_EQ(make("a/" + std::string(19, 'b')), kEnametoolong);
  // A longer name above, or another place, would make what is below too long.
  EXPECT_EQ(tree.Rename("a", "aa", nullptr), kEnametoolong);
  EXPECT_EQ(make("c"), kSuccess);
  EXPECT_EQ(tree.Rename("a", "c/a", nullptr), kEnametoolong);
  EXPECT_EQ(tree.Rename("a/" + std::string(18, 'b'), "a/b", nullptr), kSuccess);
  EXPECT_EQ(tree.Rename("a", "c/a", nullptr), kSuccess);
  EXPECT_EQ(make("c/a/b/" + std::string(14, 'd')), kSuccess);
  EXPECT_EQ(make("c/a/b/" + std::string(15, 'd')), kEnametoolong);
  // And shorter again.
  EXPECT_EQ(tree.Rename("c/a", "a", nullptr), kSuccess);
  EXPECT_EQ(make("a/b/" + std::string(16, 'd')), kSuccess);
  std::vector<MemoryTree::Listed> all;
  EXPECT_EQ(tree.ListAll("", all), kSuccess);
  for (const MemoryTree::Listed& item : all) EXPECT_LE(item.path.size(), 20U);
}

TEST_F(MemoryTreeTest, Renames) {
  EXPECT_EQ(Write(*Open("a"), 0, "a"), kSuccess);
  EXPECT_EQ(Write(*Open("b"), 0, "bb"), kSuccess);
  EXPECT_EQ(tree_.MakeDirectory("d", nullptr), kSuccess);
  EXPECT_EQ(tree_.MakeDirectory("d/e", nullptr), kSuccess);
  EXPECT_EQ(tree_.Rename("a", "b", nullptr), kSuccess);
  EXPECT_EQ(tree_.used(), 1U);
  EXPECT_EQ(tree_.Rename("b", "d/e/c", nullptr), kSuccess);
  EXPECT_EQ(ReadFrom(*Open("d/e/c", {.read = true}), 0, 9), "a");
  EXPECT_EQ(tree_.Rename("d", "d/e/f", nullptr), kEinval);
  EXPECT_EQ(tree_.Rename("d", "d/e/c", nullptr), kEinval);
  (void)Open("f");
  EXPECT_EQ(tree_.Rename("d", "f", nullptr), kEnotdir);
  EXPECT_EQ(tree_.Rename("d/e/c", "d", nullptr), kEisdir);
  EXPECT_EQ(tree_.Rename("absent", "x", nullptr), kEnoent);
  EXPECT_EQ(tree_.Rename("", "x", nullptr), kEbusy);
  EXPECT_EQ(tree_.Rename("d/e", "e", nullptr), kSuccess);
  EXPECT_EQ(ReadFrom(*Open("e/c", {.read = true}), 0, 9), "a");
  // Nothing gets deeper than it may by being moved there.
  std::string deep = "d";
  for (int i = 0; i < 5; ++i) EXPECT_EQ(tree_.MakeDirectory(deep += "/x", nullptr), kSuccess);
  EXPECT_EQ(tree_.MakeDirectory("e/sub", nullptr), kSuccess);
  EXPECT_EQ(tree_.Rename("e", deep + "/e", nullptr), kEnametoolong);
}

TEST_F(MemoryTreeTest, ListingsGoOnWhateverComesAndGoes) {
  EXPECT_EQ(tree_.MakeDirectory("d", nullptr), kSuccess);
  std::set<std::string> expected;
  for (int i = 0; i < 200; ++i) {
    expected.insert("f" + std::to_string(i));
    (void)Open("d/f" + std::to_string(i));
  }
  const auto folder = Open("d", {.read = true});
  const std::vector<std::string> names = Names(*folder);
  EXPECT_EQ(std::set<std::string>(names.begin(), names.end()), expected);
  // Removing what was listed hides nothing of the rest, as shutil.rmtree needs it.
  size_t removed = 0;
  for (uint64_t cookie = 0;;) {
    std::vector<DirectoryName> some;
    EXPECT_EQ(folder->ReadNames(cookie, some, nullptr), kSuccess);
    if (some.empty()) break;
    cookie = some.back().next;
    for (const DirectoryName& name : some) {
      EXPECT_EQ(tree_.Unlink("d/" + name.name, nullptr), kSuccess);
      ++removed;
    }
  }
  EXPECT_EQ(removed, 200U);
  EXPECT_EQ(tree_.RemoveDirectory("d", nullptr), kSuccess);
}

TEST_F(MemoryTreeTest, HasSoManyEntriesAndNoMore) {
  Errno error = kSuccess;
  int made = 0;
  for (; error == kSuccess && made < 1000; ++made) {
    error = TryOpen("f" + std::to_string(made), {.write = true, .create = true});
  }
  EXPECT_EQ(error, kEnospc);
  EXPECT_LE(made, 300);
  EXPECT_EQ(tree_.Unlink("f0", nullptr), kSuccess);
  EXPECT_EQ(TryOpen("g", {.write = true, .create = true}), kSuccess);
}

TEST(MemoryTreeMemory, CountsInWhatAllSessionsShare) {
  const auto budget = std::make_shared<support::ByteBudget>(size_t{1} << 20, "the budget");
  {
    MemoryTree tree({.bytes = uint64_t{64} << 20}, support::HeldBytes(budget));
    std::unique_ptr<File> file;
    ASSERT_EQ(tree.Open("a", {.write = true, .create = true}, file, nullptr), kSuccess);
    EXPECT_EQ(file->SetSize(uint64_t{2} << 20, nullptr), kEnospc);
    EXPECT_EQ(file->SetSize(uint64_t{512} << 10, nullptr), kSuccess);
    EXPECT_GE(budget->used(), size_t{512} << 10);
  }
  EXPECT_EQ(budget->used(), 0U);
}

TEST_F(MemoryTreeTest, TheHostReplacesWholeFiles) {
  EXPECT_EQ(tree_.Replace("a", Bytes("one")), kSuccess);
  const uint64_t step = tree_.step();
  const std::string large(kBytes, 'x');
  EXPECT_EQ(tree_.Replace("a", Bytes(large)), kSuccess);
  EXPECT_EQ(tree_.Replace("b", Bytes("y")), kEnospc);
  EXPECT_GT(tree_.step(), step);
  std::vector<uint8_t> bytes;
  EXPECT_EQ(tree_.ReadAll("a", kBytes - 1, bytes), kEfbig);
  EXPECT_EQ(tree_.ReadAll("a", kBytes, bytes), kSuccess);
  EXPECT_TRUE(std::equal(bytes.begin(), bytes.end(), large.begin(), large.end()));
  std::vector<MemoryTree::Listed> all;
  EXPECT_EQ(tree_.ListAll("", all), kSuccess);
  ASSERT_EQ(all.size(), 1U);
  EXPECT_GT(all[0].changed, step);
  EXPECT_LE(all[0].made, step);
}

}  // namespace
}  // namespace goru::wasi
