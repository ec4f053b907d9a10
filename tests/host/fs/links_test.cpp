#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <set>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include "fs_test.hpp"

namespace goru::host::fs {
namespace {

using test::Content;
using test::FsTest;
using test::Get;
using test::json;
using test::Put;
using test::Reply;
using test::Way;

/// Symbolic links of the host in a mount that may change everything.
class FsLinksTest : public FsTest {
 protected:
  explicit FsLinksTest(Way way) : FsTest(way) {
    Put(host() / "folder" / "file", "inside");
    Put(outside() / "file", "secret");
    Mount("/m", host(), MountReadWriteCreate);
  }
  void Link(const std::filesystem::path& target, const std::string& name) const {
    std::filesystem::create_symlink(target, host() / name);
  }
  void ExpectOutsideUntouched() const {
    EXPECT_EQ(Get(outside() / "file"), "secret");
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(outside())) {
      names.insert(entry.path().filename().string());
    }
    EXPECT_EQ(names, std::set<std::string>{"file"});
  }
};

// NOLINTNEXTLINE(misc-multiple-inheritance): as GoogleTest has it
class FsLinksWaysTest : public FsLinksTest, public testing::WithParamInterface<Way> {
 protected:
  FsLinksWaysTest() : FsLinksTest(GetParam()) {}
};
INSTANTIATE_TEST_SUITE_P(Ways, FsLinksWaysTest, test::EveryWay(), test::WayName);

TEST_P(FsLinksWaysTest, ThatStayInsideWork) {
  Link("folder", "to_folder");
  Link("folder/file", "to_file");
  Link("to_file", "to_link");
  std::filesystem::create_symlink("../folder/../folder/file", host() / "folder" / "roundabout");
  for (const char* path : {"/m/to_folder/file", "/m/to_file", "/m/to_link", "/m/folder/roundabout"}) {
    EXPECT_EQ(Read(path), "inside") << path;
    EXPECT_EQ(Must("stat", {{"path", path}})["size"], 6) << path;
  }
  EXPECT_EQ(Must("list", {{"path", "/m/to_folder"}}).size(), 2U);
  Must("write", {{"path", "/m/to_link"}, {"data", "written"}});
  EXPECT_EQ(Get(host() / "folder" / "file"), "written");
  Must("append", {{"path", "/m/folder/roundabout"}, {"data", " more"}});
  EXPECT_EQ(Get(host() / "folder" / "file"), "written more");
  EXPECT_TRUE(std::filesystem::is_symlink(host() / "to_link"));
  EXPECT_TRUE(std::filesystem::is_symlink(host() / "folder" / "roundabout"));
  Must("write", {{"path", "/m/to_folder/new"}, {"data", "new"}});
  EXPECT_EQ(Get(host() / "folder" / "new"), "new");
}

TEST_P(FsLinksWaysTest, ThatLeadOutAreRefused) {
  Link(outside(), "absolute");
  Link("../outside", "relative");
  Link("folder/../../outside", "roundabout");
  Link("relative", "through_another");
  // Absolute ones are refused wherever they lead.
  Link(host() / "folder", "absolute_inside");
  for (const char* name : {"absolute", "relative", "roundabout", "through_another", "absolute_inside"}) {
    const std::string link = std::string("/m/") + name;
    for (const std::string& path : {link, link + "/file", link + "/none"}) {
      for (const char* method : {"read", "list", "stat"}) {
        ExpectTells(Fails(method, {{"path", path}}, "PermissionError", "EACCES"), "leads out");
      }
      Fails("write", {{"path", path}, {"data", "x"}}, "PermissionError", "EACCES");
      Fails("append", {{"path", path}, {"data", "x"}}, "PermissionError", "EACCES");
      EXPECT_EQ(Must("exists", {{"path", path}}), false);
      Fails("mkdir", {{"path", path}, {"parents", true}, {"exist_ok", true}}, "PermissionError", "EACCES");
      Fails("mkdir", {{"path", path + "/x/y"}, {"parents", true}}, "PermissionError", "EACCES");
    }
    Fails("remove", {{"path", link + "/file"}}, "PermissionError", "EACCES");
    Fails("rename", {{"from", link + "/file"}, {"to", "/m/stolen"}}, "PermissionError", "EACCES");
    Fails("rename", {{"from", "/m/folder/file"}, {"to", link + "/file"}}, "PermissionError", "EACCES");
  }
  ExpectOutsideUntouched();
  EXPECT_EQ(Get(host() / "folder" / "file"), "inside");
}

TEST_P(FsLinksWaysTest, RenamedFoldersDoNotOpenAWay) {
  // Inside as long as it lies two folders deep.
  std::filesystem::create_directories(host() / "a" / "b");
  std::filesystem::create_symlink("../../outside", host() / "a" / "b" / "link");
  std::filesystem::create_directory(host() / "outside");
  Put(host() / "outside" / "file", "inside");
  EXPECT_EQ(Read("/m/a/b/link/file"), "inside");
  Must("rename", {{"from", "/m/a/b"}, {"to", "/m/b"}});
  Fails("read", {{"path", "/m/b/link/file"}}, "PermissionError", "EACCES");
  Fails("write", {{"path", "/m/b/link/file"}, {"data", "x"}}, "PermissionError", "EACCES");
  Must("rename", {{"from", "/m/b/link"}, {"to", "/m/link"}});
  Fails("list", {{"path", "/m/link"}}, "PermissionError", "EACCES");
  ExpectOutsideUntouched();
}

TEST_P(FsLinksWaysTest, LoopsAndChains) {
  Link("loop", "loop");
  Link("pong", "ping");
  Link("ping", "pong");
  Link("folder/file", "0");
  for (int i = 1; i <= 50; ++i) Link(std::to_string(i - 1), std::to_string(i));
  for (const char* name : {"loop", "ping", "50"}) {
    const std::string path = std::string("/m/") + name;
    Fails("read", {{"path", path}}, "OSError", "ELOOP");
    Fails("stat", {{"path", path}}, "OSError", "ELOOP");
    Fails("write", {{"path", path}, {"data", "x"}}, "OSError", "ELOOP");
    Fails("append", {{"path", path}, {"data", "x"}}, "OSError", "ELOOP");
    EXPECT_EQ(Must("exists", {{"path", path}}), false);
  }
  EXPECT_EQ(Read("/m/39"), "inside");
  Must("write", {{"path", "/m/39"}, {"data", "x"}});
  EXPECT_EQ(Get(host() / "folder" / "file"), "x");
}

TEST_P(FsLinksWaysTest, DanglingOnesMakeWhatTheyLeadTo) {
  Link("folder/made", "dangling");
  Link("none/made", "hopeless");
  Link("folder/", "folder_link");
  Link("folder/.", "folder_dot");
  Link("folder/..", "parent");
  Fails("read", {{"path", "/m/dangling"}}, "FileNotFoundError", "ENOENT");
  Must("write", {{"path", "/m/dangling"}, {"data", "made"}});
  EXPECT_EQ(Get(host() / "folder" / "made"), "made");
  EXPECT_TRUE(std::filesystem::is_symlink(host() / "dangling"));
  Fails("write", {{"path", "/m/hopeless"}, {"data", "x"}}, "FileNotFoundError", "ENOENT");
  for (const char* name : {"folder_link", "folder_dot", "parent"}) {
    Fails("write", {{"path", std::string("/m/") + name}, {"data", "x"}}, "IsADirectoryError", "EISDIR");
  }
}

TEST_P(FsLinksWaysTest, DevicesAndMagicLinks) {
  Link("/dev/zero", "zero");
  Link("/proc/self/root/etc", "magic");
  Mount("/proc", "/proc/self", MountReadWriteCreate);
  Fails("read", {{"path", "/m/zero"}}, "PermissionError", "EACCES");
  Fails("write", {{"path", "/m/zero"}, {"data", "x"}}, "PermissionError", "EACCES");
  Fails("list", {{"path", "/m/magic"}}, "PermissionError", "EACCES");
  for (const char* path : {"/proc/root", "/proc/cwd", "/proc/fd/0", "/proc/exe", "/proc/root/etc/passwd"}) {
    EXPECT_FALSE(Call("read", {{"path", path}}).ok) << path;
    EXPECT_FALSE(Call("list", {{"path", path}}).ok) << path;
    EXPECT_EQ(Must("exists", {{"path", path}}), false) << path;
  }
}

/// How one thread replaces what the guest uses.
struct Swap {
  const char* name;
  /// Of the two that change places; `first` is harmless.
  const char* first;
  const char* second;
  /// What `second` is: a link with this target.
  const char* target;
};

// NOLINTNEXTLINE(misc-multiple-inheritance): as GoogleTest has it
class FsRaceTest : public FsLinksTest, public testing::WithParamInterface<std::tuple<Way, Swap>> {
 protected:
  FsRaceTest() : FsLinksTest(std::get<Way>(GetParam())) {}
};

TEST_P(FsRaceTest, NothingOutsideIsSeenOrChanged) {
  const Swap& swap = std::get<Swap>(GetParam());
  const std::filesystem::path base = host() / "race";
  const auto make_inside = [&] {
    Put(base / "x" / "file", "inside");
    Put(base / "x" / "deep" / "file", "inside");
  };
  make_inside();
  Put(outside() / "file", "secret");
  Put(outside() / "deep" / "file", "secret");
  Put(outside() / "only_outside", "secret");
  const std::string target = std::string(swap.target) == "absolute" ? (outside() / swap.second).string() : swap.target;
  std::filesystem::create_symlink(target, base / "link");
  (void)module();

  std::atomic<bool> done{false};
  std::jthread swapper([&] {
    const std::filesystem::path first = base / swap.first;
    const std::filesystem::path second = base / "link";
    while (!done) {
      // A write that saw the file may put the new one where the link is by now: inside, as it should.
      if (!std::filesystem::is_symlink(first) && !std::filesystem::is_symlink(second)) {
        std::filesystem::remove_all(second);
        std::filesystem::create_symlink(target, second);
      }
      ::renameat2(AT_FDCWD, first.c_str(), AT_FDCWD, second.c_str(), RENAME_EXCHANGE);
    }
  });

  const std::string prefix = "/m/race/x/";
  // On a busy machine with one core the two seldom meet.
  constexpr size_t kMeetings = 20;
  size_t refused = 0;
  size_t succeeded = 0;
  const auto count = [&](const Reply& reply) {
    ++(reply.ok ? succeeded : refused);
    EXPECT_EQ(reply.value.dump().find("secret"), std::string::npos) << reply.value;
    EXPECT_EQ(reply.value.dump().find("only_outside"), std::string::npos) << reply.value;
  };
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::minutes(3);
  for (int round = 0; round < 500 || refused < kMeetings || succeeded < kMeetings; ++round) {
    if (std::chrono::steady_clock::now() > give_up) break;
    for (const char* name : {"file", "deep/file"}) {
      const json path = {{"path", prefix + name}};
      const Reply read = Call("read", path);
      count(read);
      if (read.ok) {
        // Any of the writes before may have been refused, so that appended ones follow the first content or each other.
        std::string content = Content(read);
        content.erase(content.find_last_not_of('+') + 1);
        EXPECT_TRUE(content == "inside" || content == "inside, written") << content;
      }
      count(Call("stat", path));
      json args = path;
      args["data"] = "inside, written";
      count(Call("write", args));
      args["data"] = "+";
      if (round % 8 == 0) count(Call("append", args));
    }
    count(Call("list", {{"path", "/m/race/x"}}));
    count(Call("list", {{"path", "/m/race/x/deep"}, {"links", true}}));
    EXPECT_EQ(Must("exists", {{"path", prefix + "only_outside"}}), false);
    count(Call("mkdir", {{"path", prefix + "made/below"}, {"parents", true}, {"exist_ok", true}}));
    count(Call("write", {{"path", prefix + "new"}, {"data", "new"}}));
    count(Call("rename", {{"from", prefix + "new"}, {"to", prefix + "renamed"}}));
    count(Call("remove", {{"path", prefix + "renamed"}}));
    (void)Call("remove", {{"path", prefix + "made/below"}});
    (void)Call("rename", {{"from", prefix + "only_outside"}, {"to", "/m/stolen"}});
    (void)Call("remove", {{"path", prefix + "only_outside"}});
  }
  done = true;
  swapper.join();
  // Otherwise the two never met.
  EXPECT_GE(refused, kMeetings);
  EXPECT_GE(succeeded, kMeetings);

  EXPECT_EQ(Get(outside() / "file"), "secret");
  EXPECT_EQ(Get(outside() / "deep" / "file"), "secret");
  EXPECT_EQ(Get(outside() / "only_outside"), "secret");
  EXPECT_FALSE(std::filesystem::exists(host() / "stolen"));
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(outside())) {
    names.insert(entry.path().lexically_relative(outside()).string());
  }
  EXPECT_EQ(names, (std::set<std::string>{"deep", "deep/file", "file", "only_outside"}));
}

INSTANTIATE_TEST_SUITE_P(Swaps, FsRaceTest,
                         testing::Combine(test::EveryWay(),
                                          testing::Values(Swap{"AbsoluteFolder", "x", "", "absolute"},
                                                          Swap{"RelativeFolder", "x", "", "../../outside"},
                                                          Swap{"DeepFolder", "x/deep", "", "../../../outside/deep"},
                                                          Swap{"File", "x/file", "", "../../../outside/file"},
                                                          Swap{"AbsoluteFile", "x/file", "file", "absolute"})),
                         [](const auto& given) {
                           return test::NameOf(std::get<Way>(given.param)) + std::get<Swap>(given.param).name;
                         });

TEST_P(FsLinksWaysTest, PipesThatTakeAFilesPlaceNeverBlock) {
  ASSERT_EQ(::mkfifo((host() / "pipe").c_str(), 0600), 0);
  (void)module();
  std::atomic<bool> done{false};
  std::jthread swapper([&] {
    const std::string file = (host() / "folder" / "file").string();
    const std::string pipe = (host() / "pipe").string();
    while (!done) ::renameat2(AT_FDCWD, file.c_str(), AT_FDCWD, pipe.c_str(), RENAME_EXCHANGE);
  });
  for (int round = 0; round < 3'000; ++round) {
    const Reply reply = Call("read", {{"path", "/m/folder/file"}});
    if (reply.ok) {
      EXPECT_EQ(Content(reply).substr(0, 6), "inside");
    }
    (void)Call("append", {{"path", "/m/folder/file"}, {"data", "+"}});
  }
  done = true;
}

}  // namespace
}  // namespace goru::host::fs
