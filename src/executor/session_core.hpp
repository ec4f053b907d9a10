// One session: its sandbox, and the run that may be under way.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "executor/admission.hpp"
#include "executor/executor_core.hpp"
#include "executor/files/session_files.hpp"
#include "executor/session_place.hpp"
#include "goru/result.hpp"
#include "goru/session.hpp"
#include "guest/sandbox.hpp"
#include "host/policy.hpp"
#include "support/process_generation.hpp"

namespace goru::internal {

class RunPort;

/// See goru::Session. Always held by shared_ptr: a run keeps it alive.
class SessionCore : public std::enable_shared_from_this<SessionCore> {
 public:
  /// `place`: of the sessions that may be open; none: goru's own, whose runs never wait for their turn.
  SessionCore(std::shared_ptr<ExecutorCore> executor, std::shared_ptr<SandboxPool> pool, Language language,
              std::string tenant, host::Policy policy, SessionFiles files, SessionPlace place);
  ~SessionCore();

  /// The executor knows it: its observer is told, and told again when it is closed.
  void Opened();
  Result Run(std::string_view code, const RunOptions& options);
  Expected<void> RunAsync(std::string_view code, const RunOptions& options, RunCallback done);
  Expected<void> WriteFile(std::string_view path, std::string_view bytes);
  Expected<std::string> ReadFile(std::string_view path) const;
  Expected<std::vector<FileInfo>> ListFiles(std::string_view path) const;
  Expected<void> RemoveFile(std::string_view path);
  void Interrupt() noexcept;
  /// Of a session at rest, where its last run left some; nobody hears how that ended.
  void RunExitHandlers() noexcept;
  void Close() noexcept;

  // What a run consists of. Between the first and the last the session is this run's alone.

  /// Makes the session the run's and asks for its turn: kAdmitted, or kQueued. An error: it is neither, and observers
  /// know. `own_turn`: see Admission::Enter.
  Expected<Admission::Answer> Claim(Admission::Waiter& run, bool own_turn, std::string_view code,
                                    const RunOptions& options);
  /// Once the run has its answer: runs, or says why not.
  Result Perform(const Admission::Waiter& run, Admission::Answer answer, std::string_view code,
                 const RunOptions& options) noexcept;
  /// The session is free for the next run, or closed where it has to be. The run's turn is not over yet.
  void EndClaim(Result& result) noexcept;
  /// There was no room for a run.
  void Rejected(const RunOptions& options, const Error& error) noexcept;

  ExecutorCore& executor() const noexcept { return *executor_; }

  /// Where this is another process, nothing else may be called but id() and language().
  const support::Origin& origin() const noexcept { return origin_; }
  bool closed() const;
  uint64_t id() const noexcept { return id_; }
  const Language& language() const noexcept { return language_; }
  size_t ResidentBytes() const;

 private:
  /// A run that waits for its turn counts as running.
  enum class State { kIdle, kRunning, kClosed };
  /// Limits that code met and that the result need not show.
  struct LimitsMet {
    bool memory = false;
    bool host_calls = false;
  };
  /// The part of a run in which other threads may stop it.
  class Stoppable;

  /// Checks what can be checked before a sandbox is needed; nothing where the run may go on.
  std::optional<Error> Refuse(std::string_view code, const RunOptions& options) const;
  static Error CancelledBefore();
  /// `run` waits: EndWait finds it. With mutex_ held.
  void BeginWait(Admission::Waiter& run);
  /// The run that waits, if one does, gets this answer and waits no longer.
  void EndWait(Admission::Answer answer) noexcept;
  /// The run waits no longer; nothing where it is its turn, else why it is not run.
  std::optional<Error> TakeAnswer(Admission::Answer answer);
  /// Performs a run whose turn it is.
  void TakeTurn(std::string_view code, const RunOptions& options, Result& result);
  /// Takes a sandbox where there is none yet. kOverloaded: there is no room for its memory.
  Expected<void> EnsureSandbox();
  /// `number`: of the session's runs, from 1.
  guest::Job MakeJob(std::string_view code, const RunOptions& options, uint64_t number) const;
  void Execute(std::string_view code, const RunOptions& options, Result& result, LimitsMet& met);
  /// `timeout`: of the run.
  void Judge(const guest::RunEnd& end, const RunPort& port, std::chrono::nanoseconds timeout, Result& result);
  /// The time that a run has.
  std::chrono::nanoseconds TimeoutOf(const RunOptions& options) const noexcept;
  std::string MemoryMessage() const;
  bool InterruptRequested();
  /// Ends the run in kInterruptGrace where its code does not follow an interrupt by itself; false: there is no memory
  /// to do that. With mutex_ held.
  bool GiveGrace() noexcept;
  /// Calls Stop again soon: the system did not do it. With mutex_ held.
  void StopAgain(guest::StopReason reason) noexcept;
  /// The files, and the lock that keeps runs out; kBusy, kSessionClosed: why not.
  Expected<std::unique_lock<std::mutex>> LockFiles() const;
  /// Ends the run that is under way, if there is one, from any thread.
  void Stop(guest::StopReason reason) noexcept;
  /// The sandbox is not used again.
  void DropSandbox(std::unique_lock<std::mutex>& lock) noexcept;

  SessionEvent Event() const noexcept { return {id_, language_, tenant_}; }
  void TellEnd(const RunEvent& event, const LimitsMet& met, const Result& result) const noexcept;

  const support::Origin origin_;
  const uint64_t id_;
  const std::shared_ptr<ExecutorCore> executor_;
  const std::shared_ptr<SandboxPool> pool_;
  const Language language_;
  const std::string tenant_;
  const host::Policy policy_;
  /// Changed with mutex_ held, when the session is closed.
  SessionFiles files_;
  const bool plain_;

  mutable std::mutex mutex_;
  State state_ = State::kIdle;
  bool close_requested_ = false;
  /// The last run left handlers for the program's end.
  bool exit_handlers_ = false;
  /// The observer was told of it, and not yet that it is closed.
  bool opened_ = false;
  /// While true another thread may stop the run.
  bool stoppable_ = false;
  bool interrupt_requested_ = false;
  /// The run that waits for its turn, or has just got its answer; else null.
  Admission::Waiter* waiting_ = nullptr;
  /// Ends its wait.
  std::optional<Watchdog::Ticket> wait_end_;
  std::stop_source run_stop_{std::nostopstate};
  /// Ends the run where its code does not follow an interrupt by itself.
  std::optional<Watchdog::Ticket> grace_;
  /// Stops that have to be tried again.
  std::vector<Watchdog::Ticket> again_;
  std::unique_ptr<guest::Sandbox> sandbox_;
  /// Held until the session is closed.
  SessionPlace place_;
  uint64_t runs_ = 0;
};

}  // namespace goru::internal
