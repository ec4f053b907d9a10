// Waiting for a disk in a run that may have to end meanwhile.
#pragma once

#include <functional>
#include <memory>

#include "support/stop_signal.hpp"
#include "wasi/abi.hpp"

namespace goru::wasi {

/// Threads for what may wait for a disk. Thread-safe.
class DiskThreads {
 public:
  virtual ~DiskThreads() = default;
  /// Calls `task` once: with true on another thread, or with false, on any, where there is none for it. What this
  /// returns is called where nobody waits for the task any more.
  virtual std::function<void()> Start(std::function<void(bool run)> task) = 0;

  DiskThreads() = default;
  DiskThreads(const DiskThreads&) = delete;
  DiskThreads& operator=(const DiskThreads&) = delete;
};

using SharedStop = std::shared_ptr<support::StopSignal>;

/// Runs `work` on one of `threads` and waits for it. kEintr: `stop` came first; the work goes on by itself, so it owns
/// all that it refers to. kEio: there is no thread for it. Without threads or without a stop it is done right here.
Errno WaitForDisk(DiskThreads* threads, const SharedStop& stop, std::function<Errno()> work);

}  // namespace goru::wasi
