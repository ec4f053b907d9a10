#include "executor/files/session_files.hpp"

#include <limits>
#include <optional>
#include <utility>

#include "executor/executor_core.hpp"
#include "executor/packages/disk_threads.hpp"
#include "host/fs/fs_module.hpp"
#include "host/fs/mount_tree.hpp"
#include "host/fs/scratch.hpp"
#include "wasi/descriptors.hpp"
#include "wasi/files/device_tree.hpp"
#include "wasi/files/package_tree.hpp"

namespace goru::internal {
namespace {

using host::fs::PathFault;
using host::fs::VirtualPath;

constexpr size_t kLongestPath = 4096;

Error Wrong(std::string_view path, const std::string& why) {
  return Error{ErrorKind::kInvalidArgument, std::string(path) + ": " + why};
}

Error ErrorOf(std::string_view path, wasi::Errno error, uint64_t limit) {
  switch (error) {
    case wasi::kEnoent:
      return Wrong(path, "there is no such file or folder");
    case wasi::kEisdir:
      return Wrong(path, "it is a folder");
    case wasi::kEnotdir:
      return Wrong(path, "a part of the path, or all of it, is no folder");
    case wasi::kEnotempty:
      return Wrong(path, "the folder is not empty");
    case wasi::kEnospc:
      return Wrong(path, "it does not fit into what is left of the " + std::to_string(limit) +
                             " bytes of the session's files (WithSessionScratch, --scratch SIZE)");
    case wasi::kEnametoolong:
      return Wrong(path, "the path is too long or too deep");
    case wasi::kEnomem:
      return Error{ErrorKind::kUnavailable, std::string(path) + ": there is not enough memory"};
    default:
      return Wrong(path, "it cannot be changed");
  }
}

FileInfo InfoOf(wasi::MemoryTree::Listed listed) {
  constexpr double kNanosecond = 1e-9;
  return {.path = "/" + std::move(listed.path),
          .is_dir = listed.is_directory,
          .size = listed.size,
          .mod_time = static_cast<double>(listed.modified) * kNanosecond};
}

}  // namespace

std::string_view SessionFiles::kind() const noexcept {
  if (scratch_ != nullptr) return "scratch";
  return has_mounts_ ? "mounts" : std::string_view();
}

void SessionFiles::Rest() const noexcept {
  if (files_) files_->Rest();
  if (packages_) packages_->Rest();
}

uint64_t SessionFiles::Step() const { return scratch_ ? scratch_->step() : 0; }

std::vector<FileInfo> SessionFiles::ChangedSince(uint64_t step) const {
  std::vector<wasi::MemoryTree::Listed> all;
  std::vector<FileInfo> out;
  if (scratch_ == nullptr || scratch_->ListAll("", all) != wasi::kSuccess) return out;
  // Sorted by path: what is below a folder follows it. One that is new, or has a new name, is so with all in it.
  std::string new_folder;
  for (wasi::MemoryTree::Listed& item : all) {
    const bool below = !new_folder.empty() && item.path.starts_with(new_folder);
    if (item.is_directory && item.made > step && !below) new_folder = item.path + "/";
    if (item.is_directory || (!below && item.changed <= step)) continue;
    out.push_back(InfoOf(std::move(item)));
  }
  return out;
}

Expected<std::string> SessionFiles::Inside(std::string_view path) const {
  if (scratch_ == nullptr) {
    return Error{ErrorKind::kInvalidArgument, "the session has no files of its own (WithSessionScratch, --scratch)"};
  }
  const bool relative = !path.starts_with('/');
  const std::string text = relative ? std::string(host::fs::kWorkFolder) + "/" + std::string(path) : std::string(path);
  PathFault fault = PathFault::kNone;
  const auto parsed = VirtualPath::Parse(text, kLongestPath, fault);
  if (!parsed) {
    return Wrong(path, R"(the path must be UTF-8 text without "..", of at most 4096 bytes, and no part over 255)");
  }
  const auto mounts = shared_->mounts();
  if (mounts != nullptr && mounts->Find(*parsed) != nullptr)
    return Wrong(path, "it lies in a mount, not in the scratch");
  std::string inside = parsed->text().substr(1);
  for (const std::string_view own : {std::string_view("dev"), wasi::kPackagesPath, wasi::kChannelDir}) {
    if (inside == own || inside.starts_with(std::string(own) + "/")) return Wrong(path, "it is the sandbox's own");
  }
  return inside;
}

Expected<void> SessionFiles::WriteFile(std::string_view path, std::string_view bytes) const {
  const auto inside = Inside(path);
  if (!inside) return inside.error();
  for (size_t slash = inside->find('/'); slash != std::string::npos; slash = inside->find('/', slash + 1)) {
    const wasi::Errno made = scratch_->MakeDirectory(inside->substr(0, slash), nullptr);
    if (made != wasi::kSuccess && made != wasi::kEexist) return ErrorOf(path, made, scratch_->limit());
  }
  const wasi::Errno error = scratch_->Replace(*inside, {reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()});
  if (error != wasi::kSuccess) return ErrorOf(path, error, scratch_->limit());
  return {};
}

Expected<std::string> SessionFiles::ReadFile(std::string_view path) const {
  const auto inside = Inside(path);
  if (!inside) return inside.error();
  std::vector<uint8_t> bytes;
  const wasi::Errno error = scratch_->ReadAll(*inside, std::numeric_limits<uint64_t>::max(), bytes);
  if (error != wasi::kSuccess) return ErrorOf(path, error, scratch_->limit());
  return std::string(bytes.begin(), bytes.end());
}

Expected<std::vector<FileInfo>> SessionFiles::ListFiles(std::string_view path) const {
  const auto inside = Inside(path);
  if (!inside) return inside.error();
  std::vector<wasi::MemoryTree::Listed> all;
  const wasi::Errno error = scratch_->ListAll(*inside, all);
  if (error != wasi::kSuccess) return ErrorOf(path, error, scratch_->limit());
  std::vector<FileInfo> out;
  out.reserve(all.size());
  for (wasi::MemoryTree::Listed& item : all) out.push_back(InfoOf(std::move(item)));
  return out;
}

Expected<void> SessionFiles::RemoveFile(std::string_view path) const {
  const auto inside = Inside(path);
  if (!inside) return inside.error();
  wasi::Errno error = scratch_->Unlink(*inside, nullptr);
  if (error == wasi::kEisdir) error = scratch_->RemoveDirectory(*inside, nullptr);
  if (error != wasi::kSuccess) return ErrorOf(path, error, scratch_->limit());
  return {};
}

Expected<SessionFiles> MakeSessionFiles(const std::shared_ptr<ExecutorCore>& executor, const SessionConfig& config,
                                        std::shared_ptr<wasi::PackageView> packages) {
  SessionFiles out;
  out.has_mounts_ = !config.fs.mounts.empty();
  out.packages_ = std::move(packages);
  std::vector<wasi::PlacedTree> trees;
  if (out.packages_) trees.push_back({std::string(wasi::kPackagesPath), wasi::PackageTree(*out.packages_)});
  if (config.scratch_bytes > 0) {
    out.scratch_ = std::make_shared<wasi::MemoryTree>(
        wasi::MemoryTreeLimits{.bytes = config.scratch_bytes, .entries = config.limits.fs.scratch_files},
        support::HeldBytes(executor->guest_memory()));
    for (const std::string_view folder : {host::fs::kWorkFolder, host::fs::kTemporaryFolder, host::fs::kHomeFolder}) {
      (void)out.scratch_->MakeDirectory(std::string(folder.substr(1)), nullptr);
    }
    trees.push_back({"", out.scratch_});
  }
  if (out.scratch_ || out.has_mounts_) {
    auto shared = host::fs::OpenFiles(config.fs, config.limits.fs, out.scratch_);
    if (!shared) return shared.error();
    out.shared_ = std::move(*shared);
    for (wasi::PlacedTree& mount : host::fs::MountTrees(out.shared_, MakeDiskThreads(executor))) {
      // What leads to a mount is a folder of the scratch, so that listings have it.
      for (size_t slash = mount.path.find('/'); out.scratch_ && !mount.path.empty();
           slash = mount.path.find('/', slash + 1)) {
        (void)out.scratch_->MakeDirectory(mount.path.substr(0, slash), nullptr);
        if (slash == std::string::npos) break;
      }
      // A mount of "/" takes the place of the scratch.
      if (mount.path.empty()) std::erase_if(trees, [](const wasi::PlacedTree& tree) { return tree.path.empty(); });
      trees.push_back(std::move(mount));
    }
    static const auto devices = std::make_shared<wasi::DeviceTree>();
    trees.push_back({"dev", devices});
  }
  if (!trees.empty()) {
    out.files_ = std::make_unique<wasi::Files>(std::move(trees), wasi::FilesLimits{config.limits.fs.open_files});
  }
  return out;
}

}  // namespace goru::internal
