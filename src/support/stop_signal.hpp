// The end of a run from outside: why, and how a thread that waits inside a host call learns of it.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace goru::support {

/// Why a run is stopped from outside.
enum class StopReason : uint8_t { kNone, kTimeout, kCancelled };

/// A condition that is raised once and stays raised until Clear(). Thread-safe.
/// Waiters that wait for something else as well share its mutex: change that something under mutex(), then Wake().
class StopSignal {
 public:
  using Clock = std::chrono::steady_clock;

  void Raise() {
    {
      const std::lock_guard lock(mutex_);
      raised_ = true;
    }
    changed_.notify_all();
  }

  void Clear() {
    const std::lock_guard lock(mutex_);
    raised_ = false;
    interrupted_ = false;
  }

  /// Code that waits here is to go on and hear that somebody would like it to end. Until ClearInterrupt().
  void Interrupt() {
    {
      const std::lock_guard lock(mutex_);
      interrupted_ = true;
    }
    changed_.notify_all();
  }

  void ClearInterrupt() {
    const std::lock_guard lock(mutex_);
    interrupted_ = false;
  }

  /// For the conditions of those who wait for something that can be left. mutex() is held.
  bool interrupted() const noexcept { return interrupted_; }

  /// Costs a load: steps that may take long look at it again and again.
  bool raised() const noexcept { return raised_.load(std::memory_order_relaxed); }

  /// Makes waiters look at their condition again.
  void Wake() { changed_.notify_all(); }

  std::mutex& mutex() const { return mutex_; }

  /// Waits until `done()` is true, the signal is raised, or `deadline` has come. `lock` holds mutex(). Returns
  /// false where the signal was raised.
  template <typename Done>
  bool WaitUntil(std::unique_lock<std::mutex>& lock, Clock::time_point deadline, Done done) {
    changed_.wait_until(lock, deadline, [&] { return raised_ || done(); });
    return !raised_;
  }

  /// The same without a deadline.
  template <typename Done>
  bool Wait(std::unique_lock<std::mutex>& lock, Done done) {
    changed_.wait(lock, [&] { return raised_ || done(); });
    return !raised_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  /// Changed with mutex_ held.
  std::atomic<bool> raised_{false};
  bool interrupted_ = false;
};

}  // namespace goru::support
