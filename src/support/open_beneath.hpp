// Opening what lies beneath a directory, and nothing else: the kernel resolves (openat2, Linux 5.6), so there is no
// moment between a check and a use.
#pragma once

#include <string>

#include "support/unique_fd.hpp"

namespace goru::support {

/// What becomes of symbolic links on the way.
enum class Links {
  /// Followed as long as they stay beneath the directory; absolute ones never do.
  kFollowed,
  /// Refused, ELOOP; with O_PATH a link at the end is opened as itself.
  kRefused,
};

/// Opens `path` relative to the directory `root`. Always with O_CLOEXEC, never creates. Empty, with the reason in
/// `error`, where that fails; EXDEV means that the path leads out.
UniqueFd TryOpenBeneath(int root, const std::string& path, int flags, Links links, int& error) noexcept;

}  // namespace goru::support
