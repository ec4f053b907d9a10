#include "host/fs/fs_module.hpp"

#include <memory>
#include <thread>

#include "fs_test.hpp"
#include "host/host_calls.hpp"
#include "host/modules.hpp"

namespace goru::host::fs {
namespace {

using test::FsTest;
using test::Get;
using test::json;
using test::Put;
using test::Reply;

class FsModuleTest : public FsTest {
 protected:
  FsModuleTest() { Put(host() / "file", "content"); }
};

size_t OpenDescriptors() {
  return static_cast<size_t>(std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {}));
}

TEST_F(FsModuleTest, HasTheOperationsOfTheContract) {
  Mount("/data", host(), MountReadOnly);
  for (const char* method : {"read", "write", "append", "list", "exists", "stat", "mkdir", "remove", "rename"}) {
    const Registry::Entry* const entry = module().functions().Find(method);
    ASSERT_NE(entry, nullptr) << method;
    EXPECT_TRUE(entry->function);
    EXPECT_FALSE(entry->async);
    EXPECT_EQ(entry->blocking, Blocking::kMayBlock);
  }
  for (const char* method : {"", "open", "Read", "read "})
    EXPECT_EQ(module().functions().Find(method), nullptr) << method;
}

TEST_F(FsModuleTest, WrongMountsMakeNoModule) {
  config_.mounts = {{"relative", host().string(), MountReadOnly}};
  const auto created = CreateFsModule(config_, limits_);
  ASSERT_FALSE(created);
  EXPECT_EQ(created.error().kind, ErrorKind::kInvalidArgument);
}

TEST_F(FsModuleTest, NoDescriptorIsLeftOpen) {
  Mount("/data", host(), MountReadWriteCreate);
  (void)module();
  const size_t before = OpenDescriptors();
  for (int i = 0; i < 10; ++i) {
    Must("read", {{"path", "/data/file"}});
    Must("write", {{"path", "/data/file"}, {"data", "x"}});
    Must("append", {{"path", "/data/file"}, {"data", "x"}});
    Must("list", {{"path", "/data"}});
    Must("mkdir", {{"path", "/data/a/b"}, {"parents", true}, {"exist_ok", true}});
    Must("rename", {{"from", "/data/file"}, {"to", "/data/file"}});
    (void)Call("read", {{"path", "/data/none"}});
    (void)Call("write", {{"path", "/data/a"}, {"data", "x"}});
    (void)Call("list", {{"path", "/data/file"}});
  }
  EXPECT_EQ(OpenDescriptors(), before);
}

TEST_F(FsModuleTest, CloseEndsAccessAndClosesTheMounts) {
  const size_t before = OpenDescriptors();
  Mount("/data", host(), MountReadOnly);
  Mount("/more", host(), MountReadOnly);
  Must("read", {{"path", "/data/file"}});
  EXPECT_EQ(OpenDescriptors(), before + 2);
  module().Close();
  EXPECT_EQ(OpenDescriptors(), before);
  EXPECT_EQ(Call("read", {{"path", "/data/file"}}).value[0], "HostError");
  module().Close();
}

TEST_F(FsModuleTest, FunctionsOutliveTheirModule) {
  config_.mounts = {{"/data", host().string(), MountReadOnly}};
  auto created = CreateFsModule(config_, limits_);
  ASSERT_TRUE(created);
  const Registry::Entry read = *(*created)->functions().Find("read");
  created->reset();
  EXPECT_EQ(read.function({}, {{"path", "/data/file"}}), ToWire("content"));
}

TEST_F(FsModuleTest, AnswersGuestsUnderItsName) {
  SessionConfig config;
  config.fs.mounts = {{"/data", host().string(), MountReadWrite}};
  auto modules = Modules::Create({.config = config});
  ASSERT_TRUE(modules) << modules.error().message;
  Policy policy;
  policy.modules = *modules;
  WorkerPool pool(2);
  HostCalls calls(policy, pool, std::make_shared<support::StopSignal>(), {});
  Reply reply;
  EXPECT_EQ(calls.Handle('c', {"goru:fs.read", {{"path", "/data/file"}}}, reply), guest::After::kContinue);
  EXPECT_TRUE(reply.ok);
  EXPECT_EQ(reply.value, ToWire("content"));
  EXPECT_EQ(calls.Handle('c', {"goru:fs.read", {{"path", "/data/none"}}}, reply), guest::After::kContinue);
  EXPECT_FALSE(reply.ok);
  EXPECT_EQ(reply.value, json::parse(R"(["FileNotFoundError", "No such file or directory",
                                         {"code": "ENOENT", "path": "/data/none"}])"));
  reply = {};
  const json batch = {{{1U, "goru:fs.write", {{"path", "/data/file"}, {"data", "new"}}},
                       {2U, "goru:fs.exists", {{"path", "/data/file"}}}},
                      json::array(),
                      nullptr};
  EXPECT_EQ(calls.Handle('b', batch, reply), guest::After::kContinue);
  while (Get(host() / "file") != "new") std::this_thread::yield();
  pool.Drain();
}

}  // namespace
}  // namespace goru::host::fs
