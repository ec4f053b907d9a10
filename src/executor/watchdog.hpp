// One thread that ends runs whose time is up.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

#include "support/process_generation.hpp"

namespace goru::internal {

/// Calls functions at deadlines. Thread-safe.
class Watchdog {
 public:
  using Clock = std::chrono::steady_clock;

  /// `time` from now, or never where that is beyond what a clock can say.
  static Clock::time_point After(std::chrono::nanoseconds time) {
    const auto now = Clock::now();
    return time < Clock::time_point::max() - now ? now + time : Clock::time_point::max();
  }
  /// Identifies a deadline for Cancel.
  struct Ticket {
    Clock::time_point when;
    uint64_t number = 0;
  };

  /// Throws std::system_error where the system gives no thread.
  Watchdog() : thread_([this] { Watch(); }) {}
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  /// `action` runs on the watchdog's thread, once, unless cancelled before. It must be short and must not
  /// cancel anything.
  Ticket Add(Clock::time_point when, std::function<void()> action);

  /// After it returns the action is not running and will not run.
  void Cancel(const Ticket& ticket);

 private:
  using Key = std::pair<Clock::time_point, uint64_t>;
  void Watch();

  const support::Origin origin_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::condition_variable idle_;
  std::map<Key, std::function<void()>> deadlines_;
  Key running_ = {};
  uint64_t next_number_ = 1;
  /// When the thread looks again.
  Clock::time_point wake_at_ = Clock::time_point::max();
  bool closing_ = false;
  // Last: it uses what is above.
  std::thread thread_;
};

}  // namespace goru::internal
