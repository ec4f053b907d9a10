#include "executor/sandbox_pool.hpp"

namespace goru::internal {
namespace {

// Clean slots kept for later; each holds a few hundred resident pages at most.
constexpr size_t kMaxClean = 16;

// When this many guests wait to be ended, whoever brings the next one ends it: the thread must not fall behind for
// ever.
constexpr size_t kMaxUsed = 16;

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

Expected<SandboxPool::GuestPtr> SandboxPool::Make(SlotPtr slot) {
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

Expected<SandboxPool::GuestPtr> SandboxPool::Take() {
  GuestPtr guest;
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

SandboxPool::SlotPtr SandboxPool::Clean(GuestPtr guest) {
  SlotPtr slot = guest->Release();
  if (!slot->Reset()) slot.reset();
  return slot;
}

void SandboxPool::Keep(SlotPtr slot) {
  if (!slot) return;
  const std::lock_guard lock(mutex_);
  if (clean_.size() < kMaxClean) clean_.push_back(std::move(slot));
}

void SandboxPool::Give(GuestPtr guest) {
  if (ready_target_ > 0) {
    std::unique_lock lock(mutex_);
    if (used_.size() < kMaxUsed && !closing_) {
      used_.push_back(std::move(guest));
      lock.unlock();
      work_.notify_one();
      return;
    }
  }
  Keep(Clean(std::move(guest)));
}

void SandboxPool::Tend() {
  std::unique_lock lock(mutex_);
  for (;;) {
    work_.wait(lock,
               [this] { return closing_ || !used_.empty() || (ready_.size() < ready_target_ && !making_failed_); });
    if (closing_) return;
    if (ready_.size() < ready_target_ && !making_failed_ && (!clean_.empty() || used_.empty())) {
      SlotPtr slot;
      if (!clean_.empty()) {
        slot = std::move(clean_.back());
        clean_.pop_back();
      }
      lock.unlock();
      auto made = Make(std::move(slot));
      if (made) runtime_->Warm(**made);
      lock.lock();
      if (made) {
        ready_.push_back(std::move(*made));
      } else {
        // Out of address space, say. Take tells the caller; trying again at once would only burn time.
        making_failed_ = true;
      }
      continue;
    }
    if (used_.empty()) continue;
    GuestPtr guest = std::move(used_.front());
    used_.pop_front();
    lock.unlock();
    Keep(Clean(std::move(guest)));
    lock.lock();
  }
}

}  // namespace goru::internal
