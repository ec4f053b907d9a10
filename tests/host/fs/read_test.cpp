#include "host/fs/read.hpp"

#include <sys/socket.h>
#include <sys/un.h>

#include <cstring>
#include <thread>

#include "fs_test.hpp"

namespace goru::host::fs {
namespace {

using test::Content;
using test::FsTest;
using test::json;
using test::Put;
using test::Way;

class FsReadTest : public FsTest {
 protected:
  explicit FsReadTest(Way way = Way::kFs) : FsTest(way) { Mount("/data", host(), MountReadOnly); }
};

// NOLINTNEXTLINE(misc-multiple-inheritance): as GoogleTest has it
class FsReadWaysTest : public FsReadTest, public testing::WithParamInterface<Way> {
 protected:
  FsReadWaysTest() : FsReadTest(GetParam()) {}
};
INSTANTIATE_TEST_SUITE_P(Ways, FsReadWaysTest, test::EveryWay(), test::WayName);

TEST_P(FsReadWaysTest, TextAndBytes) {
  Put(host() / "text", "gr\xC3\xBC\xC3\x9F dich");
  Put(host() / "empty", "");
  const std::string bytes("\0\xFF\x80 bytes", 9);
  Put(host() / "bytes", bytes);
  EXPECT_EQ(Read("/data/text"), "gr\xC3\xBC\xC3\x9F dich");
  EXPECT_EQ(Read("//data/./text/"), "gr\xC3\xBC\xC3\x9F dich");
  EXPECT_EQ(Read("/data/empty"), "");
  EXPECT_EQ(Read("/data/bytes"), bytes);
}

TEST_P(FsReadWaysTest, WhatIsNoFile) {
  Put(host() / "file", "x");
  std::filesystem::create_directory(host() / "folder");
  EXPECT_EQ(Fails("read", {{"path", "/data/none"}}, "FileNotFoundError", "ENOENT"), "No such file or directory");
  Fails("read", {{"path", "/data/folder"}}, "IsADirectoryError", "EISDIR");
  Fails("read", {{"path", "/data"}}, "IsADirectoryError", "EISDIR");
  Fails("read", {{"path", "/"}}, "IsADirectoryError", "EISDIR");
  Fails("read", {{"path", "/data/file/x"}}, "NotADirectoryError", "ENOTDIR");
}

TEST_F(FsReadTest, ErrorsNameThePathAsItIs) {
  EXPECT_EQ(Call("read", {{"path", "/data//none/"}}).value[2]["path"], "/data/none");
}

TEST_P(FsReadWaysTest, OutsideTheMounts) {
  const std::string message = FailsOutside("read", {{"path", "/etc/passwd"}});
  ExpectTells(message, "/data");
  ExpectTells(message, "WithSessionMount");
  ExpectTells(message, "--mount");
  FailsOutside("read", {{"path", "/database"}});
}

TEST_F(FsReadTest, BadPaths) {
  for (const char* method : {"read", "list", "exists", "stat", "remove", "mkdir"}) {
    for (const std::string& path : {std::string(), std::string("file"), std::string("./file"), std::string("../x")}) {
      ExpectTells(Fails(method, {{"path", path}}, "ValueError", ""), "/data");
    }
    for (const std::string& path : {std::string("/data/../etc"), std::string("/.."), std::string("/data/a\0b", 9)}) {
      Fails(method, {{"path", path}}, "ValueError", "");
    }
    Fails(method, {{"path", "/data/" + std::string(256, 'x')}}, "OSError", "ENAMETOOLONG");
    ExpectTells(Fails(method, {{"path", "/data" + std::string(5000, '/')}}, "OSError", "ENAMETOOLONG"),
                "--fs-max-path");
    for (const json& path : {json(), json(1), json(true), json::array(), json::object()}) {
      Fails(method, {{"path", path}}, "TypeError", "");
    }
    Fails(method, json::object(), "TypeError", "");
  }
}

TEST_F(FsReadTest, LimitIsExact) {
  limits_.read_bytes = 10'000;
  Put(host() / "fits", std::string(10'000, 'x'));
  Put(host() / "large", std::string(10'001, 'x'));
  EXPECT_EQ(Read("/data/fits").size(), 10'000U);
  const std::string message = Fails("read", {{"path", "/data/large"}}, "OSError", "EFBIG");
  ExpectTells(message, "WithSessionFsLimits");
  ExpectTells(message, "--fs-max-file");
}

TEST_F(FsReadTest, HugeSparseFileIsRefusedWithoutReadingIt) {
  Put(host() / "huge", "");
  std::filesystem::resize_file(host() / "huge", uint64_t{1} << 40);
  Fails("read", {{"path", "/data/huge"}}, "OSError", "EFBIG");
}

TEST_P(FsReadWaysTest, LargeFileIsWhole) {
  std::string content;
  while (content.size() < (size_t{5} << 20)) content += std::to_string(content.size()) + ",";
  Put(host() / "large", content);
  EXPECT_EQ(Read("/data/large"), content);
}

TEST_F(FsReadTest, FilesThatDoNotKnowTheirSize) {
  Mount("/proc", "/proc/self", MountReadOnly);
  limits_.read_bytes = 100'000;
  const auto status = Read("/proc/status");
  EXPECT_NE(status.find("Threads:"), std::string::npos);
  // More than a first block, and more than the limit.
  const auto maps = Call("read", {{"path", "/proc/smaps"}});
  EXPECT_TRUE(maps.ok || maps.value[2]["code"] == "EFBIG") << maps.value;
  limits_.read_bytes = 100;
  Mount("/again", "/proc/self", MountReadOnly);
  Fails("read", {{"path", "/again/status"}}, "OSError", "EFBIG");
}

TEST_F(FsReadTest, GrowingFileNeverGoesOverTheLimit) {
  limits_.read_bytes = 64 << 10;
  Put(host() / "log", "");
  std::jthread writer([&](const std::stop_token& stop) {
    std::ofstream log(host() / "log", std::ios::app);
    while (!stop.stop_requested()) log << std::string(100, 'x') << std::flush;
  });
  bool refused = false;
  while (!refused) {
    const test::Reply reply = Call("read", {{"path", "/data/log"}});
    refused = !reply.ok;
    if (reply.ok) {
      ASSERT_LE(Content(reply).size(), limits_.read_bytes);
    }
  }
}

TEST_P(FsReadWaysTest, DevicesPipesAndSocketsAreNeverOpened) {
  ASSERT_EQ(::mkfifo((host() / "pipe").c_str(), 0600), 0);
  const support::UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  struct sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  const std::string name = (host() / "socket").string();
  ASSERT_LT(name.size(), sizeof(address.sun_path));
  std::memcpy(static_cast<char*>(address.sun_path), name.data(), name.size());
  ASSERT_EQ(::bind(socket.get(), reinterpret_cast<const struct sockaddr*>(&address), sizeof(address)), 0);
  Mount("/dev", "/dev", MountReadWriteCreate);
  Mount("/out", host(), MountReadWriteCreate);
  for (const char* path : {"/data/pipe", "/data/socket", "/dev/zero", "/dev/null"}) {
    ExpectTells(Fails("read", {{"path", path}}, "OSError", "EINVAL"), "not a regular file");
    EXPECT_EQ(Must("exists", {{"path", path}}), true);
    EXPECT_EQ(Must("stat", {{"path", path}})["size"], 0);
    EXPECT_EQ(Must("stat", {{"path", path}})["is_dir"], false);
  }
  for (const char* path : {"/out/pipe", "/out/socket", "/dev/null"}) {
    Fails("write", {{"path", path}, {"data", "x"}}, "OSError", "EINVAL");
    Fails("append", {{"path", path}, {"data", "x"}}, "OSError", "EINVAL");
    Fails("list", {{"path", path}}, "NotADirectoryError", "ENOTDIR");
  }
  struct stat status = {};
  ASSERT_EQ(::stat((host() / "pipe").c_str(), &status), 0);
  EXPECT_TRUE(S_ISFIFO(status.st_mode));
}

}  // namespace
}  // namespace goru::host::fs
