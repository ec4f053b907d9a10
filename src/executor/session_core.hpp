// One session: its sandbox, and the run that may be under way.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <stop_token>
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
              host::Policy policy, std::shared_ptr<wasi::PackageView> packages);
  ~SessionCore();

  Result Run(std::string_view code, const RunOptions& options);
  void Interrupt();
  void Close();

  bool closed() const;
  uint64_t id() const noexcept { return id_; }
  const Language& language() const noexcept { return language_; }
  size_t ResidentBytes() const;

 private:
  enum class State { kIdle, kRunning, kClosed };

  /// Checks what can be checked before a sandbox is needed; nothing where the run may go on.
  std::optional<RunError> Refuse(std::string_view code, const RunOptions& options) const;
  /// Takes a sandbox where there is none yet.
  Expected<void> EnsureSandbox();
  guest::Job MakeJob(std::string_view code, const RunOptions& options);
  void Execute(std::string_view code, const RunOptions& options, Result& result);
  /// Opens the run to those who may stop it. False: it was cancelled before.
  bool OpenRun(const std::stop_source& stop);
  /// Nobody stops the run any more when this returns.
  void CloseRun(const Watchdog::Ticket& deadline);
  void Judge(const guest::RunEnd& end, const RunPort& port, Result& result);
  bool InterruptRequested();
  void JudgeOutcome(const RunPort& port, Result& result);
  /// Ends the run that is under way, if there is one, from any thread.
  void Stop(guest::StopReason reason);
  /// The sandbox is not used again.
  void DropSandbox(std::unique_lock<std::mutex>& lock);

  const uint64_t id_;
  const std::shared_ptr<ExecutorCore> executor_;
  const std::shared_ptr<SandboxPool> pool_;
  const Language language_;
  const host::Policy policy_;
  /// Null: /packages is empty.
  const std::shared_ptr<wasi::PackageView> packages_;

  mutable std::mutex mutex_;
  State state_ = State::kIdle;
  bool close_requested_ = false;
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
