// Host calls of one executor: how many are under way, and who is told when they end.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
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

  /// A call runs, or waits for a thread to run on. Each Began has one Ended.
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

}  // namespace goru::host
