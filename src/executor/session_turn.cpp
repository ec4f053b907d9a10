// The part of a session that decides whose the session is, and whose turn it is to run.
#include <utility>

#include "executor/async_run.hpp"
#include "executor/failed.hpp"
#include "executor/session_core.hpp"
#include "host/surroundings.hpp"
#include "support/size_name.hpp"
#include "support/utf8.hpp"
#include "support/work_for.hpp"

namespace goru::internal {
namespace {

using Answer = Admission::Answer;

}  // namespace

std::optional<Error> SessionCore::Refuse(std::string_view code, const RunOptions& options) const {
  if (options.stop.stop_requested()) return CancelledBefore();
  if (code.size() > policy_.limits.code_bytes) {
    return Error{ErrorKind::kInvalidArgument, "the code is larger than the " +
                                                  support::SizeName(policy_.limits.code_bytes) +
                                                  " that it may have (Limits::code_bytes)"};
  }
  if (!support::IsUtf8(code)) return Error{ErrorKind::kInvalidArgument, "the code is not UTF-8 text"};
  if (options.timeout <= std::chrono::nanoseconds::zero()) {
    return Error{ErrorKind::kInvalidArgument, "the timeout must be more than zero (RunOptions::timeout)"};
  }
  if (auto checked = host::CheckArguments(options.arguments, policy_.limits.code_bytes); !checked) {
    return std::move(checked).error();
  }
  return std::nullopt;
}

Result SessionCore::Run(std::string_view code, const RunOptions& options) {
  BlockedRun run;
  const bool own_turn = plain_ || support::WorkFor::Is(executor_.get());
  auto claimed = Claim(run, own_turn, code, options);
  if (!claimed) {
    const bool alive = claimed.error().kind != ErrorKind::kSessionClosed && !closed();
    return Failed(std::move(claimed).error(), alive);
  }
  Result result;
  {
    const std::stop_callback on_stop(options.stop, [this] { Interrupt(); });
    result = Perform(run, *claimed == Answer::kQueued ? run.Wait() : *claimed, code, options);
  }
  // Else a function that the run called has forked, and threads that are not here may hold the locks.
  if (!origin_.forked()) {
    EndClaim(result);
    executor_->admission().Leave(run);
  }
  return result;
}

Expected<void> SessionCore::RunAsync(std::string_view code, const RunOptions& options, RunCallback done) {
  return AsyncRun::Start(shared_from_this(), code, options, std::move(done));
}

Expected<Answer> SessionCore::Claim(Admission::Waiter& run, bool own_turn, std::string_view code,
                                    const RunOptions& options) {
  if (auto refusal = Refuse(code, options)) return std::move(*refusal);
  Answer answer = Answer::kClosed;
  {
    const std::lock_guard lock(mutex_);
    if (state_ == State::kRunning) {
      return Error{ErrorKind::kBusy, "the session is running other code; wait for it or interrupt it"};
    }
    if (state_ == State::kIdle) answer = executor_->admission().Enter(run, {tenant_, id_}, own_turn);
    if (answer == Answer::kAdmitted || answer == Answer::kQueued) {
      if (answer == Answer::kQueued) BeginWait(run);
      state_ = State::kRunning;
      interrupt_requested_ = false;
      return answer;
    }
  }
  if (answer == Answer::kClosed) return Error{ErrorKind::kSessionClosed, "the session is closed; make a new one"};
  Error error{ErrorKind::kOverloaded, executor_->admission().Why(answer)};
  Rejected(options, error);
  return error;
}

void SessionCore::BeginWait(Admission::Waiter& run) {
  const std::chrono::nanoseconds most = executor_->admission().bounds().wait;
  try {
    wait_end_ = executor_->watchdog().Add(Watchdog::After(most), [this] { EndWait(Answer::kWaitedTooLong); });
  } catch (...) {
    // Where its turn has come meanwhile nothing has to end the wait.
    if (executor_->admission().Withdraw(run)) {
      executor_->admission().Leave(run);
      throw;
    }
  }
  waiting_ = &run;
}

void SessionCore::EndWait(Answer answer) noexcept {
  Admission::Waiter* waiting = nullptr;
  {
    const std::lock_guard lock(mutex_);
    // Once it is withdrawn its run waits for this answer, so it lives until it has it.
    if (waiting_ != nullptr && executor_->admission().Withdraw(*waiting_)) waiting = std::exchange(waiting_, nullptr);
  }
  if (waiting != nullptr) waiting->Answered(answer);
}

std::optional<Error> SessionCore::TakeAnswer(Answer answer) {
  std::optional<Watchdog::Ticket> wait_end;
  {
    const std::lock_guard lock(mutex_);
    waiting_ = nullptr;
    wait_end.swap(wait_end_);
  }
  if (wait_end) executor_->watchdog().Cancel(*wait_end);
  switch (answer) {
    case Answer::kAdmitted:
      return std::nullopt;
    case Answer::kCancelled:
    case Answer::kClosed:
      return CancelledBefore();
    default:
      return Error{ErrorKind::kOverloaded, executor_->admission().Why(answer)};
  }
}

void SessionCore::EndClaim(Result& result) noexcept {
  std::unique_lock lock(mutex_);
  state_ = State::kIdle;
  if (!close_requested_ && result.session_alive) return;
  result.session_alive = false;
  DropSandbox(lock);
}

}  // namespace goru::internal
