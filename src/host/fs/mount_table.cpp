#include "host/fs/mount_table.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <limits>
#include <system_error>
#include <utility>

#include "host/fs/beneath.hpp"
#include "host/fs/errors.hpp"

namespace goru::host::fs {
namespace {

Error Wrong(const Mount& mount, const std::string& why) {
  return Error{ErrorKind::kInvalidArgument,
               "mount \"" + mount.virtual_path + "\": " + why + " (WithSessionMount, --mount VIRTUAL:HOST:ro|rw|rwc)"};
}

/// Opens the directory, and those that it must be within on the way.
Expected<support::UniqueFd> OpenRoot(const Mount& mount) {
  if (mount.host_path.empty()) return Wrong(mount, "it has no host path");
  constexpr int kFlags = O_PATH | O_DIRECTORY;
  std::vector<std::string> path = mount.within;
  path.push_back(mount.host_path);
  support::UniqueFd root(::open(path.front().c_str(), kFlags | O_CLOEXEC));
  int error = errno;
  for (size_t i = 1; root && i < path.size(); ++i) {
    const auto below = std::filesystem::path(path[i]).lexically_relative(path[i - 1]);
    if (below.empty() || *below.begin() == "..") {
      return Wrong(mount, "its host path is not within " + path[i - 1]);
    }
    root = TryOpenBeneath(root.get(), below.string(), kFlags, error);
  }
  if (root) return root;
  const std::string reason =
      error == EXDEV ? "a link leads out of " + path[path.size() - 2] : std::generic_category().message(error);
  return Wrong(mount, "cannot open the directory " + mount.host_path + ": " + reason);
}

Expected<MountPoint> OpenMount(const Mount& mount) {
  PathFault fault = PathFault::kNone;
  auto path = VirtualPath::Parse(mount.virtual_path, std::numeric_limits<size_t>::max(), fault);
  if (!path || path->text() != mount.virtual_path) {
    return Wrong(mount, "its virtual path " + std::string(VirtualPath::kNormalForm));
  }
  if (mount.host_path.find('\0') != std::string::npos) return Wrong(mount, "its host path has a NUL character");
  auto root = OpenRoot(mount);
  if (!root) return root.error();
  int error = 0;
  if (!TryOpenBeneath(root->get(), ".", O_PATH | O_DIRECTORY, error) && (error == ENOSYS || error == EPERM)) {
    return Error{ErrorKind::kUnavailable,
                 "fs needs the system call openat2 (Linux 5.6 and later), which the kernel or a filter refuses"};
  }
  return MountPoint{std::move(*path), mount.mode, std::move(*root)};
}

}  // namespace

Expected<std::shared_ptr<const MountTable>> MountTable::Open(const FsConfig& config) {
  auto table = std::make_shared<MountTable>();
  for (const Mount& mount : config.mounts) {
    auto opened = OpenMount(mount);
    if (!opened) return opened.error();
    const auto same = [&](const MountPoint& other) { return other.path == opened->path; };
    if (std::any_of(table->mounts_.begin(), table->mounts_.end(), same)) {
      return Wrong(mount, "another mount has the same virtual path");
    }
    table->mounts_.push_back(std::move(*opened));
  }
  std::sort(table->mounts_.begin(), table->mounts_.end(),
            [](const MountPoint& a, const MountPoint& b) { return a.path.text().size() > b.path.text().size(); });
  table->made_at_ = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  return std::shared_ptr<const MountTable>(std::move(table));
}

VirtualPath MountTable::Parse(std::string_view text, size_t max_bytes) const {
  PathFault fault = PathFault::kNone;
  auto path = VirtualPath::Parse(text, max_bytes, fault);
  switch (fault) {
    case PathFault::kNone:
      break;
    case PathFault::kNotAbsolute:
      throw FsError::Argument("ValueError", "a path begins with a mount; the mounts of this sandbox are " + Names());
    case PathFault::kNotUtf8:
      throw FsError::Argument("ValueError", "a path must be valid Unicode text");
    case PathFault::kNul:
      throw FsError::Argument("ValueError", "a path must not have a NUL character");
    case PathFault::kParent:
      throw FsError::Argument("ValueError", "a path must not have the component \"..\"");
    case PathFault::kTooLong:
      throw FsError(ENAMETOOLONG, "the path is longer than " + std::to_string(max_bytes) +
                                      " bytes (WithSessionFsLimits, --fs-max-path)");
    case PathFault::kComponentTooLong:
      throw FsError(ENAMETOOLONG,
                    "a part of the path is longer than " + std::to_string(VirtualPath::kMaxComponent) + " bytes");
  }
  return std::move(*path);
}

Target MountTable::Locate(const VirtualPath& path) const {
  Target target{.path = path, .mount = Find(path), .relative = {}, .holds_mounts = false};
  target.holds_mounts =
      std::any_of(mounts_.begin(), mounts_.end(), [&](const MountPoint& mount) { return path.Holds(mount.path); });
  if (target.mount != nullptr) {
    target.relative = target.mount->path.RelativeOf(path);
  } else if (!target.holds_mounts) {
    throw FsError(EACCES, "the path is outside the mounts of this sandbox, which are " + Names() +
                              "; the host adds some with WithSessionMount (--mount VIRTUAL:HOST:ro)");
  }
  return target;
}

const MountPoint* MountTable::Find(const VirtualPath& path) const noexcept {
  const auto found =
      std::find_if(mounts_.begin(), mounts_.end(), [&](const MountPoint& mount) { return mount.path.Holds(path); });
  return found == mounts_.end() ? nullptr : &*found;
}

std::set<std::string> MountTable::NamesIn(const VirtualPath& path) const {
  std::set<std::string> names;
  for (const MountPoint& mount : mounts_) {
    if (mount.path == path || !path.Holds(mount.path)) continue;
    const std::string below = path.RelativeOf(mount.path);
    names.insert(below.substr(0, below.find('/')));
  }
  return names;
}

std::string MountTable::Names() const {
  std::set<std::string> sorted;
  for (const MountPoint& mount : mounts_) sorted.insert(mount.path.text());
  std::string names;
  for (const std::string& name : sorted) names += (names.empty() ? "" : ", ") + name;
  return names;
}

void RequireChange(const Target& target) {
  if (target.mount == nullptr) throw FsError(EACCES, "folders above mounts are read-only");
  if (target.mount->mode != MountMode::kReadOnly) return;
  const std::string& mount = target.mount->path.text();
  throw FsError(EACCES, "the mount " + mount + " is read-only; the host allows changes with MountReadWrite (--mount " +
                            mount + ":HOST:rw)");
}

void RequireCreate(const Target& target) {
  RequireChange(target);
  if (target.mount->mode == MountMode::kReadWriteCreate) return;
  const std::string& mount = target.mount->path.text();
  throw FsError(
      EACCES, "the mount " + mount +
                  " allows no new files or folders; the host allows them with MountReadWriteCreate (--mount " + mount +
                  ":HOST:rwc)");
}

}  // namespace goru::host::fs
