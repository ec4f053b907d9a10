// Directories of the host that sandboxed code may use through fs.
#pragma once

#include <string>
#include <vector>

namespace goru {

/// What a session may do in a mount.
enum class MountMode {
  /// Read, list.
  kReadOnly,
  /// And change or remove what exists.
  kReadWrite,
  /// And make files and folders.
  kReadWriteCreate,
};
inline constexpr MountMode MountReadOnly = MountMode::kReadOnly;                // NOLINT(readability-identifier-naming)
inline constexpr MountMode MountReadWrite = MountMode::kReadWrite;              // NOLINT(readability-identifier-naming)
inline constexpr MountMode MountReadWriteCreate = MountMode::kReadWriteCreate;  // NOLINT(readability-identifier-naming)

/// A directory of the host as the guest sees it.
struct Mount {
  /// An absolute path such as "/data".
  std::string virtual_path = {};
  /// An existing directory. It is opened once, when the session is made: moving it away later changes nothing.
  std::string host_path = {};
  MountMode mode = MountMode::kReadOnly;
  /// Directories above host_path, the outermost first: each is opened beneath the one before and host_path beneath the
  /// last, so that no link leads out of any. Set by Intersect. Empty: links in host_path lead wherever they lead.
  std::vector<std::string> within = {};
};

/// The fs policy of one session. Set through SessionOption. No mount: fs is off.
struct FsConfig {
  /// Where they overlap, the longest prefix wins.
  std::vector<Mount> mounts;
};

}  // namespace goru
