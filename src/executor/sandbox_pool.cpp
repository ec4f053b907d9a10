#include "executor/sandbox_pool.hpp"

#include <chrono>
#include <system_error>
#include <utility>

namespace goru::internal {
namespace {

// When this many sandboxes wait to be ended, whoever brings the next one ends it: the thread must not fall behind for
// ever.
constexpr size_t kMaxUsed = 16;

/// Counts one more while it exists.
class Counted {
 public:
  explicit Counted(std::atomic<size_t>& count) noexcept : count_(count) {
    count_.fetch_add(1, std::memory_order_relaxed);
  }
  ~Counted() { count_.fetch_sub(1, std::memory_order_relaxed); }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;

 private:
  std::atomic<size_t>& count_;
};

}  // namespace

SandboxPool::SandboxPool(std::shared_ptr<guest::SandboxFactory> factory, size_t ready, Language language,
                         std::shared_ptr<Observer> observer)
    : factory_(std::move(factory)),
      ready_target_(ready),
      language_(std::move(language)),
      observer_(std::move(observer)) {
  // Room for what is put there later: keeping a sandbox never fails.
  ready_.reserve(ready_target_);
  used_.reserve(kMaxUsed);
  if (ready_target_ == 0) return;
  try {
    thread_ = std::thread([this] { Tend(); });
  } catch (const std::system_error&) {
    ready_target_ = 0;
  }
}

SandboxPool::~SandboxPool() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  work_.notify_all();
  if (thread_.joinable()) thread_.join();
}

Expected<SandboxPool::SandboxPtr> SandboxPool::Make(bool ahead) {
  const Counted being_made(being_made_);
  const auto start = observer_ ? std::chrono::steady_clock::now() : std::chrono::steady_clock::time_point();
  auto sandbox = factory_->Make();
  if (!sandbox) return sandbox;
  if (ahead) factory_->Warm(**sandbox);
  if (observer_) observer_->OnSandboxMade({language_, std::chrono::steady_clock::now() - start, ahead});
  return sandbox;
}

SandboxPool::SandboxPtr SandboxPool::MakeAhead() noexcept {
  try {
    auto made = Make(true);
    return made ? std::move(*made) : nullptr;
  } catch (...) {
    return nullptr;
  }
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
  const bool ready = sandbox != nullptr;
  if (!ready) {
    auto made = Make(false);
    if (!made) return made;
    sandbox = std::move(*made);
  }
  taken_.fetch_add(1, std::memory_order_relaxed);
  if (observer_) observer_->OnSandboxTaken({language_, ready});
  return sandbox;
}

void SandboxPool::Give(SandboxPtr sandbox) noexcept {
  taken_.fetch_sub(1, std::memory_order_relaxed);
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

SandboxPool::Counts SandboxPool::counts() const noexcept {
  Counts counts;
  counts.being_made = being_made_.load(std::memory_order_relaxed);
  counts.taken = taken_.load(std::memory_order_relaxed);
  const std::lock_guard lock(mutex_);
  counts.ready = ready_.size();
  counts.used = used_.size();
  return counts;
}

void SandboxPool::Tend() {
  std::unique_lock lock(mutex_);
  for (;;) {
    work_.wait(lock,
               [this] { return closing_ || !used_.empty() || (ready_.size() < ready_target_ && !making_failed_); });
    if (closing_) return;
    if (ready_.size() < ready_target_ && !making_failed_ && (used_.empty() || factory_->spares() > 0)) {
      lock.unlock();
      SandboxPtr made = MakeAhead();
      lock.lock();
      if (made) {
        ready_.push_back(std::move(made));
      } else {
        // Out of address space or memory, say. Take tells the caller; trying again at once would only burn time.
        making_failed_ = true;
      }
      continue;
    }
    if (used_.empty()) continue;
    SandboxPtr sandbox = std::move(used_.back());
    used_.pop_back();
    lock.unlock();
    factory_->Recycle(std::move(sandbox));
    lock.lock();
  }
}

}  // namespace goru::internal
