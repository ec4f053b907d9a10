// A mount as a part of a guest's tree: what open, os and the like reach.
#pragma once

#include <memory>
#include <vector>

#include "host/fs/shared.hpp"
#include "wasi/files/files.hpp"

namespace goru::host::fs {

/// What is known of the disk of a file system.
struct DiskTraits {
  /// What is read may be in the kernel's memory, which says so where it is not.
  bool local = false;
  /// There is none: all of it is in memory.
  bool in_memory = false;
};
/// Of what the file system of a descriptor is.
DiskTraits DiskTraitsOf(int fd) noexcept;

/// One tree for each mount, with the modes, the quota and the refusals that fs has. What may wait for a disk is done on
/// `threads`, so that a run whose disk hangs can be stopped; null: on the caller's.
std::vector<wasi::PlacedTree> MountTrees(const std::shared_ptr<Shared>& shared,
                                         const std::shared_ptr<wasi::DiskThreads>& threads,
                                         DiskTraits (*traits_of)(int fd) = DiskTraitsOf);

}  // namespace goru::host::fs
