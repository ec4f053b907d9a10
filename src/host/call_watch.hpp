// Host calls of one executor: how many are under way, and who is told when they end.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "goru/observer.hpp"

namespace goru::host {

/// Thread-safe. Shared by the calls, which may outlive their session and their executor.
class CallWatch {
 public:
  /// `observer` may be null.
  explicit CallWatch(std::shared_ptr<Observer> observer) noexcept : observer_(std::move(observer)) {}

  /// Whether anyone is told: without, durations and sizes need not be taken.
  bool observed() const noexcept { return observer_ != nullptr; }

  /// A call waits for a thread, runs on one, or is to be answered later; calls on a run's own thread are not counted.
  /// Each Began has one Ended.
  void Began() noexcept { under_way_.fetch_add(1, std::memory_order_relaxed); }
  void Ended() noexcept { under_way_.fetch_sub(1, std::memory_order_relaxed); }
  /// Tells the observer of a call that has been answered.
  void Tell(const HostCallEvent& event) const noexcept {
    if (observer_) observer_->OnHostCall(event);
  }

  size_t under_way() const noexcept { return under_way_.load(std::memory_order_relaxed); }

 private:
  const std::shared_ptr<Observer> observer_;
  std::atomic<size_t> under_way_{0};
};

/// What an observer is told of one call when it is answered. Empty, and without cost, where nobody is told.
class WatchedCall {
 public:
  WatchedCall() noexcept = default;
  /// `name` is that of a function that exists. `argument_bytes` is what its arguments take when they cross.
  WatchedCall(std::shared_ptr<const CallWatch> watch, uint64_t session_id, std::string name, size_t argument_bytes)
      : told_(std::make_unique<Told>(Told{std::move(watch), std::move(name), session_id, argument_bytes, {}})) {}

  /// It is due to run. The first time counts: calls may be made once more.
  void Due() noexcept {
    if (told_ && told_->due == Clock::time_point()) told_->due = Clock::now();
  }

  /// Tells the observer, once. No lock is held.
  void Answered(bool ok, size_t result_bytes) noexcept {
    const std::unique_ptr<Told> told = std::move(told_);
    if (!told) return;
    HostCallEvent event;
    event.session_id = told->session_id;
    event.name = told->name;
    event.ok = ok;
    if (told->due != Clock::time_point()) event.duration = Clock::now() - told->due;
    event.argument_bytes = told->argument_bytes;
    event.result_bytes = ok ? result_bytes : 0;
    told->watch->Tell(event);
  }

 private:
  using Clock = std::chrono::steady_clock;
  struct Told {
    std::shared_ptr<const CallWatch> watch;
    std::string name;
    uint64_t session_id = 0;
    size_t argument_bytes = 0;
    Clock::time_point due;
  };

  std::unique_ptr<Told> told_;
};

}  // namespace goru::host
