// From names to addresses, on threads of its own: the system's look-up blocks.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "goru/error.hpp"
#include "host/http/address.hpp"
#include "host/worker_pool.hpp"

namespace goru::host::http {

using Addresses = std::vector<IpAddress>;

/// Blocks. The error says why there is no address.
using LookUp = std::function<Expected<Addresses>(const std::string& name)>;

/// As the system does it: /etc/hosts, DNS and what else it is set up for.
Expected<Addresses> SystemLookUp(const std::string& name);

/// Look-ups of one executor. Thread-safe.
class LookUpThreads {
 public:
  explicit LookUpThreads(LookUp look_up);
  /// Does not wait for look-ups under way, which end by themselves; those that wait for a thread are dropped.
  ~LookUpThreads();
  LookUpThreads(const LookUpThreads&) = delete;
  LookUpThreads& operator=(const LookUpThreads&) = delete;

  /// `done` is called on one of the threads, unless this is destroyed before.
  void Start(std::string name, std::function<void(Expected<Addresses>)> done);

 private:
  struct State {
    LookUp look_up;
    std::atomic<bool> closed{false};
    std::atomic<size_t> under_way{0};
  };

  const std::shared_ptr<State> state_;
  std::unique_ptr<WorkerPool> threads_;
  const std::shared_ptr<WorkerPool::Lane> lane_;
};

}  // namespace goru::host::http
