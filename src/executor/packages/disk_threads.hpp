// Threads of the executor's pool for packages on slow disks.
#pragma once

#include <functional>
#include <memory>

#include "wasi/packages/disk_wait.hpp"

namespace goru::internal {

class ExecutorCore;

/// Does not keep the executor.
std::shared_ptr<wasi::DiskThreads> MakeDiskThreads(const std::shared_ptr<ExecutorCore>& executor);

}  // namespace goru::internal
