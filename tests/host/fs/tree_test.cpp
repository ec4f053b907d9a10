#include "host/fs/tree.hpp"

#include <map>
#include <optional>
#include <random>
#include <set>
#include <thread>

#include "fs_test.hpp"

namespace goru::host::fs {
namespace {

using test::FsTest;
using test::Get;
using test::json;
using test::Put;
using test::Reply;
using test::Way;
using NameList = std::vector<std::string>;

class FsTreeTest : public FsTest {
 protected:
  explicit FsTreeTest(Way way = Way::kFs) : FsTest(way) {
    for (const char* name : {"ro", "rw", "rwc"}) {
      Put(host() / name / "file", name);
      Put(host() / name / "full" / "file", name);
      std::filesystem::create_directory(host() / name / "empty");
    }
    Mount("/ro", host() / "ro", MountReadOnly);
    Mount("/rw", host() / "rw", MountReadWrite);
    Mount("/rwc", host() / "rwc", MountReadWriteCreate);
  }
};

// NOLINTNEXTLINE(misc-multiple-inheritance): as GoogleTest has it
class FsTreeWaysTest : public FsTreeTest, public testing::WithParamInterface<Way> {
 protected:
  FsTreeWaysTest() : FsTreeTest(GetParam()) {}
};
INSTANTIATE_TEST_SUITE_P(Ways, FsTreeWaysTest, test::EveryWay(), test::WayName);

TEST_P(FsTreeWaysTest, MkdirNeedsToBeAllowed) {
  ExpectTells(Fails("mkdir", {{"path", "/ro/new"}}, "PermissionError", "EACCES"), "read-only");
  ExpectTells(Fails("mkdir", {{"path", "/rw/new"}}, "PermissionError", "EACCES"), "MountReadWriteCreate");
  Fails("mkdir", {{"path", "/rw/a/b"}, {"parents", true}}, "PermissionError", "EACCES");
  FailsOutside("mkdir", {{"path", "/elsewhere"}});
  EXPECT_EQ(Must("mkdir", {{"path", "/rwc/new"}}), nullptr);
  EXPECT_TRUE(std::filesystem::is_directory(host() / "rwc" / "new"));
}

TEST_P(FsTreeWaysTest, MkdirOfWhatExists) {
  for (const char* path : {"/", "/rwc", "/rwc/full"}) {
    Fails("mkdir", {{"path", path}}, "FileExistsError", "EEXIST");
    Must("mkdir", {{"path", path}, {"exist_ok", true}});
  }
  Fails("mkdir", {{"path", "/rwc/file"}}, "FileExistsError", "EEXIST");
  Fails("mkdir", {{"path", "/rwc/file"}, {"exist_ok", true}, {"parents", true}}, "FileExistsError", "EEXIST");
  Fails("mkdir", {{"path", "/rwc/file/x"}, {"parents", true}}, "NotADirectoryError", "ENOTDIR");
  std::filesystem::create_symlink("none", host() / "rwc" / "broken");
  Fails("mkdir", {{"path", "/rwc/broken"}, {"exist_ok", true}}, "FileExistsError", "EEXIST");
  std::filesystem::create_symlink("full", host() / "rwc" / "link");
  Must("mkdir", {{"path", "/rwc/link"}, {"exist_ok", true}});
}

TEST_P(FsTreeWaysTest, MkdirWithParents) {
  Fails("mkdir", {{"path", "/rwc/a/b/c"}}, "FileNotFoundError", "ENOENT");
  Must("mkdir", {{"path", "/rwc/a/b/c"}, {"parents", true}});
  EXPECT_TRUE(std::filesystem::is_directory(host() / "rwc" / "a" / "b" / "c"));
  std::filesystem::create_symlink("a/b", host() / "rwc" / "link");
  Must("mkdir", {{"path", "/rwc/link/d/e"}, {"parents", true}});
  EXPECT_TRUE(std::filesystem::is_directory(host() / "rwc" / "a" / "b" / "d" / "e"));
  std::string deep = "/rwc";
  while (deep.size() < 1000) deep += "/d";
  Must("mkdir", {{"path", deep}, {"parents", true}});
  Must("write", {{"path", deep + "/file"}, {"data", "deep"}});
  EXPECT_EQ(Read(deep + "/file"), "deep");
}

TEST_P(FsTreeWaysTest, MkdirOfManyThreadsSucceedsForAll) {
  (void)module();
  std::vector<std::jthread> threads;
  threads.reserve(4);
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] {
      for (int round = 0; round < 100; ++round) {
        Must("mkdir", {{"path", "/rwc/" + std::to_string(round) + "/a/b"}, {"parents", true}, {"exist_ok", true}});
      }
    });
  }
}

TEST_P(FsTreeWaysTest, Remove) {
  Fails("remove", {{"path", "/ro/file"}}, "PermissionError", "EACCES");
  EXPECT_EQ(Must("remove", {{"path", "/rw/file"}}), nullptr);
  Must("remove", {{"path", "/rw/empty/"}});
  Fails("remove", {{"path", "/rw/full"}}, "OSError", "ENOTEMPTY");
  Fails("remove", {{"path", "/rw/none"}}, "FileNotFoundError", "ENOENT");
  Fails("remove", {{"path", "/rw/full/file/x"}}, "NotADirectoryError", "ENOTDIR");
  EXPECT_EQ(Names("/rw"), NameList{"full"});
  for (const char* path : {"/", "/rw"}) FailsOnMount("remove", {{"path", path}});
}

TEST_P(FsTreeWaysTest, RemoveTakesTheLinkAndNotWhatItLeadsTo) {
  Put(outside() / "secret", "secret");
  std::filesystem::create_symlink("full", host() / "rw" / "to_folder");
  std::filesystem::create_symlink(outside(), host() / "rw" / "absolute");
  std::filesystem::create_symlink("../../outside/secret", host() / "rw" / "escaping");
  Fails("remove", {{"path", "/rw/absolute/secret"}}, "PermissionError", "EACCES");
  for (const char* name : {"to_folder", "absolute", "escaping"}) {
    Must("remove", {{"path", std::string("/rw/") + name}});
    EXPECT_FALSE(std::filesystem::is_symlink(host() / "rw" / name));
  }
  EXPECT_EQ(Get(outside() / "secret"), "secret");
  EXPECT_EQ(Get(host() / "rw" / "full" / "file"), "rw");
}

TEST_P(FsTreeWaysTest, Rename) {
  Fails("rename", {{"from", "/ro/file"}, {"to", "/ro/new"}}, "PermissionError", "EACCES");
  ExpectTells(Fails("rename", {{"from", "/rw/file"}, {"to", "/rw/new"}}, "PermissionError", "EACCES"),
              "MountReadWriteCreate");
  Must("rename", {{"from", "/rw/file"}, {"to", "/rw/full/file"}});
  EXPECT_EQ(Names("/rw"), (NameList{"empty", "full"}));
  Must("rename", {{"from", "/rwc/file"}, {"to", "/rwc/new"}});
  EXPECT_EQ(Get(host() / "rwc" / "new"), "rwc");
  Must("rename", {{"from", "/rwc/full"}, {"to", "/rwc/empty"}});
  EXPECT_EQ(Names("/rwc/empty"), NameList{"file"});
  Fails("rename", {{"from", "/rwc/none"}, {"to", "/rwc/x"}}, "FileNotFoundError", "ENOENT");
  Fails("rename", {{"from", "/rwc/new"}, {"to", "/rwc/none/x"}}, "FileNotFoundError", "ENOENT");
  Fails("rename", {{"from", "/rwc/empty"}, {"to", "/rwc/empty/below"}}, "OSError", "EINVAL");
  Fails("rename", {{"from", "/rwc/new"}, {"to", "/rwc/empty"}}, "IsADirectoryError", "EISDIR");
}

TEST_F(FsTreeTest, WhatMayNotChangeIsRefusedFirst) {
  Fails("remove", {{"path", "/ro/none"}}, "PermissionError", "EACCES");
  Fails("rename", {{"from", "/rwc/file"}, {"to", "/ro/file"}}, "PermissionError", "EACCES");
}

TEST_F(FsTreeTest, ArgumentsAreChecked) {
  Fails("mkdir", {{"path", "/rwc/x"}, {"parents", "yes"}}, "TypeError", "");
  Fails("rename", {{"from", "/rwc/new"}, {"to", "/rwc/../x"}}, "ValueError", "");
  Fails("rename", {{"from", "/rwc/new"}}, "TypeError", "");
  Fails("rename", {{"to", "/rwc/new"}}, "TypeError", "");
  EXPECT_EQ(Call("rename", {{"from", "/rwc/file"}, {"to", "/rwc/none/x"}}).value[2]["path"], "/rwc/none/x");
  EXPECT_EQ(Call("rename", {{"from", "/rwc/none"}, {"to", "/rwc/x"}}).value[2]["path"], "/rwc/none");
}

TEST_P(FsTreeWaysTest, RenameStaysInItsMountAndLeavesMountsAlone) {
  Mount("/rwc/inner/mount", host() / "rw", MountReadWriteCreate);
  std::filesystem::create_directory(host() / "rwc" / "inner");
  const std::string message = Fails("rename", {{"from", "/rwc/file"}, {"to", "/rw/file"}}, "OSError", "EXDEV");
  ExpectTells(message, "/rwc");
  Fails("rename", {{"from", "/rwc/file"}, {"to", "/rwc/inner/mount/x"}}, "OSError", "EXDEV");
  for (const char* path : {"/rwc", "/rwc/inner", "/rwc/inner/mount"}) {
    FailsOnMount("rename", {{"from", path}, {"to", "/rwc/x"}});
    FailsOnMount("rename", {{"from", "/rwc/empty"}, {"to", path}});
    FailsOnMount("remove", {{"path", path}});
  }
}

/// Random changes, against the obvious model of a tree.
// NOLINTNEXTLINE(misc-multiple-inheritance): as GoogleTest has it
class FsModelTest : public FsTest, public testing::WithParamInterface<Way> {
 protected:
  FsModelTest() : FsTest(GetParam()) { Mount("/m", host(), MountReadWriteCreate); }

  using Tree = std::map<std::string, std::optional<std::string>>;

  static std::string ParentOf(const std::string& path) { return path.substr(0, path.rfind('/')); }
  bool IsFolder(const std::string& path) const { return tree_.contains(path) && !tree_.at(path); }
  bool HasChildren(const std::string& path) const {
    const auto next = tree_.upper_bound(path + "/");
    return next != tree_.end() && next->first.starts_with(path + "/");
  }

  bool Write(const std::string& path, const std::string& data, bool append) {
    if (IsFolder(path) || !IsFolder(ParentOf(path))) return false;
    auto& content = tree_[path];
    content = (append ? content.value_or("") : "") + data;
    return true;
  }
  bool MakeFolder(const std::string& path, bool parents, bool exist_ok) {
    if (tree_.contains(path)) return exist_ok && IsFolder(path);
    if (!parents && !IsFolder(ParentOf(path))) return false;
    if (!tree_.contains(ParentOf(path)) && !MakeFolder(ParentOf(path), true, true)) return false;
    if (!IsFolder(ParentOf(path))) return false;
    tree_[path] = std::nullopt;
    return true;
  }
  bool Remove(const std::string& path) {
    if (!tree_.contains(path) || (IsFolder(path) && HasChildren(path))) return false;
    tree_.erase(path);
    return true;
  }
  bool Rename(const std::string& from, const std::string& to) {
    if (!tree_.contains(from) || !IsFolder(ParentOf(to)) || to.starts_with(from + "/")) return false;
    if (from == to) return true;
    if (tree_.contains(to) && (IsFolder(from) != IsFolder(to) || HasChildren(to))) return false;
    Tree moved;
    for (const auto& [path, content] : tree_) {
      if (path == from || path.starts_with(from + "/")) moved[to + path.substr(from.size())] = content;
    }
    std::erase_if(tree_, [&](const auto& entry) { return entry.first == from || entry.first.starts_with(from + "/"); });
    for (auto& [path, content] : moved) tree_[path] = content;
    return true;
  }

  Tree tree_ = {{"/m", std::nullopt}};
};

INSTANTIATE_TEST_SUITE_P(Ways, FsModelTest, test::EveryWay(), test::WayName);

TEST_P(FsModelTest, AgreesWithAModel) {
  limits_.total_write_bytes = ~uint64_t{0};
  std::mt19937 random(99);
  const auto pick = [&](size_t n) { return static_cast<size_t>(random() % n); };
  const auto normal = [&] {
    std::string path = "/m";
    for (size_t depth = 1 + pick(3); depth > 0; --depth) path += std::string("/") + "abc"[pick(3)];
    return path;
  };
  // The same path, written in another way.
  const auto written = [&](const std::string& path) {
    std::string odd;
    for (const char c : path) {
      odd += c;
      if (c == '/' && pick(3) == 0) odd += pick(2) == 0 ? "/" : "./";
    }
    return odd + (pick(4) == 0 ? "/" : "") + (pick(8) == 0 ? "/." : "");
  };
  size_t succeeded = 0;
  for (int round = 0; round < 6'000; ++round) {
    const std::string path = normal();
    const std::string other = normal();
    const std::string data = std::to_string(round);
    json args = {{"path", written(path)}};
    bool expected = false;
    std::string method;
    switch (pick(6)) {
      case 0:
        method = "write";
        args["data"] = data;
        expected = Write(path, data, false);
        break;
      case 1:
        method = "append";
        args["data"] = data;
        expected = Write(path, data, true);
        break;
      case 2: {
        method = "mkdir";
        const bool parents = pick(2) == 0;
        const bool exist_ok = pick(2) == 0;
        args["parents"] = parents;
        args["exist_ok"] = exist_ok;
        const Tree before = tree_;
        expected = MakeFolder(path, parents, exist_ok);
        if (!expected) tree_ = before;
        break;
      }
      case 3:
        method = "remove";
        expected = Remove(path);
        break;
      default:
        method = "rename";
        args = {{"from", written(path)}, {"to", written(other)}};
        expected = Rename(path, other);
    }
    const Reply reply = Call(method, args);
    ASSERT_EQ(reply.ok, expected) << method << ' ' << args << ' ' << reply.value;
    succeeded += expected ? 1U : 0U;

    const std::string look = normal();
    ASSERT_EQ(Must("exists", {{"path", written(look)}}), tree_.contains(look));
    const Reply content = Call("read", {{"path", written(look)}});
    ASSERT_EQ(content.ok, tree_.contains(look) && !IsFolder(look));
    if (content.ok) {
      ASSERT_EQ(content.value, ToWire(*tree_.at(look)));
    }
    if (IsFolder(look)) {
      std::set<std::string> names;
      for (const auto& [entry, ignored] : tree_) {
        if (entry.starts_with(look + "/") && ParentOf(entry) == look) names.insert(entry.substr(look.size() + 1));
      }
      ASSERT_EQ(Names("/m").empty(), tree_.size() == 1);
      ASSERT_EQ(Names(look), std::vector<std::string>(names.begin(), names.end())) << look;
    }
  }
  EXPECT_GT(succeeded, 1'000U);
}

}  // namespace
}  // namespace goru::host::fs
