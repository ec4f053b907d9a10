// A mount as a part of a guest's tree: what open, os and the like reach.
#pragma once

#include <memory>
#include <vector>

#include "host/fs/shared.hpp"
#include "wasi/files/files.hpp"

namespace goru::host::fs {

/// One tree for each mount, with the modes, the quota and the refusals that fs has. What may wait for a disk is done on
/// `threads`, so that a run whose disk hangs can be stopped; null: on the caller's.
std::vector<wasi::PlacedTree> MountTrees(const std::shared_ptr<Shared>& shared,
                                         const std::shared_ptr<wasi::DiskThreads>& threads);

}  // namespace goru::host::fs
