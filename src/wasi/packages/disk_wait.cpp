#include "wasi/packages/disk_wait.hpp"

#include <exception>
#include <mutex>
#include <optional>
#include <utility>

namespace goru::wasi {

Errno WaitForDisk(DiskThreads* threads, const SharedStop& stop, std::function<Errno()> work) {
  if (threads == nullptr || stop == nullptr) return work();
  // Guarded by the signal's mutex.
  const auto answer = std::make_shared<std::optional<Errno>>();
  const auto leave = threads->Start([answer, stop, work = std::move(work)](bool run) mutable {
    Errno error = kEio;
    try {
      if (run) error = work();
    } catch (const std::exception&) {
      error = kEio;
    }
    // Files that it has open are closed here and not where the signal's mutex is held.
    work = nullptr;
    {
      const std::lock_guard lock(stop->mutex());
      *answer = error;
    }
    stop->Wake();
  });
  {
    std::unique_lock lock(stop->mutex());
    (void)stop->Wait(lock, [&answer] { return answer->has_value(); });
    if (answer->has_value()) return **answer;
  }
  leave();
  return kEintr;
}

}  // namespace goru::wasi
