// What a session may write in all.
#pragma once

#include <atomic>
#include <cstdint>

namespace goru::host::fs {

/// Thread-safe. What was charged stays charged: also a write that fails has used the disk.
class Quota {
 public:
  /// What a new file or folder counts for at least: many small ones fill a disk as well.
  static constexpr uint64_t kNewEntry = 4096;

  explicit Quota(uint64_t limit) noexcept : limit_(limit) {}

  /// Throws FsError where fewer than `bytes` are left; nothing is charged then.
  void Charge(uint64_t bytes);

  uint64_t used() const noexcept { return used_.load(std::memory_order_relaxed); }

 private:
  const uint64_t limit_;
  std::atomic<uint64_t> used_{0};
};

}  // namespace goru::host::fs
