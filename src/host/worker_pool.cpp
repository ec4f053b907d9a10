#include "host/worker_pool.hpp"

#include <algorithm>
#include <exception>
#include <iterator>
#include <utility>

namespace goru::host {

/// Guarded by the pool's mutex.
class WorkerPool::Lane {
 public:
  explicit Lane(size_t most) : share(most) {}

  /// How many tasks may start now.
  size_t startable() const noexcept { return running < share ? std::min(tasks.size(), share - running) : 0; }

  const size_t share;
  std::list<Task> tasks;
  size_t running = 0;
  /// It is among the turns.
  bool waits = false;
  bool left = false;
};

WorkerPool::Size WorkerPool::Size::Of(size_t threads) noexcept {
  // A quarter of the threads, or one, is there for the others.
  const size_t all = std::max<size_t>(threads, 1);
  return {.threads = all, .share = std::max<size_t>(all - std::max<size_t>(all / 4, 1), 1), .spare = all * 3};
}

WorkerPool::WorkerPool(const Size& size) : size_(size) {}

WorkerPool::~WorkerPool() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  available_.notify_all();
  // From here on no thread is made or leaves the lists.
  for (std::thread& thread : threads_) thread.join();
  for (std::thread& thread : ended_) thread.join();
}

std::shared_ptr<WorkerPool::Lane> WorkerPool::NewLane(size_t share) const {
  return std::make_shared<Lane>(share == 0 ? size_.share : share);
}

void WorkerPool::Drain() {
  std::unique_lock lock(mutex_);
  drained_.wait(lock, [this] { return startable_ == 0 && idle_ == threads_.size(); });
}

void WorkerPool::Submit(const std::shared_ptr<Lane>& lane, Task task) {
  std::list<Task> refused;
  Threads ended;
  {
    const std::lock_guard lock(mutex_);
    if (lane->left) {
      refused.push_back(std::move(task));
    } else {
      const size_t before = lane->startable();
      lane->tasks.push_back(std::move(task));
      startable_ += lane->startable() - before;
      Enter(lane);
      MakeThreads(lane);
      refused = TakeStranded();
    }
    ended.swap(ended_);
  }
  available_.notify_one();
  for (std::thread& thread : ended) thread.join();
  for (const Task& one : refused) one(false);
}

void WorkerPool::Leave(const std::shared_ptr<Lane>& lane) {
  std::list<Task> dropped;
  std::list<Task> refused;
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(lane->left, true)) return;
    startable_ -= lane->startable();
    dropped.swap(lane->tasks);
    left_ += lane->running;
    std::erase(turns_, lane);
    MakeThreads(nullptr);
    refused = TakeStranded();
    drained_.notify_all();
  }
  for (const Task& one : refused) one(false);
}

size_t WorkerPool::threads() const noexcept {
  const std::lock_guard lock(mutex_);
  return threads_.size();
}

std::string WorkerPool::Refusal() const {
  return "the host has no thread left for functions that block: functions of runs that have ended hold up to " +
         std::to_string(size_.threads + size_.spare) + " of them (WithHostThreads)";
}

void WorkerPool::Enter(const std::shared_ptr<Lane>& lane) {
  if (lane->waits || lane->startable() == 0) return;
  lane->waits = true;
  turns_.push_back(lane);
}

void WorkerPool::MakeThreads(const std::shared_ptr<Lane>& lane) {
  if (closing_) return;
  const auto short_of_threads = [this] {
    return startable_ > idle_ + starting_ && threads_.size() < size_.threads + size_.spare &&
           (!refused_ || live() == 0);
  };
  while (short_of_threads() && live() < size_.threads) {
    if (!MakeThread(nullptr)) return;
  }
  // All are at work for others, and may be for long.
  if (lane && lane->running == 0 && short_of_threads()) (void)MakeThread(lane);
}

bool WorkerPool::MakeThread(std::shared_ptr<Lane> first) {
  Threads made;
  try {
    made.emplace_back();
    const auto self = made.begin();
    *self = std::thread([this, self, first = std::move(first)]() mutable { Work(self, std::move(first)); });
  } catch (const std::exception&) {
    refused_ = true;
    return false;
  }
  threads_.splice(threads_.end(), made);
  ++starting_;
  return true;
}

std::list<WorkerPool::Task> WorkerPool::TakeStranded() {
  std::list<Task> stranded;
  if (live() > 0) return stranded;
  for (const auto& lane : turns_) {
    stranded.splice(stranded.end(), lane->tasks);
    lane->waits = false;
  }
  turns_.clear();
  startable_ = 0;
  return stranded;
}

std::shared_ptr<WorkerPool::Lane> WorkerPool::NextLane() {
  // One thread more than there should be is for lanes that have none.
  const bool any = live() <= size_.threads;
  const auto next =
      std::find_if(turns_.begin(), turns_.end(), [any](const auto& lane) { return any || lane->running == 0; });
  if (next == turns_.end()) return nullptr;
  std::shared_ptr<Lane> lane = std::move(*next);
  turns_.erase(next);
  lane->waits = false;
  return lane;
}

WorkerPool::Task WorkerPool::TakeFrom(const std::shared_ptr<Lane>& lane) {
  Task task = std::move(lane->tasks.front());
  lane->tasks.pop_front();
  ++lane->running;
  --startable_;
  // Behind the others.
  Enter(lane);
  return task;
}

void WorkerPool::Finish(const std::shared_ptr<Lane>& lane) {
  const size_t before = lane->startable();
  --lane->running;
  if (lane->left) {
    --left_;
    return;
  }
  startable_ += lane->startable() - before;
  Enter(lane);
}

void WorkerPool::Work(Threads::iterator self, std::shared_ptr<Lane> first) {
  std::unique_lock lock(mutex_);
  --starting_;
  for (;;) {
    std::shared_ptr<Lane> lane = std::exchange(first, nullptr);
    if (lane && lane->waits) {
      std::erase(turns_, lane);
      lane->waits = false;
    } else {
      lane = NextLane();
    }
    if (lane) {
      Task task = TakeFrom(lane);
      lock.unlock();
      task(true);
      // What it held goes now: it may be the last to hold it.
      task = nullptr;
      lock.lock();
      Finish(lane);
      continue;
    }
    if (closing_) return;
    if (live() > size_.threads) {
      ended_.splice(ended_.end(), threads_, self);
      drained_.notify_all();
      return;
    }
    ++idle_;
    drained_.notify_all();
    available_.wait(lock, [this] { return closing_ || startable_ > 0; });
    --idle_;
  }
}

}  // namespace goru::host
