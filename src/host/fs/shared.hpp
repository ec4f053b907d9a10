// What all that a session's guest does with files has in common.
#pragma once

#include <memory>
#include <mutex>

#include "goru/error.hpp"
#include "goru/fs.hpp"
#include "goru/limits.hpp"
#include "host/fs/mount_table.hpp"
#include "host/fs/quota.hpp"
#include "wasi/files/memory_tree.hpp"

namespace goru::host::fs {

/// Of one session, whether its guest goes by fs or by open. Thread-safe.
class Shared {
 public:
  Shared(std::shared_ptr<const MountTable> mounts, const FsLimits& limits,
         std::shared_ptr<wasi::MemoryTree> scratch = nullptr)
      : limits_(limits), quota_(limits.total_write_bytes), scratch_(std::move(scratch)), mounts_(std::move(mounts)) {}

  const FsLimits& limits() const noexcept { return limits_; }
  Quota& quota() noexcept { return quota_; }
  /// What is not in a mount; null: there is nothing but mounts.
  const std::shared_ptr<wasi::MemoryTree>& scratch() const noexcept { return scratch_; }

  /// Null once the session is closed. Whoever holds the table keeps its descriptors open.
  std::shared_ptr<const MountTable> mounts() const {
    const std::lock_guard lock(mutex_);
    return mounts_;
  }
  void Close() noexcept {
    std::shared_ptr<const MountTable> mounts;
    const std::lock_guard lock(mutex_);
    mounts.swap(mounts_);
  }

 private:
  const FsLimits limits_;
  Quota quota_;
  const std::shared_ptr<wasi::MemoryTree> scratch_;
  mutable std::mutex mutex_;
  std::shared_ptr<const MountTable> mounts_;
};

}  // namespace goru::host::fs
