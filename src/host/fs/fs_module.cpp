#include "host/fs/fs_module.hpp"

#include <cerrno>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "host/fs/access.hpp"
#include "host/fs/errors.hpp"
#include "host/fs/listing.hpp"
#include "host/fs/read.hpp"
#include "host/fs/scratch.hpp"
#include "host/fs/shared.hpp"
#include "host/fs/status.hpp"
#include "host/fs/tree.hpp"
#include "host/fs/write.hpp"
#include "host/wire_bytes.hpp"

namespace goru::host::fs {
namespace {

using nlohmann::json;

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

/// What an operation is about: a path in a mount, or in the session's scratch where it has one.
struct Place {
  const Access& access;
  const VirtualPath& path;
  std::optional<Scratch> scratch = {};
};

json AnswerRead(const Place& at, const json& /*args*/) {
  return json::binary(at.scratch ? at.scratch->Read(at.path) : ReadFile(at.access, at.path));
}

json AnswerWrite(const Place& at, const json& args) {
  if (at.scratch) {
    at.scratch->Write(at.path, DataArgument(args));
  } else {
    WriteFile(at.access, at.path, DataArgument(args));
  }
  return nullptr;
}

json AnswerAppend(const Place& at, const json& args) {
  if (at.scratch) {
    at.scratch->Append(at.path, DataArgument(args));
  } else {
    AppendFile(at.access, at.path, DataArgument(args));
  }
  return nullptr;
}

json AnswerList(const Place& at, const json& args) {
  const bool links = FlagArgument(args, "links");
  std::vector<Listed> entries = at.scratch ? at.scratch->List(at.path) : List(at.access, at.path);
  json answer = json::array();
  answer.get_ref<json::array_t&>().reserve(entries.size());
  for (Listed& entry : entries) {
    json item = {{"name", std::move(entry.name)}, {"is_dir", entry.is_dir}, {"size", entry.size}};
    if (links) item["is_link"] = entry.is_link;
    answer.push_back(std::move(item));
  }
  return answer;
}

json AnswerExists(const Place& at, const json& /*args*/) {
  return at.scratch ? at.scratch->Exists(at.path) : Exists(at.access, at.path);
}

json AnswerStat(const Place& at, const json& /*args*/) {
  const Status status =
      at.scratch ? at.scratch->GetStatus(at.path) : GetStatus(at.access, at.access.mounts.Locate(at.path));
  return {{"name", at.path.name()}, {"size", status.size}, {"is_dir", status.is_dir}, {"mod_time", status.mod_time}};
}

json AnswerMkdir(const Place& at, const json& args) {
  const MakeOptions options = {.parents = FlagArgument(args, "parents"), .exist_ok = FlagArgument(args, "exist_ok")};
  if (at.scratch) {
    at.scratch->MakeDirectory(at.path, options);
  } else {
    MakeDirectory(at.access, at.path, options);
  }
  return nullptr;
}

json AnswerRemove(const Place& at, const json& /*args*/) {
  if (at.scratch) {
    at.scratch->Remove(at.path);
  } else {
    Remove(at.access, at.path);
  }
  return nullptr;
}

/// Where there is scratch, a path that is not absolute is one of the working folder.
VirtualPath ParsePath(const Shared& shared, const MountTable& mounts, const std::string& text) {
  const bool relative = shared.scratch() != nullptr && !text.empty() && text.front() != '/';
  return mounts.Parse(relative ? std::string(kWorkFolder) + "/" + text : text, shared.limits().path_bytes);
}

json AnswerRename(const Shared& shared, const Place& at, const json& args) {
  const VirtualPath to = ParsePath(shared, at.access.mounts, TextArgument(args, "to"));
  if (at.scratch) {
    at.scratch->Rename(at.path, to);
  } else if (shared.scratch() != nullptr && at.access.mounts.Find(to) == nullptr) {
    throw FsError(EXDEV, "cannot rename from a mount to the session's own files: copy, then remove").About(to.text());
  } else {
    Rename(at.access, at.path, to);
  }
  return nullptr;
}

using Answer = json (*)(const Place&, const json& args);

json Perform(Shared& shared, const char* path_argument, Answer answer, const CallContext& context, const json& args) {
  const std::shared_ptr<const MountTable> mounts = shared.mounts();
  if (!mounts) throw CallError("HostError", "the session is closed");
  const Access access{*mounts, shared.limits(), shared.quota(), context.stop, context};
  // For the error; no more than a valid path is repeated there.
  std::string about;
  try {
    const VirtualPath path = ParsePath(shared, *mounts, TextArgument(args, path_argument));
    about = path.text();
    Place place{access, path};
    if (shared.scratch() != nullptr && mounts->Find(path) == nullptr) place.scratch.emplace(*shared.scratch(), access);
    // Only this one has a second path.
    return answer == nullptr ? AnswerRename(shared, place, args) : answer(place, args);
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
    Add("rename", "from", nullptr);
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
  if (setup.files == nullptr && setup.config.fs.mounts.empty()) return std::unique_ptr<Module>();
  if (setup.files == nullptr) return CreateFsModule(setup.config.fs, setup.config.limits.fs);
  return std::unique_ptr<Module>(std::make_unique<FsModule>(setup.files));
}

}  // namespace

Expected<std::shared_ptr<Shared>> OpenFiles(const FsConfig& config, const FsLimits& limits,
                                            std::shared_ptr<wasi::MemoryTree> scratch) {
  auto mounts = MountTable::Open(config);
  if (!mounts) return mounts.error();
  return std::make_shared<Shared>(std::move(*mounts), limits, std::move(scratch));
}

Expected<std::unique_ptr<Module>> CreateFsModule(const FsConfig& config, const FsLimits& limits) {
  auto shared = OpenFiles(config, limits, nullptr);
  if (!shared) return shared.error();
  return std::unique_ptr<Module>(std::make_unique<FsModule>(std::move(*shared)));
}

constinit const ModuleKind module_kind = {
    .name = "fs", .shown = "fs", .how = "WithSessionMount (--mount VIRTUAL:HOST:ro)", .create = Create};

}  // namespace goru::host::fs
