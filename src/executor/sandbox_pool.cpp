#include "executor/sandbox_pool.hpp"

namespace goru::internal {
namespace {

// Clean slots kept for later; each holds a few hundred resident pages at most.
constexpr size_t kMaxClean = 16;

// When this many slots wait to be cleaned, whoever brings the next one cleans it: the thread must not fall behind for
// ever.
constexpr size_t kMaxDirty = 16;

}  // namespace

SandboxPool::SandboxPool(std::shared_ptr<const guest::Runtime> runtime, size_t ready)
    : runtime_(std::move(runtime)), ready_target_(ready) {
  if (ready_target_ > 0) thread_ = std::thread([this] { Tend(); });
}

SandboxPool::~SandboxPool() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  work_.notify_all();
  if (thread_.joinable()) thread_.join();
}

Expected<std::unique_ptr<guest::Guest>> SandboxPool::Make(SlotPtr slot) {
  if (!slot) {
    auto made = wasm::MemorySlot::Create(runtime_->memory());
    if (!made) return made.error();
    slot = std::move(*made);
  }
  return runtime_->Start(std::move(slot));
}

SandboxPool::SlotPtr SandboxPool::TakeSlot() {
  const std::lock_guard lock(mutex_);
  if (clean_.empty()) return nullptr;
  SlotPtr slot = std::move(clean_.back());
  clean_.pop_back();
  return slot;
}

Expected<std::unique_ptr<guest::Guest>> SandboxPool::Take() {
  std::unique_ptr<guest::Guest> guest;
  bool running_low = false;
  {
    const std::lock_guard lock(mutex_);
    making_failed_ = false;
    if (!ready_.empty()) {
      guest = std::move(ready_.back());
      ready_.pop_back();
    }
    // Mapping memory in one thread holds up page faults in all others, so the stock is made up when a sandbox comes
    // back and not while one begins to run; unless many are taken and none comes back.
    running_low = ready_.size() < (ready_target_ + 1) / 2;
  }
  if (running_low) work_.notify_one();
  if (guest) return guest;
  return Make(TakeSlot());
}

void SandboxPool::Keep(SlotPtr slot) {
  if (!slot->Reset()) return;
  const std::lock_guard lock(mutex_);
  if (clean_.size() < kMaxClean) clean_.push_back(std::move(slot));
}

void SandboxPool::Give(std::unique_ptr<guest::Guest> guest) {
  SlotPtr slot = guest->Release();
  guest.reset();
  if (ready_target_ > 0) {
    const std::lock_guard lock(mutex_);
    if (dirty_.size() < kMaxDirty && !closing_) {
      dirty_.push_back(std::move(slot));
      work_.notify_one();
      return;
    }
  }
  Keep(std::move(slot));
}

void SandboxPool::Tend() {
  std::unique_lock lock(mutex_);
  for (;;) {
    work_.wait(lock,
               [this] { return closing_ || !dirty_.empty() || (ready_.size() < ready_target_ && !making_failed_); });
    if (closing_) return;
    if (ready_.size() < ready_target_ && !making_failed_ && (!clean_.empty() || dirty_.empty())) {
      SlotPtr slot;
      if (!clean_.empty()) {
        slot = std::move(clean_.back());
        clean_.pop_back();
      }
      lock.unlock();
      auto made = Make(std::move(slot));
      if (made) (*made)->instance().slot().Warm();
      lock.lock();
      if (made) {
        ready_.push_back(std::move(*made));
      } else {
        // Out of address space, say. Take tells the caller; trying again at once would only burn time.
        making_failed_ = true;
      }
      continue;
    }
    if (dirty_.empty()) continue;
    SlotPtr slot = std::move(dirty_.front());
    dirty_.pop_front();
    lock.unlock();
    const bool clean = slot->Reset();
    lock.lock();
    if (clean && clean_.size() < kMaxClean) clean_.push_back(std::move(slot));
    if (!clean || slot) {
      lock.unlock();
      slot.reset();
      lock.lock();
    }
  }
}

}  // namespace goru::internal
