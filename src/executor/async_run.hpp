// One run of Session::RunAsync.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "executor/admission.hpp"
#include "executor/run_threads.hpp"
#include "goru/error.hpp"
#include "goru/options.hpp"
#include "goru/session.hpp"
#include "support/byte_budget.hpp"

namespace goru::internal {

class SessionCore;

/// Waits for its turn without a thread, runs on one of the executor's, and tells the callback. It belongs to itself.
class AsyncRun final : public Admission::Waiter {
 public:
  /// See Session::RunAsync. Throws where memory or threads are short; then nothing was begun.
  static Expected<void> Start(std::shared_ptr<SessionCore> session, std::string_view code, const RunOptions& options,
                              RunCallback done);

  void Answered(Admission::Answer answer) noexcept override;

 private:
  /// The run, for a thread.
  class Job final : public RunThreads::Task {
   public:
    explicit Job(AsyncRun& run) noexcept : run_(run) {}
    void Do() noexcept override { run_.Do(); }

   private:
    AsyncRun& run_;
  };

  AsyncRun(std::shared_ptr<SessionCore> session, support::HeldBytes held, std::string_view code,
           const RunOptions& options, RunCallback done);

  /// The second call hands the run to a thread: it has its answer, and Start is done with it.
  void Step() noexcept;
  /// On its thread. Destroys it.
  void Do() noexcept;

  Job job_{*this};
  const std::shared_ptr<SessionCore> session_;
  support::HeldBytes held_;
  std::string code_;
  std::string stdin_data_;
  std::string source_map_;
  RunOptions options_;
  RunCallback done_;
  Admission::Answer answer_ = Admission::Answer::kQueued;
  std::atomic<int> steps_{0};
  std::optional<std::stop_callback<std::function<void()>>> on_stop_;
};

}  // namespace goru::internal
