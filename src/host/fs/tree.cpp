#include "host/fs/tree.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <optional>
#include <string>
#include <utility>

#include "host/fs/beneath.hpp"
#include "host/fs/errors.hpp"

namespace goru::host::fs {
namespace {

constexpr mode_t kNewFolder = 0777;

/// The target of a change; its mount is never null.
Target LocateEntry(const Access& access, const VirtualPath& path) {
  Target target = access.mounts.Locate(path);
  if (target.holds_mounts) throw FsError(EACCES, "mounts and the folders above them stay as they are");
  RequireChange(target);
  return target;
}

bool IsDirectory(const Target& target) {
  int error = 0;
  return static_cast<bool>(TryOpenBeneath(target.mount->root.get(), target.relative, O_PATH | O_DIRECTORY, error));
}

/// False: there is something of that name.
bool MakeOne(const Access& access, int parent, const std::string& name) {
  ThrowIfStopped(access.stop);
  access.quota.Charge(Quota::kNewEntry);
  if (::mkdirat(parent, name.c_str(), kNewFolder) == 0) return true;
  if (errno == EEXIST) return false;
  throw FsError(errno);
}

/// Opens the folder that `path` is to be in, and makes what is missing on the way.
DirectoryEntry MakeParents(const Access& access, int root, const std::string& path) {
  support::UniqueFd parent = OpenBeneath(root, ".", O_PATH | O_DIRECTORY);
  size_t begin = 0;
  for (size_t slash = path.find('/'); slash != std::string::npos; slash = path.find('/', begin)) {
    const std::string name = path.substr(begin, slash - begin);
    int error = 0;
    const auto step = [&] { return TryOpenBeneath(parent.get(), name, O_PATH | O_DIRECTORY | O_NOFOLLOW, error); };
    support::UniqueFd next = step();
    if (!next && error == ENOENT) {
      (void)MakeOne(access, parent.get(), name);
      next = step();
    }
    // A symbolic link may lead anywhere beneath the root, so it is followed from there.
    if (!next) next = OpenBeneath(root, path.substr(0, slash), O_PATH | O_DIRECTORY);
    parent = std::move(next);
    begin = slash + 1;
  }
  return {std::move(parent), path.substr(begin)};
}

}  // namespace

void MakeDirectory(const Access& access, const VirtualPath& path, const MakeOptions& options) {
  const Target target = access.mounts.Locate(path);
  if (target.holds_mounts) {
    if (options.exist_ok) return;
    throw FsError(EEXIST);
  }
  const int root = target.mount->root.get();
  int error = 0;
  const bool exists = static_cast<bool>(TryOpenBeneath(root, target.relative, O_PATH, error));
  if (!exists && error == EXDEV) throw FsError::LeadsOut();
  if (!exists && error != ENOENT) throw FsError(error);
  if (exists && options.exist_ok && IsDirectory(target)) return;
  if (exists) throw FsError(EEXIST);
  RequireCreate(target);
  const DirectoryEntry entry =
      options.parents ? MakeParents(access, root, target.relative) : OpenParent(root, target.relative);
  // Somebody else may make it at the same moment.
  if (MakeOne(access, entry.parent.get(), entry.name) || (options.exist_ok && IsDirectory(target))) return;
  throw FsError(EEXIST);
}

void Remove(const Access& access, const VirtualPath& path, Removed what) {
  const Target target = LocateEntry(access, path);
  const DirectoryEntry entry = OpenParent(target.mount->root.get(), target.relative);
  const std::optional<struct stat> status = entry.Status();
  if (!status) throw FsError(ENOENT);
  ThrowIfStopped(access.stop);
  const bool is_folder = S_ISDIR(status->st_mode);
  if (what == Removed::kFile && is_folder) throw FsError(EISDIR);
  if (what == Removed::kFolder && !is_folder) throw FsError(ENOTDIR);
  const int flags = is_folder ? AT_REMOVEDIR : 0;
  if (::unlinkat(entry.parent.get(), entry.name.c_str(), flags) != 0) throw FsError(errno);
}

void Rename(const Access& access, const VirtualPath& from, const VirtualPath& to) {
  const Target source = LocateEntry(access, from);
  const DirectoryEntry old_entry = OpenParent(source.mount->root.get(), source.relative);
  if (!old_entry.Status()) throw FsError(ENOENT);
  try {
    const Target target = LocateEntry(access, to);
    if (source.mount != target.mount) {
      throw FsError(EXDEV, "cannot rename from the mount " + source.mount->path.text() + " to the mount " +
                               target.mount->path.text() + ": copy, then remove");
    }
    const DirectoryEntry new_entry = OpenParent(target.mount->root.get(), target.relative);
    if (!new_entry.Status()) RequireCreate(target);
    ThrowIfStopped(access.stop);
    if (::renameat(old_entry.parent.get(), old_entry.name.c_str(), new_entry.parent.get(), new_entry.name.c_str()) !=
        0) {
      throw FsError(errno);
    }
  } catch (const FsError& e) {
    throw e.About(to.text());
  }
}

}  // namespace goru::host::fs
