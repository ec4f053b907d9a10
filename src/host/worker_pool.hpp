// Threads that run host functions.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace goru::host {

/// A bounded pool: threads are made when work waits and no thread is idle, up to a maximum, and end with the pool.
class WorkerPool {
 public:
  explicit WorkerPool(size_t max_threads) : max_threads_(max_threads < 1 ? 1 : max_threads) {}
  /// Waits for all work, queued work included.
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// Waits until no work is queued or under way.
  void Drain();

  /// Queues `task`, which must not throw.
  void Submit(std::function<void()> task);

 private:
  void Work();

  const size_t max_threads_;
  std::mutex mutex_;
  std::condition_variable available_;
  std::condition_variable drained_;
  std::deque<std::function<void()>> tasks_;
  std::vector<std::thread> threads_;
  size_t idle_ = 0;
  bool closing_ = false;
  /// The system gave no further thread once: it is not asked again while there are some.
  bool refused_ = false;
};

}  // namespace goru::host
