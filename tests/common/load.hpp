// What tests of an executor under load have in common.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "common/sandbox.hpp"

namespace goru::test {

/// Longer than any test takes.
inline constexpr std::chrono::hours kLong{1};

/// Waits until `holds()`; a test in which that never comes ends at its own timeout.
inline void Until(const std::function<bool()>& holds) {
  while (!holds()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

/// Code that waits in a host function until the door is open: call('hold').
class Holding {
 public:
  Registry Functions() {
    Registry registry;
    registry.Add("hold", [this](const CallContext&, const nlohmann::json&) -> nlohmann::json {
      ++held_;
      door_.Wait();
      return nullptr;
    });
    return registry;
  }
  static constexpr const char* kCode = "call('hold')";

  /// Runs that have come to the door so far.
  size_t held() const noexcept { return held_; }
  void Release() { door_.Open(); }

 private:
  Door door_;
  std::atomic<size_t> held_{0};
};

/// Results in the order in which they come.
class Results {
 public:
  RunCallback Callback(std::string name = {}) {
    return [this, name = std::move(name)](Result result) {
      const std::lock_guard lock(mutex_);
      results_.push_back(std::move(result));
      names_.push_back(name);
      changed_.notify_all();
    };
  }
  /// Waits until there are so many.
  std::vector<Result> Wait(size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return results_.size() >= count; });
    return results_;
  }
  size_t size() {
    const std::lock_guard lock(mutex_);
    return results_.size();
  }
  std::vector<std::string> names() {
    const std::lock_guard lock(mutex_);
    return names_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Result> results_;
  std::vector<std::string> names_;
};

}  // namespace goru::test
