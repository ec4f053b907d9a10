#include "executor/session_core.hpp"

#include <algorithm>
#include <atomic>
#include <ctime>
#include <utility>

#include "executor/failed.hpp"
#include "executor/outcome.hpp"
#include "executor/run_port.hpp"
#include "support/caught.hpp"
#include "support/size_name.hpp"
#include "support/utf8.hpp"
#include "support/work_for.hpp"

namespace goru::internal {
namespace {

using Clock = Watchdog::Clock;

uint64_t NextSessionId() {
  static std::atomic<uint64_t> next{1};
  return next++;
}

std::chrono::nanoseconds ThreadCpuTime() {
  timespec now = {};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

std::string Seconds(std::chrono::nanoseconds duration) {
  const double seconds = std::chrono::duration<double>(duration).count();
  std::string text = std::to_string(seconds);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text + " s";
}

/// When a sandbox could not be stopped, it is tried again.
constexpr std::chrono::milliseconds kStopAgain{20};

}  // namespace

SessionCore::SessionCore(std::shared_ptr<ExecutorCore> executor, std::shared_ptr<SandboxPool> pool, Language language,
                         std::string tenant, host::Policy policy, SessionFiles files, SessionPlace place)
    : id_(NextSessionId()),
      executor_(std::move(executor)),
      pool_(std::move(pool)),
      language_(std::move(language)),
      tenant_(std::move(tenant)),
      policy_(std::move(policy)),
      files_(std::move(files)),
      plain_(!place.held()),
      place_(std::move(place)) {}

SessionCore::~SessionCore() {
  Close();
  executor_->Forget(id_);
}

void SessionCore::Opened() {
  Observer* observer = executor_->observer();
  if (observer == nullptr) return;
  observer->OnSessionOpened(Event());
  const std::lock_guard lock(mutex_);
  opened_ = true;
}

Error SessionCore::CancelledBefore() { return Error{ErrorKind::kCancelled, "the run was cancelled before it began"}; }

Result SessionCore::Perform(const Admission::Waiter& run, Admission::Answer answer, std::string_view code,
                            const RunOptions& options) noexcept {
  Result result;
  result.exit_code = 1;
  // Whatever is thrown in between, the session is not left running.
  try {
    const auto refusal = TakeAnswer(answer);
    result.usage.queued = run.WaitedFor(Clock::now());
    if (!refusal) {
      const support::WorkFor work(executor_.get());
      TakeTurn(code, options, result);
      return result;
    }
    result.error = ToRunError(*refusal);
    if (refusal->kind == ErrorKind::kOverloaded) Rejected(options, *refusal);
  } catch (...) {
    result.error = ToRunError(support::CaughtError());
  }
  return result;
}

void SessionCore::TakeTurn(std::string_view code, const RunOptions& options, Result& result) {
  const auto started = Clock::now();
  const auto cpu_started = ThreadCpuTime();
  const RunEvent event{Event(), options.tag};
  if (executor_->observer() != nullptr) executor_->observer()->OnRunBegan(event);
  LimitsMet met;
  try {
    if (const auto ensured = EnsureSandbox(); ensured) {
      Execute(code, options, result, met);
    } else {
      result.error = ToRunError(ensured.error());
      result.session_alive = ensured.error().kind == ErrorKind::kOverloaded;
      if (result.session_alive) Rejected(options, ensured.error());
    }
  } catch (...) {
    result.error = ToRunError(support::CaughtError());
    result.exit_code = 1;
  }
  // A function that the run called has forked, and this is the child: threads that are not here may hold the locks.
  if (origin_.forked()) return;
  result.duration = Clock::now() - started;
  result.usage.cpu_time = ThreadCpuTime() - cpu_started;
  if (executor_->observer() == nullptr) return;
  if (closed()) result.session_alive = false;
  TellEnd(event, met, result);
}

void SessionCore::Rejected(const RunOptions& options, const Error& error) noexcept {
  executor_->Rejected({language_, tenant_, options.tag, error.message});
}

void SessionCore::TellEnd(const RunEvent& event, const LimitsMet& met, const Result& result) const noexcept {
  Observer& observer = *executor_->observer();
  const auto ended_with = [&result](ErrorKind kind) { return result.error && result.error->kind == kind; };
  if (ended_with(ErrorKind::kTimeout)) observer.OnLimitMet(event, ErrorKind::kTimeout);
  if (met.memory || ended_with(ErrorKind::kMemoryLimit)) observer.OnLimitMet(event, ErrorKind::kMemoryLimit);
  if (result.stdout_truncated || result.stderr_truncated) observer.OnLimitMet(event, ErrorKind::kOutputLimit);
  if (met.host_calls) observer.OnLimitMet(event, ErrorKind::kHostCallLimit);
  observer.OnRunEnded(event, result);
}

Expected<void> SessionCore::EnsureSandbox() {
  if (sandbox_) return {};
  support::HeldBytes memory(executor_->guest_memory());
  const size_t needed = pool_->factory().InitialMemoryBytes();
  if (!memory.Grow(needed)) {
    return Error{ErrorKind::kOverloaded, "a sandbox of " + support::SizeName(needed) +
                                             " does not fit into what is left of " +
                                             executor_->guest_memory()->WhatRefuses(needed)};
  }
  auto sandbox = pool_->Take();
  if (!sandbox) return sandbox.error();
  (*sandbox)->SetMemoryLimit(policy_.limits.memory_bytes);
  (*sandbox)->CountMemory(std::move(memory));
  (*sandbox)->ShowFiles(files_.files());
  const std::lock_guard lock(mutex_);
  sandbox_ = std::move(*sandbox);
  return {};
}

guest::Job SessionCore::MakeJob(std::string_view code, const RunOptions& options, uint64_t number) const {
  guest::Job job;
  job.code = code;
  job.name = options.name.empty() ? "<run " + std::to_string(number) + ">" : options.name;
  job.want_value = options.want_value;
  job.has_stdin = !options.stdin_data.empty() || options.on_stdin;
  job.interactive = options.interactive;
  if (options.question == PromptQuestion::kIsComplete) job.question = "complete";
  if (options.question == PromptQuestion::kWords) job.question = "words";
  job.last = options.run_exit_handlers;
  job.arguments = options.arguments;
  job.first = number == 1;
  job.timers = policy_.timers;
  job.threads = policy_.threads;
  job.node = policy_.node;
  job.web = policy_.web;
  // The guest keeps it.
  if (job.first) job.environment = policy_.environment.get();
  job.files = files_.kind();
  // A map only makes tracebacks better: one that cannot be used is left out.
  if (options.source_map.size() <= policy_.limits.code_bytes && support::IsUtf8(options.source_map)) {
    job.source_map = options.source_map;
  }
  return job;
}

class SessionCore::Stoppable {
 public:
  Stoppable(SessionCore& session, std::stop_source stop) noexcept : session_(session), stop_(std::move(stop)) {}
  ~Stoppable() {
    if (!begun_ || session_.origin_.forked()) return;
    std::optional<Watchdog::Ticket> grace;
    std::vector<Watchdog::Ticket> again;
    {
      const std::lock_guard lock(session_.mutex_);
      session_.stoppable_ = false;
      session_.run_stop_ = std::stop_source(std::nostopstate);
      grace.swap(session_.grace_);
      again.swap(session_.again_);
    }
    Watchdog& watchdog = session_.executor_->watchdog();
    if (deadline_) watchdog.Cancel(*deadline_);
    if (grace) watchdog.Cancel(*grace);
    for (const Watchdog::Ticket& other : again) watchdog.Cancel(other);
    session_.sandbox_->End();
  }
  Stoppable(const Stoppable&) = delete;
  Stoppable& operator=(const Stoppable&) = delete;

  /// False: the run was cancelled before.
  bool Begin(Clock::time_point deadline) {
    SessionCore& session = session_;
    {
      const std::lock_guard lock(session.mutex_);
      if (session.interrupt_requested_ || session.close_requested_) return false;
      session.sandbox_->Begin();
      session.run_stop_ = stop_;
      session.stoppable_ = true;
      begun_ = true;
    }
    deadline_ = session.executor_->watchdog().Add(deadline, [&session] { session.Stop(guest::StopReason::kTimeout); });
    return true;
  }

 private:
  SessionCore& session_;
  std::stop_source stop_;
  bool begun_ = false;
  std::optional<Watchdog::Ticket> deadline_;
};

void SessionCore::Execute(std::string_view code, const RunOptions& options, Result& result, LimitsMet& met) {
  const uint64_t number = runs_ + 1;
  const guest::Job job = MakeJob(code, options, number);
  std::stop_source stop;
  CallContext context;
  context.session_id = id_;
  const std::chrono::nanoseconds timeout = TimeoutOf(options);
  context.deadline = Watchdog::After(timeout);
  context.stop = stop.get_token();
  RunPort port(policy_, executor_->workers(), sandbox_->stop_signal(), context, options);
  guest::RunEnd end;
  const uint64_t files_before = options.report_files ? files_.Step() : 0;
  {
    Stoppable stoppable(*this, std::move(stop));
    if (!stoppable.Begin(context.deadline)) {
      // Nothing has run yet, so the session can live on.
      result.error = ToRunError(CancelledBefore());
      return;
    }
    runs_ = number;
    // Where something is thrown from here on, the sandbox is not used again.
    result.session_alive = false;
    end = sandbox_->Run(job, port);
    origin_.ThrowIfForked();
    files_.Rest();
  }
  result.session_alive = end.kind == guest::RunEnd::Kind::kAtRest || end.kind == guest::RunEnd::Kind::kNotBegun;
  Judge(end, port, timeout, result);
  port.output().MoveTo(result);
  if (options.report_files) result.files = files_.ChangedSince(files_before);
  result.usage.peak_memory_bytes = sandbox_->PeakMemoryBytes();
  result.usage.host_calls = port.calls().calls();
  result.usage.crossings = port.calls().crossings();
  met = {sandbox_->memory_limit_hit(), port.calls().limit_hit()};
}

std::chrono::nanoseconds SessionCore::TimeoutOf(const RunOptions& options) const noexcept {
  return std::min(options.timeout, policy_.limits.timeout);
}

void SessionCore::Judge(const guest::RunEnd& end, const RunPort& port, std::chrono::nanoseconds timeout,
                        Result& result) {
  using Kind = guest::RunEnd::Kind;
  const Limits& limits = policy_.limits;
  const std::string memory_message = MemoryMessage();
  switch (end.kind) {
    case Kind::kAtRest:
      ReadOutcome(port.outcome(),
                  {.memory_refused = sandbox_->memory_limit_hit(),
                   .call_refused = port.calls().limit_hit(),
                   .interrupt_requested = InterruptRequested()},
                  result);
      if (result.error && result.error->kind == ErrorKind::kMemoryLimit) result.error->message = memory_message;
      exit_handlers_ = LeavesExitHandlers(port.outcome());
      return;
    case Kind::kNotBegun:
      --runs_;
      result.error = RunError{ErrorKind::kUnavailable, "", end.message, ""};
      return;
    case Kind::kExited:
      result.exit_code = static_cast<int>(end.exit_code);
      result.error = RunError{ErrorKind::kExited, "",
                              "the code ended its process with exit code " + std::to_string(end.exit_code), ""};
      return;
    case Kind::kStopped:
      if (end.reason == guest::StopReason::kTimeout) {
        result.error =
            RunError{ErrorKind::kTimeout, "",
                     "the run took longer than " + Seconds(timeout) +
                         (timeout < limits.timeout ? " (RunOptions::timeout)" : " (WithSessionTimeout, --timeout)") +
                         "; the session is closed",
                     ""};
      } else {
        result.error = RunError{ErrorKind::kCancelled, "", "the run was interrupted; the session is closed", ""};
      }
      return;
    case Kind::kEnded:
      if (port.output_limit_hit()) {
        result.error = RunError{ErrorKind::kOutputLimit, "",
                                "the output went over its limit of " + std::to_string(limits.output_bytes) +
                                    " bytes (WithSessionOutputLimit, --max-output); the session is closed",
                                ""};
        return;
      }
      result.error = RunError{ErrorKind::kTrap, "", "the code damaged the language runtime; the session is closed", ""};
      return;
    case Kind::kHostFailed:
      result.error =
          RunError{end.host_error->kind, "",
                   "the host failed in this run: " + end.host_error->message + "; the session is closed", ""};
      return;
    case Kind::kTrapped:
      if (sandbox_->memory_limit_hit()) {
        result.error = RunError{ErrorKind::kMemoryLimit, "", memory_message + "; the session is closed", ""};
        return;
      }
      result.error =
          RunError{ErrorKind::kTrap, "", "the sandbox faulted: " + end.message + "; the session is closed", ""};
      return;
  }
}

std::string SessionCore::MemoryMessage() const {
  if (sandbox_->memory_budget_hit()) {
    return "the run asked for more than is left of " + executor_->guest_memory()->WhatRefuses(SIZE_MAX);
  }
  return "the memory limit of " + support::SizeName(policy_.limits.memory_bytes) +
         " was reached (WithSessionMemoryLimit, --memory)";
}

void SessionCore::StopAgain(guest::StopReason reason) noexcept {
  try {
    again_.reserve(again_.size() + 1);
    again_.push_back(executor_->watchdog().Add(Clock::now() + kStopAgain, [this, reason] { Stop(reason); }));
  } catch (...) {  // NOLINT(bugprone-empty-catch): no memory for that either; it ends when it next comes to the host
  }
}

void SessionCore::Stop(guest::StopReason reason) noexcept {
  std::unique_lock lock(mutex_);
  if (!stoppable_) return;
  if (!sandbox_->Stop(reason)) StopAgain(reason);
  std::stop_source stop(run_stop_);
  lock.unlock();
  // Callbacks of the host function's stop token run here, outside the lock: they may use the session.
  stop.request_stop();
}

bool SessionCore::InterruptRequested() {
  const std::lock_guard lock(mutex_);
  return interrupt_requested_;
}

void SessionCore::Interrupt() noexcept {
  bool waits = false;
  {
    const std::lock_guard lock(mutex_);
    if (state_ != State::kRunning) return;
    interrupt_requested_ = true;
    waits = waiting_ != nullptr;
    if (!waits) {
      if (!stoppable_ || sandbox_->stopped()) return;
      // It may not listen, or wait in a host call: then the memory goes.
      if (sandbox_->Interrupt() && GiveGrace()) return;
    }
  }
  if (waits) {
    EndWait(Admission::Answer::kCancelled);
  } else {
    Stop(guest::StopReason::kCancelled);
  }
}

bool SessionCore::GiveGrace() noexcept {
  if (grace_) return true;
  try {
    grace_ = executor_->watchdog().Add(Clock::now() + kInterruptGrace, [this] { Stop(guest::StopReason::kCancelled); });
    return true;
  } catch (...) {
    return false;
  }
}

void SessionCore::RunExitHandlers() noexcept {
  {
    const std::lock_guard lock(mutex_);
    if (!exit_handlers_ || state_ == State::kRunning || state_ == State::kClosed || close_requested_) return;
  }
  try {
    RunOptions options;
    options.name = "<exit>";
    options.run_exit_handlers = true;
    (void)Run("", options);
  } catch (...) {  // NOLINT(bugprone-empty-catch): the session ends either way
  }
}

void SessionCore::Close() noexcept {
  {
    std::unique_lock lock(mutex_);
    close_requested_ = true;
    if (state_ != State::kRunning) {
      DropSandbox(lock);
      return;
    }
  }
  EndWait(Admission::Answer::kCancelled);
  Stop(guest::StopReason::kCancelled);
}

void SessionCore::DropSandbox(std::unique_lock<std::mutex>& lock) noexcept {
  state_ = State::kClosed;
  std::unique_ptr<guest::Sandbox> sandbox = std::move(sandbox_);
  // What it has open of mounts goes when this returns, after the sandbox has let go of it.
  const SessionFiles files = std::exchange(files_, SessionFiles());
  const bool tell = std::exchange(opened_, false);
  lock.unlock();
  if (tell) executor_->observer()->OnSessionClosed(Event());
  if (policy_.modules) policy_.modules->Close();
  place_.Give();
  if (!sandbox) return;
  // The pool may end it later than this session.
  sandbox->ShowFiles(nullptr);
  sandbox->CountMemory({});
  pool_->Give(std::move(sandbox));
}

Expected<std::unique_lock<std::mutex>> SessionCore::LockFiles() const {
  std::unique_lock lock(mutex_);
  if (state_ == State::kRunning) {
    return Error{ErrorKind::kBusy, "the session is running code; its files can be looked at between runs"};
  }
  if (state_ == State::kClosed || close_requested_) {
    return Error{ErrorKind::kSessionClosed, "the session is closed, and its files are gone"};
  }
  return lock;
}

Expected<void> SessionCore::WriteFile(std::string_view path, std::string_view bytes) {
  const auto lock = LockFiles();
  if (!lock) return lock.error();
  return files_.WriteFile(path, bytes);
}

Expected<std::string> SessionCore::ReadFile(std::string_view path) const {
  const auto lock = LockFiles();
  if (!lock) return lock.error();
  return files_.ReadFile(path);
}

Expected<std::vector<FileInfo>> SessionCore::ListFiles(std::string_view path) const {
  const auto lock = LockFiles();
  if (!lock) return lock.error();
  return files_.ListFiles(path);
}

Expected<void> SessionCore::RemoveFile(std::string_view path) {
  const auto lock = LockFiles();
  if (!lock) return lock.error();
  return files_.RemoveFile(path);
}

bool SessionCore::closed() const {
  const std::lock_guard lock(mutex_);
  return state_ == State::kClosed || close_requested_;
}

size_t SessionCore::ResidentBytes() const {
  const std::lock_guard lock(mutex_);
  if (state_ != State::kIdle || !sandbox_) return 0;
  return sandbox_->ResidentBytes();
}

}  // namespace goru::internal
