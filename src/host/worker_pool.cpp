#include "host/worker_pool.hpp"

#include <system_error>

namespace goru::host {

WorkerPool::~WorkerPool() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  available_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void WorkerPool::Drain() {
  std::unique_lock lock(mutex_);
  drained_.wait(lock, [this] { return tasks_.empty() && idle_ == threads_.size(); });
}

void WorkerPool::Submit(std::function<void()> task) {
  {
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
    if (tasks_.size() > idle_ && (!refused_ || threads_.empty()) && threads_.size() < max_threads_) {
      try {
        threads_.emplace_back([this] { Work(); });
      } catch (const std::system_error&) {
        // No more threads to be had: those that exist take the work. Without any it waits for the next Submit to try.
        refused_ = true;
      }
    }
  }
  available_.notify_one();
}

void WorkerPool::Work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    ++idle_;
    if (tasks_.empty()) drained_.notify_all();
    available_.wait(lock, [this] { return closing_ || !tasks_.empty(); });
    --idle_;
    if (tasks_.empty()) return;
    std::function<void()> task = std::move(tasks_.front());
    tasks_.pop_front();
    lock.unlock();
    task();
    task = nullptr;
    lock.lock();
  }
}

}  // namespace goru::host
