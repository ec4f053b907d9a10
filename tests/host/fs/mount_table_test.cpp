#include "host/fs/mount_table.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <random>

#include "fs_test.hpp"
#include "host/fs/errors.hpp"

namespace goru::host::fs {
namespace {

using test::TemporaryDirectory;

Expected<std::shared_ptr<const MountTable>> Open(std::vector<Mount> mounts) {
  FsConfig config;
  config.mounts = std::move(mounts);
  return MountTable::Open(config);
}

VirtualPath Path(std::string_view text) {
  PathFault fault = PathFault::kNone;
  return *VirtualPath::Parse(text, 4096, fault);
}

TEST(MountTable, WrongMountsAreNamed) {
  const TemporaryDirectory directory;
  const std::string host = directory.path().string();
  test::Put(directory.path() / "file", "");
  const std::vector<std::vector<Mount>> wrong = {{{"", host}},
                                                 {{"data", host}},
                                                 {{"/data/", host}},
                                                 {{"//data", host}},
                                                 {{"/data/../x", host}},
                                                 {{"/./data", host}},
                                                 {{"/da\xFFta", host}},
                                                 {{std::string("/a\0b", 4), host}},
                                                 {{"/" + std::string(300, 'a'), host}},
                                                 {{"/data", ""}},
                                                 {{"/data", host + "/none"}},
                                                 {{"/data", host + "/file"}},
                                                 {{"/data", host + std::string("\0x", 2)}},
                                                 {{"/data", host}, {"/data", host}}};
  for (const auto& mounts : wrong) {
    const auto table = Open(mounts);
    ASSERT_FALSE(table) << mounts[0].virtual_path;
    EXPECT_EQ(table.error().kind, ErrorKind::kInvalidArgument);
    EXPECT_NE(table.error().message.find("WithSessionMount"), std::string::npos) << table.error().message;
  }
}

TEST(MountTable, LinksLeadOutOfNoDirectoryThatAMountIsWithin) {
  const TemporaryDirectory directory;
  namespace filesystem = std::filesystem;
  const std::string host = directory.path().string();
  filesystem::create_directories(directory.path() / "srv/tenant/data");
  filesystem::create_directories(directory.path() / "srv/other");
  filesystem::create_directory_symlink("../other", directory.path() / "srv/tenant/out");
  filesystem::create_directory_symlink(host + "/srv/tenant/data", directory.path() / "srv/tenant/absolute");
  filesystem::create_directory_symlink("data", directory.path() / "srv/tenant/inside");
  const std::string srv = host + "/srv";
  const auto open = [&](const std::string& path, std::vector<std::string> within) {
    return Open({{"/a", path, MountMode::kReadOnly, std::move(within)}});
  };
  EXPECT_TRUE(open(srv + "/tenant/out", {}));
  EXPECT_TRUE(open(srv + "/tenant/out", {srv}));
  EXPECT_TRUE(open(srv + "/tenant/data", {srv, srv + "/tenant"}));
  EXPECT_TRUE(open(srv + "/tenant/inside", {srv, srv + "/tenant"}));
  EXPECT_TRUE(open(srv + "/tenant", {srv, srv + "/tenant"}));
  for (const std::string name : {"out", "absolute", "../other"}) {
    const auto table = open(srv + "/tenant/" + name, {srv, srv + "/tenant"});
    ASSERT_FALSE(table) << name;
    EXPECT_EQ(table.error().kind, ErrorKind::kInvalidArgument);
  }
  EXPECT_NE(open(srv + "/tenant/out", {srv + "/tenant"}).error().message.find("a link leads out of"),
            std::string::npos);
  EXPECT_NE(open(srv, {srv + "/tenant"}).error().message.find("not within " + srv + "/tenant"), std::string::npos);
  EXPECT_FALSE(open(srv + "/tenant/none", {srv}));
  EXPECT_FALSE(open("tenant", {srv}));
}

TEST(MountTable, LongestPrefixWins) {
  const TemporaryDirectory directory;
  const std::string host = directory.path().string();
  const auto table = Open({{"/a", host}, {"/", host}, {"/a/b/c", host}});
  ASSERT_TRUE(table) << table.error().message;
  const auto mount_of = [&](std::string_view text) { return (*table)->Find(Path(text))->path.text(); };
  EXPECT_EQ(mount_of("/"), "/");
  EXPECT_EQ(mount_of("/ab"), "/");
  EXPECT_EQ(mount_of("/a"), "/a");
  EXPECT_EQ(mount_of("/a/b"), "/a");
  EXPECT_EQ(mount_of("/a/b/c"), "/a/b/c");
  EXPECT_EQ(mount_of("/a/b/c/d"), "/a/b/c");
  EXPECT_EQ(mount_of("/a/b/cd"), "/a");
  EXPECT_EQ((*table)->Locate(Path("/a/b/cd/e")).relative, "b/cd/e");
  EXPECT_TRUE((*table)->Locate(Path("/a/b")).holds_mounts);
  EXPECT_FALSE((*table)->Locate(Path("/a/b/c/d")).holds_mounts);
  EXPECT_EQ((*table)->NamesIn(Path("/a")), std::set<std::string>{"b"});
  EXPECT_EQ((*table)->NamesIn(Path("/a/b/c")), std::set<std::string>{});
}

TEST(MountTable, AgreesWithAModel) {
  const TemporaryDirectory directory;
  const std::string host = directory.path().string();
  std::mt19937 random(7);
  const auto random_path = [&] {
    constexpr std::string_view kNames = "ab";
    std::string path;
    for (size_t depth = random() % 5; depth > 0; --depth) path += std::string("/") + kNames[random() % kNames.size()];
    return path.empty() ? "/" : path;
  };
  for (int round = 0; round < 300; ++round) {
    std::set<std::string> names;
    for (size_t i = 1 + random() % 4; i > 0; --i) names.insert(random_path());
    std::vector<Mount> mounts;
    for (const std::string& name : names) mounts.push_back({name, host});
    const auto table = Open(mounts);
    ASSERT_TRUE(table);
    for (int look = 0; look < 50; ++look) {
      const std::string text = random_path();
      // Cut component after component until it is a mount.
      std::string prefix = text;
      while (!names.contains(prefix) && prefix != "/") {
        prefix.erase(prefix.rfind('/'));
        if (prefix.empty()) prefix = "/";
      }
      const MountPoint* const found = (*table)->Find(Path(text));
      ASSERT_EQ(found != nullptr, names.contains(prefix)) << text;
      if (found != nullptr) {
        ASSERT_EQ(found->path.text(), prefix) << text;
        const std::string joined = (std::filesystem::path(prefix) / (*table)->Locate(Path(text)).relative).string();
        ASSERT_EQ(Path(joined).text(), text);
      }
    }
  }
}

}  // namespace
}  // namespace goru::host::fs
