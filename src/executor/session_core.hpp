// One session: its sandbox, and the run that may be under way.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "executor/executor_core.hpp"
#include "goru/result.hpp"
#include "guest/sandbox.hpp"
#include "host/policy.hpp"

namespace goru::internal {

class RunPort;

/// See goru::Session. Always held by shared_ptr: a run keeps it alive.
class SessionCore : public std::enable_shared_from_this<SessionCore> {
 public:
  SessionCore(std::shared_ptr<ExecutorCore> executor, std::shared_ptr<SandboxPool> pool, Language language,
              std::string tenant, host::Policy policy, std::shared_ptr<wasi::PackageView> packages);
  ~SessionCore();

  /// The executor knows it: its observer is told, and told again when it is closed.
  void Opened();
  Result Run(std::string_view code, const RunOptions& options);
  void Interrupt() noexcept;
  void Close() noexcept;

  bool closed() const;
  uint64_t id() const noexcept { return id_; }
  const Language& language() const noexcept { return language_; }
  size_t ResidentBytes() const;

 private:
  enum class State { kIdle, kRunning, kClosed };
  /// Limits that code met and that the result need not show.
  struct LimitsMet {
    bool memory = false;
    bool host_calls = false;
  };
  /// The part of a run in which other threads may stop it.
  class Stoppable;

  /// Checks what can be checked before a sandbox is needed; nothing where the run may go on.
  std::optional<RunError> Refuse(std::string_view code, const RunOptions& options) const;
  /// The session is this run's now, until EndClaim; false with the error set where it cannot be.
  bool Claim(Result& result);
  void EndClaim(Result& result) noexcept;
  /// Takes a sandbox where there is none yet.
  Expected<void> EnsureSandbox();
  /// `number`: of the session's runs, from 1.
  guest::Job MakeJob(std::string_view code, const RunOptions& options, uint64_t number) const;
  void Execute(std::string_view code, const RunOptions& options, Result& result, LimitsMet& met);
  void Judge(const guest::RunEnd& end, const RunPort& port, Result& result);
  bool InterruptRequested();
  /// Ends the run in kInterruptGrace where its code does not follow an interrupt by itself; false: there is no memory
  /// to do that. With mutex_ held.
  bool GiveGrace() noexcept;
  /// Calls Stop again soon: the system did not do it. With mutex_ held.
  void StopAgain(guest::StopReason reason) noexcept;
  /// Ends the run that is under way, if there is one, from any thread.
  void Stop(guest::StopReason reason) noexcept;
  /// The sandbox is not used again.
  void DropSandbox(std::unique_lock<std::mutex>& lock) noexcept;

  SessionEvent Event() const noexcept { return {id_, language_, tenant_}; }
  void TellEnd(const RunEvent& event, const LimitsMet& met, const Result& result) const noexcept;

  const uint64_t id_;
  const std::shared_ptr<ExecutorCore> executor_;
  const std::shared_ptr<SandboxPool> pool_;
  const Language language_;
  const std::string tenant_;
  const host::Policy policy_;
  /// Null: /packages is empty.
  const std::shared_ptr<wasi::PackageView> packages_;

  mutable std::mutex mutex_;
  State state_ = State::kIdle;
  bool close_requested_ = false;
  /// The observer was told of it, and not yet that it is closed.
  bool opened_ = false;
  /// While true another thread may stop the run.
  bool stoppable_ = false;
  bool interrupt_requested_ = false;
  std::stop_source run_stop_{std::nostopstate};
  /// Ends the run where its code does not follow an interrupt by itself.
  std::optional<Watchdog::Ticket> grace_;
  /// Stops that have to be tried again.
  std::vector<Watchdog::Ticket> again_;
  std::unique_ptr<guest::Sandbox> sandbox_;
  uint64_t runs_ = 0;
};

}  // namespace goru::internal
