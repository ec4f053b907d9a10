// One thread that waits for sockets, timers and tasks of other threads.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "support/process_generation.hpp"
#include "support/unique_fd.hpp"

namespace goru::host::http {

/// The thread starts with the first task. Post and Stop are thread-safe, all else is for the loop's own thread. What it
/// calls should not throw and must not block; exceptions are dropped.
class EventLoop {
 public:
  using Clock = std::chrono::steady_clock;
  using Task = std::function<void()>;
  using TimerId = std::pair<Clock::time_point, uint64_t>;
  using WatchId = uint64_t;

  EventLoop() = default;
  /// Stop has been called, or nothing was ever posted.
  ~EventLoop() = default;
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  /// False: the loop has been stopped, or the system has no thread or descriptor for it.
  bool Post(Task task);

  /// Runs what was posted so far, then `last`, and ends the thread. Posts nothing from then on. Not on the loop's own
  /// thread, and once.
  void Stop(Task last);

  TimerId At(Clock::time_point when, Task task);
  void Cancel(const TimerId& timer) { timers_.erase(timer); }

  /// Calls `ready` with the events (EPOLLIN, EPOLLOUT, ...) that came. 0: the system refuses.
  WatchId Watch(int fd, uint32_t events, std::function<void(uint32_t)> ready);
  void Change(WatchId watch, uint32_t events);
  void Unwatch(WatchId watch);

 private:
  struct Watched {
    int fd = -1;
    std::function<void(uint32_t)> ready;
  };

  /// With mutex_ held.
  bool Start();
  void Run();
  void RunGuarded(const Task& task) const noexcept;
  /// False: it was the last task.
  bool RunTasks();
  void RunTimers();
  void Wait();
  int MillisecondsToWait();
  void WakeUp() const noexcept;

  const support::Origin origin_;
  std::mutex mutex_;
  std::deque<Task> tasks_;
  bool closing_ = false;
  std::thread thread_;
  support::UniqueFd epoll_;
  support::UniqueFd wake_;

  // Of the loop's thread.
  std::map<TimerId, Task> timers_;
  std::unordered_map<WatchId, Watched> watched_;
  uint64_t last_id_ = 0;
};

}  // namespace goru::host::http
