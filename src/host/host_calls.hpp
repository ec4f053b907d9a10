// Host calls of one run: looking functions up, running them, waiting for them.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <nlohmann/json.hpp>
#include <stop_token>
#include <string>
#include <vector>

#include "goru/registry.hpp"
#include "guest/port.hpp"
#include "host/board.hpp"
#include "host/policy.hpp"
#include "host/worker_pool.hpp"
#include "support/process_generation.hpp"
#include "support/stop_signal.hpp"

namespace goru::host {

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
  using Clock = support::StopSignal::Clock;

  guest::After Call(nlohmann::json& payload, support::HeldBytes held, guest::Reply& reply);
  guest::After Batch(nlohmann::json& payload, support::HeldBytes held, guest::Reply& reply);

  /// Counts a call and finds what it calls; null, with `reply` set, where it may not be made. `args` get their
  /// defaults, and `watched` who is told of it.
  const Registry::Entry* Admit(const nlohmann::json& name, nlohmann::json& args, WatchedCall& watched,
                               guest::Reply& reply);
  /// The function of that name, where there is one that the session may call.
  const Registry::Entry* Find(const std::string& name, guest::Reply& reply) const;
  WatchedCall Watch(const std::string& name, const nlohmann::json& args) const;
  /// A function that answers before it returns, on the run's thread.
  void CallNow(const Registry::Entry& entry, const nlohmann::json& args, WatchedCall watched, guest::Reply& reply);
  /// Starts what does not.
  void Start(const std::shared_ptr<RunningCall>& call, const Registry::Entry& entry);

  // The functions below are false where the run is to end.
  bool Enqueue(nlohmann::json& calls, support::HeldBytes held);
  bool EnqueueOne(nlohmann::json& call, support::HeldBytes& held);
  bool Cancel(const nlohmann::json& ids);
  bool StartWaiting();
  bool WaitForSome(Clock::time_point deadline);
  /// For the call that the run waits for alone, or until the run is interrupted: then the call is given up.
  bool WaitForDirect(guest::Reply& reply);

  /// Whether the next of those that wait may start. Sets aside what it needs.
  bool MayStart(WaitingCall& call);
  void Launch(WaitingCall call);
  void LaunchNow(WaitingCall call);
  void Post(uint64_t id, Answer answer);
  void TakeReady(guest::Reply& reply);
  size_t NeedsOf(const Registry::Entry& entry) const;

  const Policy& policy_;
  WorkerPool& pool_;
  const support::Origin origin_;
  /// Where its blocking functions wait for their turn; null: there were none.
  std::shared_ptr<WorkerPool::Lane> lane_;
  std::shared_ptr<Board> board_;
  /// Its memory is what calls on the run's own thread take.
  CallContext context_;
  std::deque<WaitingCall> waiting_;
  /// Tells the function that the run waits for alone that nobody does any more.
  std::stop_source direct_stop_{std::nostopstate};
  /// How many functions were at work when the next of those that wait could not start.
  size_t seen_at_work_ = 0;
  uint64_t calls_ = 0;
  uint64_t crossings_ = 0;
  bool limit_hit_ = false;
};

}  // namespace goru::host
