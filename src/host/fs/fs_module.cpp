#include "host/fs/fs_module.hpp"

#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "host/fs/access.hpp"
#include "host/fs/errors.hpp"
#include "host/fs/listing.hpp"
#include "host/fs/read.hpp"
#include "host/fs/status.hpp"
#include "host/fs/tree.hpp"
#include "host/fs/write.hpp"
#include "host/wire_bytes.hpp"

namespace goru::host::fs {
namespace {

using nlohmann::json;

/// What the operations of one session share.
class Shared {
 public:
  Shared(std::shared_ptr<const MountTable> mounts, const FsLimits& limits)
      : limits_(limits), quota_(limits.total_write_bytes), mounts_(std::move(mounts)) {}

  const FsLimits& limits() const noexcept { return limits_; }
  Quota& quota() noexcept { return quota_; }

  /// Null once the session is closed. Whoever holds the table keeps its descriptors open.
  std::shared_ptr<const MountTable> mounts() const {
    const std::lock_guard lock(mutex_);
    return mounts_;
  }
  void Close() noexcept {
    std::shared_ptr<const MountTable> mounts;
    const std::lock_guard lock(mutex_);
    mounts.swap(mounts_);
  }

 private:
  const FsLimits limits_;
  Quota quota_;
  mutable std::mutex mutex_;
  std::shared_ptr<const MountTable> mounts_;
};

const std::string& TextArgument(const json& args, const char* name) {
  const auto found = args.find(name);
  if (found == args.end() || !found->is_string()) {
    throw FsError::Argument("TypeError", std::string(name) + " must be a string");
  }
  return found->get_ref<const std::string&>();
}

bool FlagArgument(const json& args, const char* name) {
  const auto found = args.find(name);
  if (found == args.end() || found->is_null()) return false;
  if (!found->is_boolean()) throw FsError::Argument("TypeError", std::string(name) + " must be true or false");
  return found->get<bool>();
}

std::string_view DataArgument(const json& args) {
  const auto found = args.find("data");
  std::optional<std::string_view> data;
  if (found != args.end()) data = FromWire(*found);
  if (!data) throw FsError::Argument("TypeError", "data must be text or bytes");
  return *data;
}

json AnswerRead(const Access& access, const VirtualPath& path, const json& /*args*/) {
  return json::binary(ReadFile(access, path));
}

json AnswerWrite(const Access& access, const VirtualPath& path, const json& args) {
  WriteFile(access, path, DataArgument(args));
  return nullptr;
}

json AnswerAppend(const Access& access, const VirtualPath& path, const json& args) {
  AppendFile(access, path, DataArgument(args));
  return nullptr;
}

json AnswerList(const Access& access, const VirtualPath& path, const json& args) {
  const bool links = FlagArgument(args, "links");
  std::vector<Listed> entries = List(access, path);
  json answer = json::array();
  answer.get_ref<json::array_t&>().reserve(entries.size());
  for (Listed& entry : entries) {
    json item = {{"name", std::move(entry.name)}, {"is_dir", entry.is_dir}, {"size", entry.size}};
    if (links) item["is_link"] = entry.is_link;
    answer.push_back(std::move(item));
  }
  return answer;
}

json AnswerExists(const Access& access, const VirtualPath& path, const json& /*args*/) { return Exists(access, path); }

json AnswerStat(const Access& access, const VirtualPath& path, const json& /*args*/) {
  const Status status = GetStatus(access, access.mounts.Locate(path));
  return {{"name", path.name()}, {"size", status.size}, {"is_dir", status.is_dir}, {"mod_time", status.mod_time}};
}

json AnswerMkdir(const Access& access, const VirtualPath& path, const json& args) {
  MakeDirectory(access, path, {.parents = FlagArgument(args, "parents"), .exist_ok = FlagArgument(args, "exist_ok")});
  return nullptr;
}

json AnswerRemove(const Access& access, const VirtualPath& path, const json& /*args*/) {
  Remove(access, path);
  return nullptr;
}

json AnswerRename(const Access& access, const VirtualPath& path, const json& args) {
  Rename(access, path, access.mounts.Parse(TextArgument(args, "to"), access.limits.path_bytes));
  return nullptr;
}

using Answer = json (*)(const Access&, const VirtualPath&, const json& args);

json Perform(Shared& shared, const char* path_argument, Answer answer, const CallContext& context, const json& args) {
  const std::shared_ptr<const MountTable> mounts = shared.mounts();
  if (!mounts) throw CallError("HostError", "the session is closed");
  const Access access{*mounts, shared.limits(), shared.quota(), context.stop, context};
  // For the error; no more than a valid path is repeated there.
  std::string about;
  try {
    const VirtualPath path = mounts->Parse(TextArgument(args, path_argument), shared.limits().path_bytes);
    about = path.text();
    return answer(access, path, args);
  } catch (const FsError& e) {
    throw e.ToError(about);
  }
}

class FsModule final : public Module {
 public:
  explicit FsModule(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {
    Add("read", "path", AnswerRead);
    Add("write", "path", AnswerWrite);
    Add("append", "path", AnswerAppend);
    Add("list", "path", AnswerList);
    Add("exists", "path", AnswerExists);
    Add("stat", "path", AnswerStat);
    Add("mkdir", "path", AnswerMkdir);
    Add("remove", "path", AnswerRemove);
    Add("rename", "from", AnswerRename);
  }

  void Close() noexcept override { shared_->Close(); }

 private:
  void Add(const char* method, const char* path_argument, Answer answer) {
    registry().Add(method, [shared = shared_, path_argument, answer](const CallContext& context, const json& args) {
      return Perform(*shared, path_argument, answer, context, args);
    });
  }

  std::shared_ptr<Shared> shared_;
};

Expected<std::unique_ptr<Module>> Create(const ModuleSetup& setup) {
  if (setup.config.fs.mounts.empty()) return std::unique_ptr<Module>();
  return CreateFsModule(setup.config.fs, setup.config.limits.fs);
}

}  // namespace

Expected<std::unique_ptr<Module>> CreateFsModule(const FsConfig& config, const FsLimits& limits) {
  auto mounts = MountTable::Open(config);
  if (!mounts) return mounts.error();
  return std::unique_ptr<Module>(std::make_unique<FsModule>(std::make_shared<Shared>(std::move(*mounts), limits)));
}

constinit const ModuleKind module_kind = {
    .name = "fs", .shown = "fs", .how = "WithSessionMount (--mount VIRTUAL:HOST:ro)", .create = Create};

}  // namespace goru::host::fs
