// Sandboxes of one image, ready when they are needed.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "goru/error.hpp"
#include "goru/language.hpp"
#include "goru/observer.hpp"
#include "guest/sandbox_factory.hpp"

namespace goru::internal {

/// Makes, warms and recycles away from the runs that wait. Thread-safe.
class SandboxPool {
 public:
  /// Keeps up to `ready` sandboxes made and warmed ahead of need, by a thread of its own; 0 = none, no thread. Where
  /// the system gives no thread it goes on without. `observer` is told of sandboxes that are made and taken, as those
  /// of `language`; null: nobody is.
  SandboxPool(std::shared_ptr<guest::SandboxFactory> factory, size_t ready, Language language,
              std::shared_ptr<Observer> observer);
  ~SandboxPool();
  SandboxPool(const SandboxPool&) = delete;
  SandboxPool& operator=(const SandboxPool&) = delete;

  /// A fresh sandbox. It is given back.
  Expected<std::unique_ptr<guest::Sandbox>> Take();

  /// Gives a sandbox back, to be ended. It does not see packages any more and cannot be stopped by anyone.
  void Give(std::unique_ptr<guest::Sandbox> sandbox) noexcept;

  struct Counts {
    /// Made ahead of need.
    size_t ready = 0;
    size_t being_made = 0;
    /// Taken and not given back.
    size_t taken = 0;
    /// Given back and not cleaned yet.
    size_t used = 0;
  };
  Counts counts() const noexcept;

  const Language& language() const noexcept { return language_; }
  const guest::SandboxFactory& factory() const noexcept { return *factory_; }

 private:
  using SandboxPtr = std::unique_ptr<guest::Sandbox>;

  /// `ahead`: of need.
  Expected<SandboxPtr> Make(bool ahead);
  /// The same for a thread that nothing may be thrown in; null where it failed.
  SandboxPtr MakeAhead() noexcept;
  void Tend();

  const std::shared_ptr<guest::SandboxFactory> factory_;
  /// 0: there is no thread.
  size_t ready_target_;
  const Language language_;
  const std::shared_ptr<Observer> observer_;
  mutable std::mutex mutex_;
  std::condition_variable work_;
  std::vector<SandboxPtr> ready_;
  /// Sandboxes that have run, as they were left.
  std::vector<SandboxPtr> used_;
  bool closing_ = false;
  bool making_failed_ = false;
  std::atomic<size_t> being_made_{0};
  std::atomic<size_t> taken_{0};
  std::thread thread_;
};

}  // namespace goru::internal
