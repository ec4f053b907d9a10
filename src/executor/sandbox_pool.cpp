#include "executor/sandbox_pool.hpp"

#include <utility>

namespace goru::internal {
namespace {

// When this many sandboxes wait to be ended, whoever brings the next one ends it: the thread must not fall behind for
// ever.
constexpr size_t kMaxUsed = 16;

}  // namespace

SandboxPool::SandboxPool(std::shared_ptr<guest::SandboxFactory> factory, size_t ready)
    : factory_(std::move(factory)), ready_target_(ready) {
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

Expected<SandboxPool::SandboxPtr> SandboxPool::Take() {
  SandboxPtr sandbox;
  bool running_low = false;
  {
    const std::lock_guard lock(mutex_);
    making_failed_ = false;
    if (!ready_.empty()) {
      sandbox = std::move(ready_.back());
      ready_.pop_back();
    }
    // Mapping memory in one thread holds up page faults in all others, so the stock is made up when a sandbox comes
    // back and not while one begins to run; unless many are taken and none comes back.
    running_low = ready_.size() < (ready_target_ + 1) / 2;
  }
  if (running_low) work_.notify_one();
  if (sandbox) return sandbox;
  return factory_->Make();
}

void SandboxPool::Give(SandboxPtr sandbox) {
  if (ready_target_ > 0) {
    std::unique_lock lock(mutex_);
    if (used_.size() < kMaxUsed && !closing_) {
      used_.push_back(std::move(sandbox));
      lock.unlock();
      work_.notify_one();
      return;
    }
  }
  factory_->Recycle(std::move(sandbox));
}

void SandboxPool::Tend() {
  std::unique_lock lock(mutex_);
  for (;;) {
    work_.wait(lock,
               [this] { return closing_ || !used_.empty() || (ready_.size() < ready_target_ && !making_failed_); });
    if (closing_) return;
    if (ready_.size() < ready_target_ && !making_failed_ && (used_.empty() || factory_->spares() > 0)) {
      lock.unlock();
      auto made = factory_->Make();
      if (made) factory_->Warm(**made);
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
    SandboxPtr sandbox = std::move(used_.front());
    used_.pop_front();
    lock.unlock();
    factory_->Recycle(std::move(sandbox));
    lock.lock();
  }
}

}  // namespace goru::internal
