#include <gtest/gtest.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <thread>

#include "goru/kv.hpp"

namespace goru {
namespace {

/// A folder of its own, gone with the test.
class Folder {
 public:
  Folder() {
    std::string name = testing::TempDir() + "goru-kv-XXXXXX";
    path_ = ::mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string File(const std::string& name = "store.db") const { return path_ + "/" + name; }

 private:
  std::string path_;
};

KVStore MustOpen(const std::string& path, const KVLimits& limits = {}) {
  auto store = KVStore::Open(path, limits);
  if (!store) {
    ADD_FAILURE() << store.error().message;
    std::abort();
  }
  return std::move(*store);
}

std::string MustGet(const KVStore& store, std::string_view key) {
  const auto value = store.Get(key);
  if (!value) return "error: " + value.error().message;
  return *value ? **value : "nothing";
}

/// The same tests for both places that a store can be in.
class KVStoreTest : public testing::TestWithParam<bool> {
 protected:
  KVStore Make(const KVLimits& limits = {}) {
    return GetParam() ? MustOpen(folder_.File(), limits) : KVStore::InMemory(limits);
  }
  Folder folder_;
};
INSTANTIATE_TEST_SUITE_P(Places, KVStoreTest, testing::Values(false, true),
                         [](const auto& p) { return p.param ? "File" : "Memory"; });

TEST_P(KVStoreTest, KeepsTextByteForByte) {
  KVStore store = Make();
  const std::vector<std::string> values = {R"(1)",     R"(123456789012345678901234567890)",
                                           R"(1.50)",  R"({"b":1,"a":[null,true,"\u0000"]})",
                                           R"("ä😀")", "  [1 , 2]"};
  for (const auto& value : values) {
    ASSERT_TRUE(store.Set("key", value).ok()) << value;
    EXPECT_EQ(MustGet(store, "key"), value);
  }
  EXPECT_EQ(MustGet(store, "other"), "nothing");
}

TEST_P(KVStoreTest, KeysAreBytesAndSorted) {
  KVStore store = Make();
  const std::vector<std::string> keys = {std::string("a\0b", 3), "a", "b", "é", "a b"};
  for (const auto& key : keys) ASSERT_TRUE(store.Set(key, "1").ok());
  EXPECT_EQ(*store.Keys(), (std::vector<std::string>{"a", std::string("a\0b", 3), "a b", "b", "é"}));
  EXPECT_TRUE(*store.Delete("a"));
  EXPECT_FALSE(*store.Delete("a"));
  EXPECT_EQ(store.Keys()->size(), 4U);
}

TEST_P(KVStoreTest, RefusesWhatIsNotAKeyOrNotJson) {
  KVStore store = Make();
  EXPECT_EQ(store.Set("", "1").error().kind, ErrorKind::kInvalidArgument);
  EXPECT_EQ(store.Set("\xFF", "1").error().kind, ErrorKind::kInvalidArgument);
  EXPECT_EQ(store.Set(std::string(257, 'k'), "1").error().kind, ErrorKind::kInvalidArgument);
  EXPECT_TRUE(store.Set(std::string(256, 'k'), "1").ok());
  for (const char* text : {"", "NaN", "{", "1 2", "'a'", "[1,]", "\"\xFF\""}) {
    EXPECT_EQ(store.Set("key", text).error().kind, ErrorKind::kInvalidArgument) << text;
  }
  EXPECT_FALSE(store.Set("key", std::string(5000, '[') + std::string(5000, ']')).ok());
  EXPECT_EQ(MustGet(store, "key"), "nothing");
}

TEST_P(KVStoreTest, AFullStoreKeepsWhatItHas) {
  KVStore store = Make({.value_bytes = 100, .entries = 3, .total_bytes = 210});
  const std::string big = '"' + std::string(98, 'x') + '"';
  EXPECT_EQ(store.Set("v", '"' + std::string(99, 'x') + '"').error().kind, ErrorKind::kInvalidArgument);
  ASSERT_TRUE(store.Set("a", big).ok());
  ASSERT_TRUE(store.Set("b", big).ok());
  const auto full = store.Set("c", big);
  EXPECT_EQ(full.error().kind, ErrorKind::kUnavailable);
  EXPECT_NE(full.error().message.find("210 bytes"), std::string::npos) << full.error().message;
  EXPECT_EQ(MustGet(store, "c"), "nothing");
  EXPECT_EQ(MustGet(store, "a"), big);
  // Replacing a value counts only the difference.
  ASSERT_TRUE(store.Set("a", "1").ok());
  ASSERT_TRUE(store.Set("c", "2").ok());
  EXPECT_EQ(store.Set("d", "3").error().kind, ErrorKind::kUnavailable);
  ASSERT_TRUE(*store.Delete("b"));
  EXPECT_TRUE(store.Set("d", "3").ok());
}

TEST_P(KVStoreTest, ThreadsShareIt) {
  KVStore store = Make({.entries = 400});
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([copy = store, t]() mutable {
      for (int i = 0; i < 50; ++i) {
        EXPECT_TRUE(copy.Set("key" + std::to_string(t * 100 + i), std::to_string(i)).ok());
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(store.Keys()->size(), 200U);
}

TEST(KVFile, OutlivesItsHandleAndIsPrivate) {
  const Folder folder;
  {
    KVStore store = MustOpen(folder.File());
    ASSERT_TRUE(store.Set("a", "[1,2]").ok());
  }
  EXPECT_EQ(MustGet(MustOpen(folder.File()), "a"), "[1,2]");
  struct stat status = {};
  ASSERT_EQ(::stat(folder.File().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
}

TEST(KVFile, LimitsHoldAcrossHandles) {
  const Folder folder;
  KVStore one = MustOpen(folder.File(), {.entries = 2});
  KVStore two = MustOpen(folder.File(), {.entries = 2});
  ASSERT_TRUE(one.Set("a", "1").ok());
  ASSERT_TRUE(two.Set("b", "1").ok());
  EXPECT_FALSE(one.Set("c", "1").ok());
  ASSERT_TRUE(one.Set("b", "2").ok());
  EXPECT_EQ(MustGet(two, "b"), "2");
}

TEST(KVFile, RefusesOtherFiles) {
  const Folder folder;
  std::ofstream(folder.File("text")) << "not a database, but long enough that SQLite looks at its header and says so";
  const auto text = KVStore::Open(folder.File("text"));
  ASSERT_FALSE(text.ok());
  EXPECT_NE(text.error().message.find("--kv-file"), std::string::npos) << text.error().message;

  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open(folder.File("other").c_str(), &other), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(other, "CREATE TABLE t (x)", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(other);
  const auto database = KVStore::Open(folder.File("other"));
  ASSERT_FALSE(database.ok());
  EXPECT_NE(database.error().message.find("another program"), std::string::npos) << database.error().message;

  EXPECT_FALSE(KVStore::Open(folder.File("no/such/folder")).ok());
  EXPECT_FALSE(KVStore::Open(testing::TempDir()).ok());
}

/// Sets keys of its own as fast as it can and says after each one that it is done.
[[noreturn]] void WriteUntilKilled(const std::string& path, size_t process, int told) {
  // Whatever becomes of the test.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  auto store = KVStore::Open(path, {.entries = 1'000'000, .total_bytes = size_t{1} << 30});
  if (!store) ::_exit(1);
  for (uint32_t i = 0;; ++i) {
    const std::string key = std::to_string(process) + ":" + std::to_string(i % 300);
    if (!store->Set(key, std::to_string(i))) ::_exit(2);
    if (::write(told, &i, sizeof i) != sizeof i) ::_exit(3);
  }
}

TEST(KVFile, LosesNothingToSigkillUnderConcurrentProcesses) {
  const Folder folder;
  constexpr size_t kProcesses = 3;
  for (int round = 0; round < 3; ++round) {
    std::vector<pid_t> children;
    std::vector<int> ends;
    for (size_t process = 0; process < kProcesses; ++process) {
      std::array<int, 2> pipe = {};
      ASSERT_EQ(::pipe(pipe.data()), 0);
      const pid_t child = ::fork();
      ASSERT_GE(child, 0);
      if (child == 0) WriteUntilKilled(folder.File(), process, pipe[1]);
      ::close(pipe[1]);
      children.push_back(child);
      ends.push_back(pipe[0]);
    }
    std::vector<std::optional<uint32_t>> last(kProcesses);
    // All of them have written, then all die in the middle of it.
    for (size_t process = 0; process < kProcesses; ++process) {
      uint32_t i = 0;
      while (!last[process] || *last[process] < 50) {
        ASSERT_EQ(::read(ends[process], &i, sizeof i), static_cast<ssize_t>(sizeof i));
        last[process] = i;
      }
    }
    for (const pid_t child : children) ::kill(child, SIGKILL);
    for (size_t process = 0; process < kProcesses; ++process) {
      int status = 0;
      ::waitpid(children[process], &status, 0);
      EXPECT_TRUE(WIFSIGNALED(status)) << WEXITSTATUS(status);
      uint32_t i = 0;
      while (::read(ends[process], &i, sizeof i) == static_cast<ssize_t>(sizeof i)) last[process] = i;
      ::close(ends[process]);
    }
    const KVStore store = MustOpen(folder.File());
    for (size_t process = 0; process < kProcesses; ++process) {
      const std::string key = std::to_string(process) + ":" + std::to_string(*last[process] % 300);
      const std::string value = MustGet(store, key);
      // What was acknowledged is there; the next change may have been made and not yet been told.
      EXPECT_TRUE(value == std::to_string(*last[process])) << key << " is " << value << ", not " << *last[process];
    }
  }
}

}  // namespace
}  // namespace goru
