#include "host/fs/write.hpp"

#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <atomic>
#include <thread>

#include "fs_test.hpp"

namespace goru::host::fs {
namespace {

using test::FsTest;
using test::Get;
using test::json;
using test::Put;
using test::Way;

class FsWriteTest : public FsTest {
 protected:
  explicit FsWriteTest(Way way = Way::kFs) : FsTest(way) {
    for (const char* name : {"ro", "rw", "rwc"}) Put(host() / name / "old", "old");
    Mount("/ro", host() / "ro", MountReadOnly);
    Mount("/rw", host() / "rw", MountReadWrite);
    Mount("/rwc", host() / "rwc", MountReadWriteCreate);
  }

  /// What has been left behind.
  size_t Entries(const std::filesystem::path& directory) const {
    return static_cast<size_t>(std::distance(std::filesystem::directory_iterator(directory), {}));
  }
};

// NOLINTNEXTLINE(misc-multiple-inheritance): as GoogleTest has it
class FsWriteWaysTest : public FsWriteTest, public testing::WithParamInterface<Way> {
 protected:
  FsWriteWaysTest() : FsWriteTest(GetParam()) {}
};
INSTANTIATE_TEST_SUITE_P(Ways, FsWriteWaysTest, test::EveryWay(), test::WayName);

TEST_P(FsWriteWaysTest, ModesAllowWhatTheySay) {
  for (const char* method : {"write", "append"}) {
    for (const char* path : {"/ro/old", "/ro/new"}) {
      const std::string message = Fails(method, {{"path", path}, {"data", "x"}}, "PermissionError", "EACCES");
      ExpectTells(message, "MountReadWrite");
      ExpectTells(message, "--mount /ro:HOST:rw");
    }
    const std::string message = Fails(method, {{"path", "/rw/new"}, {"data", "x"}}, "PermissionError", "EACCES");
    ExpectTells(message, "MountReadWriteCreate");
    ExpectTells(message, "--mount /rw:HOST:rwc");
  }
  EXPECT_EQ(Must("write", {{"path", "/rw/old"}, {"data", "new"}}), nullptr);
  EXPECT_EQ(Must("write", {{"path", "/rwc/old"}, {"data", "new"}}), nullptr);
  EXPECT_EQ(Must("write", {{"path", "/rwc/made"}, {"data", "new"}}), nullptr);
  EXPECT_EQ(Must("append", {{"path", "/rw/old"}, {"data", "er"}}), nullptr);
  EXPECT_EQ(Must("append", {{"path", "/rwc/log"}, {"data", "1"}}), nullptr);
  EXPECT_EQ(Must("append", {{"path", "/rwc/log"}, {"data", "2"}}), nullptr);
  EXPECT_EQ(Get(host() / "ro" / "old"), "old");
  EXPECT_EQ(Get(host() / "rw" / "old"), "newer");
  EXPECT_EQ(Get(host() / "rwc" / "old"), "new");
  EXPECT_EQ(Get(host() / "rwc" / "made"), "new");
  EXPECT_EQ(Get(host() / "rwc" / "log"), "12");
  EXPECT_EQ(Entries(host() / "ro"), 1U);
  EXPECT_EQ(Entries(host() / "rw"), 1U);
  EXPECT_EQ(Entries(host() / "rwc"), 3U);
}

TEST_P(FsWriteWaysTest, BytesComeBackAsTheyWere) {
  std::string bytes;
  for (int i = 0; i < 3 << 20; ++i) bytes += static_cast<char>(i * 7 + i / 251);
  Must("write", {{"path", "/rwc/bytes"}, {"data", ToWire(bytes)}});
  EXPECT_EQ(Get(host() / "rwc" / "bytes"), bytes);
  EXPECT_EQ(Read("/rwc/bytes"), bytes);
  Must("append", {{"path", "/rwc/bytes"}, {"data", ToWire(bytes)}});
  EXPECT_EQ(Get(host() / "rwc" / "bytes"), bytes + bytes);
  Must("write", {{"path", "/rwc/bytes"}, {"data", ""}});
  EXPECT_EQ(Get(host() / "rwc" / "bytes"), "");
}

TEST_F(FsWriteTest, DataMustBeBytes) {
  for (const json& data :
       {json(), json(1), json::array(), json::object(), json::array({1, 2}), json{{"base64", "eA=="}}}) {
    Fails("write", {{"path", "/rwc/x"}, {"data", data}}, "TypeError", "");
    Fails("append", {{"path", "/rwc/x"}, {"data", data}}, "TypeError", "");
  }
  Fails("write", {{"path", "/rwc/x"}}, "TypeError", "");
  EXPECT_EQ(Must("exists", {{"path", "/rwc/x"}}), false);
}

TEST_P(FsWriteWaysTest, FoldersAndMissingFolders) {
  std::filesystem::create_directory(host() / "rwc" / "folder");
  for (const char* method : {"write", "append"}) {
    Fails(method, {{"path", "/rwc/folder"}, {"data", "x"}}, "IsADirectoryError", "EISDIR");
    Fails(method, {{"path", "/rwc"}, {"data", "x"}}, "IsADirectoryError", "EISDIR");
    Fails(method, {{"path", "/"}, {"data", "x"}}, "IsADirectoryError", "EISDIR");
    FailsOutside(method, {{"path", "/elsewhere"}, {"data", "x"}});
    Fails(method, {{"path", "/rwc/none/x"}, {"data", "x"}}, "FileNotFoundError", "ENOENT");
    Fails(method, {{"path", "/rwc/old/x"}, {"data", "x"}}, "NotADirectoryError", "ENOTDIR");
  }
  EXPECT_EQ(Entries(host() / "rwc"), 2U);
}

TEST_F(FsWriteTest, LimitIsExact) {
  limits_.write_bytes = 100;
  for (const char* method : {"write", "append"}) {
    const std::string message =
        Fails(method, {{"path", "/rwc/x"}, {"data", std::string(101, 'x')}}, "OSError", "EFBIG");
    ExpectTells(message, "WithSessionFsLimits");
    ExpectTells(message, "--fs-max-write");
    EXPECT_EQ(Entries(host() / "rwc"), 1U);
  }
  Must("write", {{"path", "/rwc/x"}, {"data", std::string(100, 'x')}});
}

TEST_P(FsWriteWaysTest, PermissionBitsAreKept) {
  for (const mode_t mode : {0640U, 0755U, 0600U, 0666U}) {
    ASSERT_EQ(::chmod((host() / "rw" / "old").c_str(), mode), 0);
    Must("write", {{"path", "/rw/old"}, {"data", "x"}});
    struct stat status = {};
    ASSERT_EQ(::stat((host() / "rw" / "old").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777U, mode);
  }
  // A program that belongs to another user afterwards must not be one that runs as its owner.
  ASSERT_EQ(::chmod((host() / "rw" / "old").c_str(), 04755), 0);
  Must("write", {{"path", "/rw/old"}, {"data", "x"}});
  struct stat status = {};
  ASSERT_EQ(::stat((host() / "rw" / "old").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0755U);
}

TEST_P(FsWriteWaysTest, OwnerIsKeptWhereTheProcessMay) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root may give files away";
  ASSERT_EQ(::chown((host() / "rw" / "old").c_str(), 1234, 4321), 0);
  Must("write", {{"path", "/rw/old"}, {"data", "x"}});
  struct stat status = {};
  ASSERT_EQ(::stat((host() / "rw" / "old").c_str(), &status), 0);
  EXPECT_EQ(status.st_uid, 1234U);
  EXPECT_EQ(status.st_gid, 4321U);
}

TEST_F(FsWriteTest, ReadersSeeOldOrNewAndNothingElse) {
  constexpr size_t kSize = size_t{256} << 10;
  Put(host() / "rw" / "file", std::string(kSize, 'a'));
  (void)module();
  std::atomic<bool> done{false};
  const std::jthread writer([&] {
    for (int round = 0; round < 150; ++round) {
      Must("write", {{"path", "/rw/file"}, {"data", std::string(kSize, static_cast<char>('a' + round % 26))}});
    }
    done = true;
  });
  std::string last;
  size_t changes = 0;
  while (!done) {
    const auto content = Read("/rw/file");
    ASSERT_EQ(content.size(), kSize);
    ASSERT_EQ(content.find_first_not_of(content[0]), std::string::npos);
    changes += content != last ? 1U : 0U;
    last = content;
  }
  EXPECT_GT(changes, 1U);
}

TEST_F(FsWriteTest, WriteThatFailsLeavesTheOldFile) {
  // The file size limit of the process, which would otherwise end it with a signal.
  struct rlimit before = {};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  (void)module();
  struct rlimit small = before;
  small.rlim_cur = 1000;
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  Fails("write", {{"path", "/rwc/old"}, {"data", std::string(5000, 'x')}}, "OSError", "EFBIG");
  Fails("write", {{"path", "/rwc/new"}, {"data", std::string(5000, 'x')}}, "OSError", "EFBIG");
  Fails("append", {{"path", "/rwc/old"}, {"data", std::string(998, 'x')}}, "OSError", "EFBIG");
  Fails("append", {{"path", "/rwc/new"}, {"data", std::string(5000, 'x')}}, "OSError", "EFBIG");
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  EXPECT_EQ(Get(host() / "rwc" / "old"), "old");
  EXPECT_EQ(Entries(host() / "rwc"), 1U);
}

/// A process of its own, with a disk of 1 MiB that only it sees.
class FsFullDiskTest : public FsTest {
 protected:
  /// Exits with 0 where all is well, 77 where the system gives no such disk.
  [[noreturn]] void Run() {
    const int what = ::geteuid() == 0 ? CLONE_NEWNS : CLONE_NEWNS | CLONE_NEWUSER;
    if (::unshare(what) != 0) ::_exit(kRefused);
    if (::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) ::_exit(kRefused);
    if (::mount("tmpfs", host().c_str(), "tmpfs", 0, "size=1m") != 0) ::_exit(kRefused);
    Put(host() / "old", std::string(100'000, 'o'));
    Mount("/disk", host(), MountReadWriteCreate);
    const std::string large(2 << 20, 'x');
    Fails("write", {{"path", "/disk/old"}, {"data", large}}, "OSError", "ENOSPC");
    Fails("write", {{"path", "/disk/new"}, {"data", large}}, "OSError", "ENOSPC");
    Fails("append", {{"path", "/disk/old"}, {"data", large}}, "OSError", "ENOSPC");
    Fails("append", {{"path", "/disk/new"}, {"data", large}}, "OSError", "ENOSPC");
    EXPECT_EQ(Get(host() / "old"), std::string(100'000, 'o'));
    EXPECT_EQ(Names("/disk"), std::vector<std::string>{"old"});
    // All of the disk is free again.
    Must("write", {{"path", "/disk/new"}, {"data", std::string(800'000, 'n')}});
    ::_exit(HasFailure() ? 1 : 0);
  }
  static constexpr int kRefused = 77;
};

TEST_F(FsFullDiskTest, LeavesTheOldFile) {
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) Run();
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  if (WEXITSTATUS(status) == kRefused) GTEST_SKIP() << "the system lets this user mount nothing";
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST_P(FsWriteWaysTest, AppendsOfManyThreadsAreAllThere) {
  constexpr int kThreads = 4;
  constexpr int kRounds = 200;
  (void)module();
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&] {
        for (int round = 0; round < kRounds; ++round) Must("append", {{"path", "/rwc/log"}, {"data", "0123456789"}});
      });
    }
  }
  std::string expected;
  for (int i = 0; i < kThreads * kRounds; ++i) expected += "0123456789";
  EXPECT_EQ(Get(host() / "rwc" / "log"), expected);
}

TEST_F(FsWriteTest, RunThatHasEndedChangesNothing) {
  (void)module();
  stop_.request_stop();
  const std::vector<std::pair<std::string, json>> calls = {{"write", {{"path", "/rwc/old"}, {"data", "x"}}},
                                                           {"write", {{"path", "/rwc/new"}, {"data", "x"}}},
                                                           {"append", {{"path", "/rwc/old"}, {"data", "x"}}},
                                                           {"append", {{"path", "/rwc/new"}, {"data", "x"}}},
                                                           {"mkdir", {{"path", "/rwc/new"}}},
                                                           {"mkdir", {{"path", "/rwc/a/b"}, {"parents", true}}},
                                                           {"remove", {{"path", "/rwc/old"}}},
                                                           {"rename", {{"from", "/rwc/old"}, {"to", "/rwc/new"}}}};
  for (const auto& [method, args] : calls) EXPECT_EQ(Call(method, args).value[1], "the run has ended") << method;
  EXPECT_EQ(Get(host() / "rwc" / "old"), "old");
  EXPECT_EQ(Entries(host() / "rwc"), 1U);
}

TEST_F(FsWriteTest, QuotaHoldsForAllThatIsWritten) {
  limits_.total_write_bytes = 20'000;
  Must("write", {{"path", "/rwc/old"}, {"data", std::string(3'000, 'x')}});   // 3,000
  Must("write", {{"path", "/rwc/new"}, {"data", "x"}});                       // 7,096
  Must("mkdir", {{"path", "/rwc/folder"}});                                   // 11,192
  Must("append", {{"path", "/rwc/log"}, {"data", std::string(5'000, 'x')}});  // 16,192
  Must("append", {{"path", "/rwc/log"}, {"data", std::string(500, 'x')}});    // 16,692
  for (const auto& [method, args] :
       std::vector<std::pair<std::string, json>>{{"write", {{"path", "/rwc/old"}, {"data", std::string(3'309, 'y')}}},
                                                 {"write", {{"path", "/rwc/newer"}, {"data", "x"}}},
                                                 {"mkdir", {{"path", "/rwc/folders"}}},
                                                 {"mkdir", {{"path", "/rwc/a/b/c"}, {"parents", true}}},
                                                 {"append", {{"path", "/rwc/old"}, {"data", std::string(3'309, 'y')}}},
                                                 {"append", {{"path", "/rwc/logs"}, {"data", "x"}}}}) {
    const std::string message = Fails(method, args, "OSError", "EDQUOT");
    ExpectTells(message, "WithSessionFsLimits");
    ExpectTells(message, "--fs-max-total-write");
  }
  EXPECT_EQ(Get(host() / "rwc" / "old"), std::string(3'000, 'x'));
  EXPECT_EQ(Entries(host() / "rwc"), 4U);
  Must("write", {{"path", "/rwc/old"}, {"data", std::string(3'308, 'y')}});
  Fails("append", {{"path", "/rwc/old"}, {"data", "z"}}, "OSError", "EDQUOT");
}

TEST_P(FsWriteWaysTest, QuotaIsNotExceededByManyThreads) {
  limits_.total_write_bytes = 100;
  (void)module();
  std::atomic<int> written{0};
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 4; ++thread) {
      threads.emplace_back([&] {
        for (int round = 0; round < 100; ++round) {
          if (Call("append", {{"path", "/rwc/old"}, {"data", "x"}}).ok) ++written;
        }
      });
    }
  }
  EXPECT_EQ(written, 100);
  EXPECT_EQ(Get(host() / "rwc" / "old").size(), 103U);
}

}  // namespace
}  // namespace goru::host::fs
