#include "executor/async_run.hpp"

#include <utility>

#include "executor/session_core.hpp"
#include "support/work_for.hpp"

namespace goru::internal {

using Answer = Admission::Answer;

AsyncRun::AsyncRun(std::shared_ptr<SessionCore> session, support::HeldBytes held, std::string_view code,
                   const RunOptions& options, RunCallback done)
    : session_(std::move(session)),
      held_(std::move(held)),
      code_(code),
      stdin_data_(options.stdin_data),
      source_map_(options.source_map),
      options_(options),
      done_(std::move(done)) {
  options_.stdin_data = stdin_data_;
  options_.source_map = source_map_;
}

Expected<void> AsyncRun::Start(std::shared_ptr<SessionCore> session, std::string_view code, const RunOptions& options,
                               RunCallback done) {
  ExecutorCore& executor = session->executor();
  support::HeldBytes held(executor.host_memory());
  size_t bytes = sizeof(AsyncRun) + code.size() + options.stdin_data.size() + options.source_map.size();
  for (const std::string& argument : options.arguments) bytes += sizeof(std::string) + argument.size();
  if (!held.Grow(bytes)) {
    Error error{ErrorKind::kOverloaded,
                "the code and its input do not fit into what is left of " + executor.host_memory()->WhatRefuses(bytes)};
    session->Rejected(options, error);
    return error;
  }
  executor.run_threads().Prepare();
  std::unique_ptr<AsyncRun> run(new AsyncRun(std::move(session), std::move(held), code, options, std::move(done)));
  std::function<void()> interrupt = [core = run->session_.get()] { core->Interrupt(); };
  // A thread of a run that hands over another one goes on without it, so that takes turns like all others.
  const auto claimed = run->session_->Claim(*run, false, run->code_, run->options_);
  if (!claimed) return claimed.error();
  AsyncRun& started = *run.release();
  started.on_stop_.emplace(started.options_.stop, std::move(interrupt));
  if (*claimed == Answer::kAdmitted) started.Answered(*claimed);
  started.Step();
  return {};
}

void AsyncRun::Answered(Answer answer) noexcept {
  answer_ = answer;
  Step();
}

void AsyncRun::Step() noexcept {
  if (steps_.fetch_add(1) == 0) return;
  session_->executor().run_threads().Post(
      job_, answer_ == Answer::kAdmitted ? RunThreads::Kind::kRun : RunThreads::Kind::kEnd);
}

void AsyncRun::Do() noexcept {
  // The session lives until its turn is over.
  const std::shared_ptr<SessionCore> session = session_;
  const std::unique_ptr<AsyncRun> self(this);
  Result result = session->Perform(*this, answer_, code_, options_);
  session->origin().EndThreadIfForked();
  on_stop_.reset();
  session->EndClaim(result);
  options_ = {};
  for (std::string* text : {&code_, &stdin_data_, &source_map_}) std::string().swap(*text);
  held_ = {};
  {
    // What the callback runs is part of this turn.
    const support::WorkFor work(&session->executor());
    const RunCallback done = std::move(done_);
    try {
      done(std::move(result));
    } catch (...) {  // NOLINT(bugprone-empty-catch): there is nobody to tell
    }
    session->origin().EndThreadIfForked();
  }
  session->executor().admission().Leave(*this);
}

}  // namespace goru::internal
