// What is in a folder.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "host/fs/access.hpp"

namespace goru::host::fs {

struct Listed {
  /// UTF-8; what is none on the host has U+FFFD in its place.
  std::string name;
  /// Of what a symbolic link leads to; false where that is nothing in the mount.
  bool is_dir = false;
  uint64_t size = 0;
  bool is_link = false;
};

/// Sorted by name, mounts included. Throws FsError.
std::vector<Listed> List(const Access& access, const VirtualPath& path);

}  // namespace goru::host::fs
