#include "host/fs/listing.hpp"

#include <fcntl.h>

#include <algorithm>
#include <array>

#include "fs_test.hpp"

namespace goru::host::fs {
namespace {

using test::FsTest;
using test::json;
using test::Put;
using test::Way;
using NameList = std::vector<std::string>;

class FsListingTest : public FsTest {
 protected:
  explicit FsListingTest(Way way = Way::kFs) : FsTest(way) {}
};

// NOLINTNEXTLINE(misc-multiple-inheritance): as GoogleTest has it
class FsListingWaysTest : public FsListingTest, public testing::WithParamInterface<Way> {
 protected:
  FsListingWaysTest() : FsListingTest(GetParam()) {}
};
INSTANTIATE_TEST_SUITE_P(Ways, FsListingWaysTest, test::EveryWay(), test::WayName);

TEST_P(FsListingWaysTest, EntriesHaveExactlyTheDocumentedFields) {
  Put(host() / "b.txt", "12345");
  Put(host() / "a" / "x", "");
  Mount("/data", host(), MountReadOnly);
  EXPECT_EQ(Must("list", {{"path", "/data"}}), json::parse(R"([{"name": "a", "is_dir": true, "size": 0},
                                                              {"name": "b.txt", "is_dir": false, "size": 5}])"));
  EXPECT_EQ(Must("list", {{"path", "/data/"}, {"links", false}}),
            Must("list", {{"path", "/data"}, {"links", nullptr}}));
  EXPECT_EQ(Must("list", {{"path", "/data/a"}, {"links", true}}),
            json::parse(R"([{"name": "x", "is_dir": false, "size": 0, "is_link": false}])"));
  Fails("list", {{"path", "/data/b.txt"}}, "NotADirectoryError", "ENOTDIR");
  Fails("list", {{"path", "/data/none"}}, "FileNotFoundError", "ENOENT");
}

TEST_P(FsListingWaysTest, OddNames) {
  const NameList names = {
      "\n", " ", "..a", ".hidden", "-rf", "\xC3\xA4", "a\\b", "\xF0\x9F\x90\xB1", std::string(255, 'n')};
  for (const std::string& name : names) Put(host() / name, name);
  Mount("/data", host(), MountReadWrite);
  EXPECT_EQ(Names("/data").size(), names.size());
  for (const std::string& name : names) EXPECT_EQ(Read("/data/" + name), name);
  Put(host() / "bad\xFFname", "");
  const NameList shown = Names("/data");
  EXPECT_NE(std::find(shown.begin(), shown.end(), "bad\xEF\xBF\xBDname"), shown.end());
}

TEST_F(FsListingTest, ArgumentsAreChecked) {
  Mount("/data", host(), MountReadWrite);
  Put(host() / "bad\xFFname", "");
  Fails("read", {{"path", "/data/bad\xFFname"}}, "ValueError", "");
  Fails("list", {{"path", "/data"}, {"links", 1}}, "TypeError", "");
}

TEST_P(FsListingWaysTest, SymbolicLinksAreWhatTheyLeadTo) {
  Put(host() / "sub" / "file", "123");
  Put(outside() / "secret", "1234567");
  const auto link = [&](const char* target, const char* name) {
    std::filesystem::create_symlink(target, host() / "sub" / name);
  };
  link("file", "to_file");
  link("../sub", "to_folder");
  link("none", "broken");
  link("loop", "loop");
  link("../../outside", "escaping");
  link("../../outside/secret", "escaping_file");
  link("/etc", "absolute");
  Mount("/data", host(), MountReadOnly);
  const json listed = Must("list", {{"path", "/data/sub"}, {"links", true}});
  const auto entry = [](const char* name, bool is_dir, int size, bool is_link) -> json {
    return {{"name", name}, {"is_dir", is_dir}, {"size", size}, {"is_link", is_link}};
  };
  const json expected = {entry("absolute", false, 0, true), entry("broken", false, 0, true),
                         entry("escaping", false, 0, true), entry("escaping_file", false, 0, true),
                         entry("file", false, 3, false),    entry("loop", false, 0, true),
                         entry("to_file", false, 3, true),  entry("to_folder", true, 0, true)};
  EXPECT_EQ(listed, expected) << listed;
}

TEST_F(FsListingTest, LimitIsExact) {
  limits_.list_entries = 10;
  for (int i = 0; i < 10; ++i) Put(host() / std::to_string(i), "");
  Mount("/data", host(), MountReadOnly);
  EXPECT_EQ(Names("/data").size(), 10U);
  Put(host() / "one more", "");
  ExpectTells(Fails("list", {{"path", "/data"}}, "OSError", "EFBIG"), "WithSessionFsLimits");
}

TEST_P(FsListingWaysTest, FoldersAboveMountsExist) {
  Put(host() / "file", "x");
  Mount("/a/b/c", host(), MountReadWriteCreate);
  Mount("/z", host(), MountReadOnly);
  EXPECT_EQ(Names("/"), (NameList{"a", "z"}));
  EXPECT_EQ(Names("/a"), NameList{"b"});
  EXPECT_EQ(Names("/a/b"), NameList{"c"});
  EXPECT_EQ(Names("/a/b/c"), NameList{"file"});
  for (const char* path : {"/", "/a", "/a/b", "/a/b/c", "/z"}) {
    EXPECT_EQ(Must("exists", {{"path", path}}), true) << path;
    EXPECT_EQ(Must("stat", {{"path", path}})["is_dir"], true) << path;
    EXPECT_GT(Must("stat", {{"path", path}})["mod_time"], 1.5e9) << path;
  }
  EXPECT_EQ(Must("stat", {{"path", "/a/b/c"}})["name"], "c");
  EXPECT_EQ(Must("stat", {{"path", "/a/b"}})["name"], "b");
  EXPECT_EQ(Must("stat", {{"path", "/"}})["name"], "/");
  EXPECT_EQ(Must("exists", {{"path", "/a/x"}}), false);
  EXPECT_EQ(Must("exists", {{"path", "/etc/passwd"}}), false);
  FailsOutside("list", {{"path", "/a/x"}});
  FailsOutside("stat", {{"path", "/a/x"}});
}

TEST_P(FsListingWaysTest, NestedMountsHideWhatLiesBelow) {
  Put(host() / "outer" / "inner" / "hidden", "hidden");
  Put(host() / "outer" / "file", "outer");
  Put(host() / "outer" / "plain", "not a folder");
  Put(host() / "other" / "seen", "seen");
  Mount("/", host() / "outer", MountReadWriteCreate);
  Mount("/inner", host() / "other", MountReadOnly);
  Mount("/plain/deep", host() / "other", MountReadOnly);
  Mount("/made/up", host() / "other", MountReadOnly);
  EXPECT_EQ(Names("/"), (NameList{"file", "inner", "made", "plain"}));
  EXPECT_EQ(Names("/inner"), NameList{"seen"});
  EXPECT_EQ(Names("/plain"), NameList{"deep"});
  EXPECT_EQ(Names("/made"), NameList{"up"});
  EXPECT_EQ(Must("stat", {{"path", "/plain"}})["is_dir"], true);
  EXPECT_EQ(Read("/inner/seen"), "seen");
  EXPECT_EQ(Read("/file"), "outer");
  Fails("read", {{"path", "/inner/hidden"}}, "FileNotFoundError", "ENOENT");
  Fails("read", {{"path", "/plain"}}, "IsADirectoryError", "EISDIR");
  Fails("write", {{"path", "/inner/seen"}, {"data", "x"}}, "PermissionError", "EACCES");
  Must("write", {{"path", "/file"}, {"data", "new"}});
}

TEST_P(FsListingWaysTest, StatHasExactlyTheDocumentedFields) {
  Put(host() / "file", "12345");
  const struct timespec time = {.tv_sec = 1'700'000'000, .tv_nsec = 250'000'000};
  const std::array<struct timespec, 2> times = {time, time};
  ASSERT_EQ(::utimensat(AT_FDCWD, (host() / "file").c_str(), times.data(), 0), 0);
  Mount("/data", host(), MountReadOnly);
  EXPECT_EQ(Must("stat", {{"path", "/data/file/"}}),
            json::parse(R"({"name": "file", "size": 5, "is_dir": false, "mod_time": 1700000000.25})"));
  Fails("stat", {{"path", "/data/none"}}, "FileNotFoundError", "ENOENT");
  Fails("stat", {{"path", "/data/file/x"}}, "NotADirectoryError", "ENOTDIR");
}

TEST_P(FsListingWaysTest, ExistsIsFalseForWhatCannotBeReached) {
  Put(host() / "file", "");
  Put(outside() / "secret", "");
  std::filesystem::create_symlink("../outside/secret", host() / "escaping");
  std::filesystem::create_symlink("/etc/passwd", host() / "absolute");
  std::filesystem::create_symlink("loop", host() / "loop");
  std::filesystem::create_symlink("none", host() / "broken");
  std::filesystem::create_symlink("file", host() / "good");
  Mount("/data", host(), MountReadOnly);
  for (const char* name : {"none", "file/x", "escaping", "absolute", "loop", "broken", "none/none"}) {
    EXPECT_EQ(Must("exists", {{"path", std::string("/data/") + name}}), false) << name;
  }
  for (const char* name : {"", "file", "good"}) {
    EXPECT_EQ(Must("exists", {{"path", std::string("/data/") + name}}), true) << name;
  }
}

TEST_P(FsListingWaysTest, MountStaysWhatItWasWhenTheSessionWasMade) {
  Put(host() / "data" / "file", "mine");
  Mount("/data", host() / "data", MountReadOnly);
  (void)module();
  std::filesystem::rename(host() / "data", host() / "moved");
  Put(host() / "data" / "file", "another's");
  EXPECT_EQ(Read("/data/file"), "mine");
}

}  // namespace
}  // namespace goru::host::fs
