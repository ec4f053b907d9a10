// Which directory of the host a virtual path is in.
#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "goru/error.hpp"
#include "goru/fs.hpp"
#include "host/fs/virtual_path.hpp"
#include "support/unique_fd.hpp"

namespace goru::host::fs {

/// A directory that is open as long as its table lives.
struct MountPoint {
  VirtualPath path;
  MountMode mode = MountMode::kReadOnly;
  /// O_PATH: good for nothing but to begin resolving at it.
  support::UniqueFd root;
};

/// Where a virtual path leads.
struct Target {
  VirtualPath path;
  /// Null: a folder above mounts that no directory stands for. Lives as long as the table.
  const MountPoint* mount = nullptr;
  /// As seen from the mount's root; "." for the root itself.
  std::string relative;
  /// The path is a mount or has one below it. What it names is a folder, whatever the host has there, and stays.
  bool holds_mounts = false;
};

/// The mounts of one session. Immutable.
class MountTable {
 public:
  /// Checks the mounts and opens their directories. kInvalidArgument: one is wrong; kUnavailable: the system cannot
  /// keep paths inside a directory (openat2, Linux 5.6).
  static Expected<std::shared_ptr<const MountTable>> Open(const FsConfig& config);

  /// What a guest named. Throws FsError.
  VirtualPath Parse(std::string_view text, size_t max_bytes) const;

  /// Throws FsError where `path` is neither in a mount nor above one.
  Target Locate(const VirtualPath& path) const;

  /// The mount that `path` is in: the longest prefix wins. Null: none.
  const MountPoint* Find(const VirtualPath& path) const noexcept;

  const std::vector<MountPoint>& mounts() const noexcept { return mounts_; }

  /// Names in the folder `path` that are mounts or lead to some.
  std::set<std::string> NamesIn(const VirtualPath& path) const;

  /// When the session was made: the age of folders that no directory stands for. Seconds since 1970.
  double made_at() const noexcept { return made_at_; }

 private:
  /// For messages: "/data, /out".
  std::string Names() const;

  /// The longest paths come first.
  std::vector<MountPoint> mounts_;
  double made_at_ = 0;
};

/// Throws FsError where the target's mount is read-only.
void RequireChange(const Target& target);
/// Throws FsError where the target's mount allows nothing new.
void RequireCreate(const Target& target);

}  // namespace goru::host::fs
