// Threads that run what may block.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace goru::host {

/// A bounded pool: threads are made when work waits and no thread is idle. Work comes in lanes, one for each run, which
/// take turns; none of them gets more than its share of the threads. Thread-safe.
class WorkerPool {
 public:
  struct Size {
    /// Threads at work for lanes that somebody waits for.
    size_t threads = 64;
    /// Of them, the most that one lane may have.
    size_t share = 48;
    /// Threads beyond that: in the place of those that lanes left behind, and for lanes that have none at work while
    /// others hold all of them.
    size_t spare = 192;

    /// `threads` with the share and the spare ones that go with so many.
    static Size Of(size_t threads) noexcept;
  };

  /// Called once: with true on a thread of the pool, or with false, on any thread, where the pool has no thread for it
  /// and will not have one. Must not throw.
  using Task = std::function<void(bool run)>;

  class Lane;

  explicit WorkerPool(size_t threads) : WorkerPool(Size::Of(threads)) {}
  explicit WorkerPool(const Size& size);
  /// Waits for all work, queued work included.
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// `share`: at most so many of its tasks at the same time; 0: the pool's share.
  std::shared_ptr<Lane> NewLane(size_t share = 0) const;

  /// Queues `task`, or refuses it at once.
  void Submit(const std::shared_ptr<Lane>& lane, Task task);

  /// Nobody waits for the lane any more. What is queued is dropped without a call; the threads that its tasks hold no
  /// longer count, and others may be made in their place.
  void Leave(const std::shared_ptr<Lane>& lane);

  /// Waits until no work is queued or under way, left behind or not.
  void Drain();

  /// Threads that there are, at work or idle.
  size_t threads() const noexcept;

  /// Why tasks are refused, for the guest.
  std::string Refusal() const;

 private:
  using Threads = std::list<std::thread>;

  void Work(Threads::iterator self, std::shared_ptr<Lane> first);
  /// The functions below are called with mutex_ held.
  void Enter(const std::shared_ptr<Lane>& lane);
  std::shared_ptr<Lane> NextLane();
  Task TakeFrom(const std::shared_ptr<Lane>& lane);
  void Finish(const std::shared_ptr<Lane>& lane);
  /// Makes threads where work waits for them. `lane`: the one that work came for, or null.
  void MakeThreads(const std::shared_ptr<Lane>& lane);
  bool MakeThread(std::shared_ptr<Lane> first);
  /// All that waits, where nobody is left to do it.
  std::list<Task> TakeStranded();
  size_t live() const noexcept { return threads_.size() - left_; }

  const Size size_;
  mutable std::mutex mutex_;
  std::condition_variable available_;
  std::condition_variable drained_;
  /// Lanes with work that may start, each once, in the order of their turns.
  std::deque<std::shared_ptr<Lane>> turns_;
  Threads threads_;
  /// Threads that have ended and are to be joined.
  Threads ended_;
  /// Tasks in the lanes of turns_ that may start.
  size_t startable_ = 0;
  size_t idle_ = 0;
  /// Made, and not yet at their first look.
  size_t starting_ = 0;
  /// Threads at work for lanes that were left.
  size_t left_ = 0;
  bool closing_ = false;
  /// The system gave no further thread once: it is not asked again while there are some.
  bool refused_ = false;
};

}  // namespace goru::host
