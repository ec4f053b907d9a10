#include "executor/run_threads.hpp"

#include <cstdint>
#include <exception>
#include <utility>

namespace goru::internal {

void RunThreads::Queue::Push(Task& task) noexcept {
  task.next_ = nullptr;
  (last_ == nullptr ? first_ : last_->next_) = &task;
  last_ = &task;
  ++size_;
}

RunThreads::Task* RunThreads::Queue::Pop() noexcept {
  Task* task = first_;
  if (task == nullptr) return nullptr;
  first_ = task->next_;
  if (first_ == nullptr) last_ = nullptr;
  --size_;
  return task;
}

RunThreads::RunThreads(size_t runs) noexcept : most_(runs < SIZE_MAX ? runs + 1 : runs) {}

void RunThreads::Prepare() {
  const std::lock_guard lock(mutex_);
  if (closing_ || !threads_.empty()) return;
  MakeThread();
}

void RunThreads::MakeThread() {
  threads_.emplace_back();
  try {
    threads_.back() = std::thread([this] { Work(); });
  } catch (...) {
    threads_.pop_back();
    throw;
  }
  ++idle_;
}

void RunThreads::Post(Task& task, Kind kind) noexcept {
  {
    const std::lock_guard lock(mutex_);
    (kind == Kind::kRun ? runs_ : ends_).Push(task);
    if (startable() > idle_ && threads_.size() < most_) {
      try {
        MakeThread();
      } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): those that there are do it, a little later
      }
    }
  }
  work_.notify_one();
}

void RunThreads::Work() noexcept {
  std::unique_lock lock(mutex_);
  for (;;) {
    // Its creator counted it as idle.
    work_.wait(lock, [this] { return startable() > 0 || closing_; });
    if (startable() == 0) return;
    --idle_;
    while (startable() > 0) {
      // Those that are told to go wait for nothing, and are told one after the other.
      Task* task = ending_ ? nullptr : ends_.Pop();
      const bool ends = task != nullptr;
      if (!ends) task = runs_.Pop();
      ending_ = ending_ || ends;
      lock.unlock();
      task->Do();
      lock.lock();
      if (ends) ending_ = false;
    }
    ++idle_;
  }
}

void RunThreads::Join() noexcept {
  std::list<std::thread> threads;
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
    threads.swap(threads_);
  }
  work_.notify_all();
  for (std::thread& thread : threads) thread.join();
}

size_t RunThreads::threads() const noexcept {
  const std::lock_guard lock(mutex_);
  return threads_.size();
}

}  // namespace goru::internal
