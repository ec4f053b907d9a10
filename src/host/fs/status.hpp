// What is known about a path.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <string>

#include "host/fs/access.hpp"

namespace goru::host::fs {

struct Status {
  bool is_dir = false;
  /// Bytes; 0 of what is no regular file.
  uint64_t size = 0;
  /// Seconds since 1970.
  double mod_time = 0;
};

Status ToStatus(const struct stat& status) noexcept;

/// Symbolic links are followed. Throws FsError.
Status GetStatus(const Access& access, const Target& target);

/// False also for what cannot be reached: a link that leads out of the mount, a folder without permission. Throws
/// FsError where the system could not tell.
bool Exists(const Access& access, const VirtualPath& path);

}  // namespace goru::host::fs
