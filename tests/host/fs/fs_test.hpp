// What tests of fs have in common: real directories, and calls as the layer above makes them.
#pragma once

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

#include "host/fs/fs_module.hpp"
#include "host/pending_call.hpp"
#include "host/wire_bytes.hpp"
#include "through_open.hpp"

namespace goru::host::fs::test {

using guest::Reply;
using host::CallFunction;
using nlohmann::json;

/// Gone with everything in it when destroyed.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "goru-fs-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) std::abort();
    path_ = name;
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

inline void Put(const std::filesystem::path& path, std::string_view content) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << content;
}

inline std::string Get(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// What a read gave.
inline std::string Content(const Reply& reply) {
  EXPECT_TRUE(reply.ok && reply.value.is_binary()) << reply.value;
  return std::string(FromWire(reply.value).value_or(""));
}

/// How a guest comes to the host's files.
enum class Way { kFs, kOpen };
inline auto EveryWay() { return testing::Values(Way::kFs, Way::kOpen); }
inline std::string NameOf(Way way) { return way == Way::kFs ? "Fs" : "Open"; }
inline std::string WayName(const testing::TestParamInfo<Way>& way) { return NameOf(way.param); }

/// Has the directory `host()`, which the tests fill and mount. What holds for open as well is tested on `Way::kOpen`
/// too.
class FsTest : public testing::Test {
 protected:
  explicit FsTest(Way way = Way::kFs) : way_(way) { std::filesystem::create_directories(host()); }

  std::filesystem::path host() const { return directory_.path() / "host"; }
  /// Beside it: nothing of it may ever be seen.
  std::filesystem::path outside() const { return directory_.path() / "outside"; }

  void Mount(const std::string& virtual_path, const std::filesystem::path& host_path, MountMode mode) {
    config_.mounts.push_back({virtual_path, host_path.string(), mode});
    module_.reset();
    through_open_.reset();
  }

  Module& module() {
    if (!module_) {
      auto created = CreateFsModule(config_, limits_);
      if (!created) {
        ADD_FAILURE() << created.error().message;
        std::abort();
      }
      module_ = std::move(*created);
    }
    if (!through_open_ && way_ == Way::kOpen) {
      auto shared = OpenFiles(config_, limits_, nullptr);
      if (!shared) std::abort();
      through_open_ = std::make_unique<ThroughOpen>(std::move(*shared));
    }
    return *module_;
  }

  Reply Call(std::string_view method, const json& args) {
    CallContext context;
    context.stop = stop_.get_token();
    Module& made = module();
    const Registry::Entry* const entry =
        (way_ == Way::kFs ? made.functions() : through_open_->functions()).Find(method);
    if (entry == nullptr) {
      ADD_FAILURE() << method;
      return {};
    }
    return CallFunction(*entry, context, args);
  }

  /// The value of a call that must succeed.
  json Must(std::string_view method, const json& args) {
    const Reply reply = Call(method, args);
    EXPECT_TRUE(reply.ok) << method << ' ' << args << ' ' << reply.value;
    return reply.value;
  }

  /// What a file holds, which must be readable.
  std::string Read(const std::string& path) { return Content(Call("read", {{"path", path}})); }

  /// The message of a call that must fail. The error must be about the path that was given, and never tell where that
  /// is on the host.
  std::string Fails(std::string_view method, const json& args, std::string_view type, std::string_view code) {
    const Reply reply = Call(method, args);
    EXPECT_FALSE(reply.ok) << method << ' ' << args << ' ' << reply.value;
    if (reply.ok) return {};
    EXPECT_EQ(reply.value[0], type) << method << ' ' << args << ' ' << reply.value;
    EXPECT_EQ(reply.value.size() > 2 ? reply.value[2].value("code", "") : "", code) << method << ' ' << reply.value;
    EXPECT_EQ(reply.value.dump().find(directory_.path().string()), std::string::npos) << reply.value;
    return reply.value[1].get<std::string>();
  }

  /// A call about what is in no mount must fail: fs names the option that would allow it; for open there is nothing.
  std::string FailsOutside(std::string_view method, const json& args) {
    return way_ == Way::kFs ? Fails(method, args, "PermissionError", "EACCES")
                            : Fails(method, args, "FileNotFoundError", "ENOENT");
  }

  /// So must one that would change where mounts are, as any other program is told.
  std::string FailsOnMount(std::string_view method, const json& args) {
    return way_ == Way::kFs ? Fails(method, args, "PermissionError", "EACCES")
                            : Fails(method, args, "OSError", "EBUSY");
  }

  /// What an error says beside its code is fs's; the one of open comes from Python.
  void ExpectTells(const std::string& message, std::string_view text) const {
    EXPECT_TRUE(way_ != Way::kFs || message.find(text) != std::string::npos) << message;
  }

  std::vector<std::string> Names(const std::string& path) {
    std::vector<std::string> names;
    for (const json& entry : Must("list", {{"path", path}})) names.push_back(entry["name"].get<std::string>());
    return names;
  }

  FsConfig config_;
  FsLimits limits_;
  std::stop_source stop_;

 private:
  const Way way_;
  TemporaryDirectory directory_;
  std::unique_ptr<Module> module_;
  std::unique_ptr<ThroughOpen> through_open_;
};

}  // namespace goru::host::fs::test
