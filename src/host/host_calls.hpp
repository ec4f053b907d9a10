// Host calls of one run: looking functions up, running them, waiting for them.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "goru/registry.hpp"
#include "guest/port.hpp"
#include "host/policy.hpp"
#include "host/worker_pool.hpp"
#include "support/stop_signal.hpp"

namespace goru::host {

/// What a call came to, and roughly what that takes when written.
struct Answer {
  guest::Reply reply;
  size_t size = 0;
};

/// Made for one run and gone with it. Used on the run's thread; the functions themselves may run on the pool's threads
/// and outlive it.
class HostCalls {
 public:
  /// `signal` is raised when the run is to end.
  HostCalls(const Policy& policy, WorkerPool& pool, std::shared_ptr<support::StopSignal> signal, CallContext context);
  /// Tells functions that are still at work that nobody waits for them.
  ~HostCalls();
  HostCalls(const HostCalls&) = delete;
  HostCalls& operator=(const HostCalls&) = delete;

  /// Answers ops `c` and `b` of docs/GUEST_ABI.md. kUnwind: the run was stopped meanwhile.
  /// `held` is what the payload takes of the session's budget.
  guest::After Handle(char op, nlohmann::json payload, support::HeldBytes held, guest::Reply& reply);
  guest::After Handle(char op, nlohmann::json payload, guest::Reply& reply) {
    return Handle(op, std::move(payload), support::HeldBytes(), reply);
  }

  uint64_t calls() const noexcept { return calls_; }
  uint64_t crossings() const noexcept { return crossings_; }
  bool limit_hit() const noexcept { return limit_hit_; }

 private:
  struct Board;
  /// What a name stands for: a host function, or an operation of a built-in module. Lives as long as the policy's
  /// registry and modules.
  struct Callee {
    const Registry::Entry* function = nullptr;
    const Operation* operation = nullptr;

    explicit operator bool() const noexcept { return function != nullptr || operation != nullptr; }
    /// Answers on the run's own thread.
    bool immediate() const noexcept;
  };
  struct Waiting {
    uint64_t id = 0;
    Callee callee;
    nlohmann::json args;
  };

  /// Counts a call and finds what it calls; nothing, with `reply` set, where it may not be made.
  Callee Admit(const nlohmann::json& name, const nlohmann::json& args, guest::Reply& reply);
  Answer Immediate(const Callee& callee, const nlohmann::json& args) const;
  /// Starts what is not immediate. `done` is called once, from any thread, perhaps after this run.
  void Start(const Callee& callee, const CallContext& context, nlohmann::json args, std::function<void(Answer)> done);
  guest::After Call(nlohmann::json payload, guest::Reply& reply);
  guest::After Batch(nlohmann::json payload, guest::Reply& reply);
  void Enqueue(nlohmann::json call);
  void Cancel(const nlohmann::json& ids);
  void StartWaiting();
  void Launch(Waiting call);
  nlohmann::json TakeReady();

  const Policy& policy_;
  WorkerPool& pool_;
  CallContext context_;
  std::shared_ptr<Board> board_;
  std::deque<Waiting> waiting_;
  uint64_t calls_ = 0;
  uint64_t crossings_ = 0;
  bool limit_hit_ = false;
};

}  // namespace goru::host
