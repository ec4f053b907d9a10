// Sandboxes of one image, ready when they are needed.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "goru/error.hpp"
#include "guest/sandbox_factory.hpp"

namespace goru::internal {

/// Makes, warms and recycles away from the runs that wait. Thread-safe.
class SandboxPool {
 public:
  /// Keeps up to `ready` sandboxes made and warmed ahead of need, by a thread of its own; 0 = none, no thread.
  SandboxPool(std::shared_ptr<guest::SandboxFactory> factory, size_t ready);
  ~SandboxPool();
  SandboxPool(const SandboxPool&) = delete;
  SandboxPool& operator=(const SandboxPool&) = delete;

  /// A fresh sandbox.
  Expected<std::unique_ptr<guest::Sandbox>> Take();

  /// Gives a sandbox back, to be ended. It does not see packages any more and cannot be stopped by anyone.
  void Give(std::unique_ptr<guest::Sandbox> sandbox);

  const guest::SandboxFactory& factory() const noexcept { return *factory_; }

 private:
  using SandboxPtr = std::unique_ptr<guest::Sandbox>;

  void Tend();

  const std::shared_ptr<guest::SandboxFactory> factory_;
  const size_t ready_target_;
  std::mutex mutex_;
  std::condition_variable work_;
  std::vector<SandboxPtr> ready_;
  /// Sandboxes that have run, as they were left.
  std::deque<SandboxPtr> used_;
  bool closing_ = false;
  bool making_failed_ = false;
  std::thread thread_;
};

}  // namespace goru::internal
