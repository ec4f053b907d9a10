// Sandboxes of one language: made, kept ready, cleaned and used again.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "goru/error.hpp"
#include "guest/runtime.hpp"
#include "wasm/memory_slot.hpp"

namespace goru::internal {

/// A guest that has run code is never handed out again: only its address range is, after it has been made equal to the
/// image. Thread-safe.
class SandboxPool {
 public:
  /// Keeps up to `ready` guests made and touched ahead of need, by a thread of its own; 0 = none, no thread.
  SandboxPool(std::shared_ptr<const guest::Runtime> runtime, size_t ready);
  ~SandboxPool();
  SandboxPool(const SandboxPool&) = delete;
  SandboxPool& operator=(const SandboxPool&) = delete;

  /// A fresh guest.
  Expected<std::unique_ptr<guest::Guest>> Take();

  /// Gives a guest back, to be ended. It does not see packages any more and cannot be stopped by anyone.
  void Give(std::unique_ptr<guest::Guest> guest);

  const guest::Runtime& runtime() const noexcept { return *runtime_; }

 private:
  using SlotPtr = std::unique_ptr<wasm::MemorySlot>;

  using GuestPtr = std::unique_ptr<guest::Guest>;

  Expected<GuestPtr> Make(SlotPtr slot);
  SlotPtr TakeSlot();
  /// Ends the guest and cleans its slot; null where that fails.
  static SlotPtr Clean(GuestPtr guest);
  void Keep(SlotPtr slot);
  void Tend();

  const std::shared_ptr<const guest::Runtime> runtime_;
  const size_t ready_target_;
  std::mutex mutex_;
  std::condition_variable work_;
  std::vector<GuestPtr> ready_;
  std::vector<SlotPtr> clean_;
  /// Guests that have run, as they were left.
  std::deque<GuestPtr> used_;
  bool closing_ = false;
  bool making_failed_ = false;
  std::thread thread_;
};

}  // namespace goru::internal
