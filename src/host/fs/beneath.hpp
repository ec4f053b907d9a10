// Opening what lies beneath a directory, and nothing else: the kernel resolves, so there is no moment between a check
// and a use.
#pragma once

#include <sys/stat.h>

#include <optional>
#include <string>

#include "support/unique_fd.hpp"

namespace goru::host::fs {

/// Opens `path` relative to the directory `root`. Symbolic links are followed as long as they stay beneath `root`;
/// absolute ones never do. Always with O_CLOEXEC, never creates. Empty, with the reason in `error`, where that fails;
/// EXDEV means that the path leads out.
support::UniqueFd TryOpenBeneath(int root, const std::string& path, int flags, int& error) noexcept;

/// The same; throws FsError.
support::UniqueFd OpenBeneath(int root, const std::string& path, int flags);

/// Throws FsError.
struct stat StatusOf(int fd);

struct RegularFile {
  support::UniqueFd fd;
  struct stat status = {};
};

/// Opens a regular file. Devices, pipes and sockets are refused without being opened, and nothing blocks. Throws
/// FsError.
RegularFile OpenRegular(int root, const std::string& path, int flags);
/// Throws FsError where `status` is not a regular file's.
void RequireRegular(const struct stat& status);

/// A name in a directory that is held open.
struct DirectoryEntry {
  support::UniqueFd parent;
  std::string name;

  /// What has that name, a symbolic link itself included; nothing where there is none. Throws FsError.
  std::optional<struct stat> Status() const;
};

/// The last component of `path`, not followed where it is a symbolic link. Throws FsError where its directory is not
/// there.
DirectoryEntry OpenParent(int root, const std::string& path);

/// The entry that `path` stands for once symbolic links are followed, which need not exist. Throws FsError.
DirectoryEntry FollowLast(int root, std::string path);

}  // namespace goru::host::fs
