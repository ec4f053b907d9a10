// Where sandboxes come from.
#pragma once

#include <initializer_list>
#include <memory>
#include <string_view>
#include <vector>

#include "goru/error.hpp"
#include "goru/language.hpp"
#include "goru/options.hpp"
#include "goru/result.hpp"
#include "goru/session.hpp"
#include "goru/stats.hpp"

namespace goru {

namespace internal {
class ExecutorCore;
}

/// Makes sessions and owns what they share: compiled code, ready sandboxes, threads for host functions and for
/// deadlines. Make one per process or per trust domain. Thread-safe: any number of sessions run at once on any number
/// of threads.
class Executor {
 public:
  /// Errors: kInvalidArgument for options that contradict each other, kUnavailable for images or a cache that cannot be
  /// used.
  static Expected<Executor> Create(const std::vector<ExecutorOption>& options = {});

  /// Closes.
  ~Executor();
  Executor(Executor&&) noexcept;
  Executor& operator=(Executor&&) noexcept;

  /// A fresh sandbox. Loads the language at its first use, which takes milliseconds with a warm disk cache and seconds
  /// without. kOverloaded where as many sessions are open as may be (ExecutorLimits::sessions).
  Expected<Session> NewSession(const Language& language, const std::vector<SessionOption>& options = {});

  /// Runs `code` in a fresh sandbox that is gone afterwards. An error in making the sandbox is the result's error.
  Result Run(const Language& language, std::string_view code, const RunOptions& run_options = {},
             const std::vector<SessionOption>& session_options = {});

  /// Ends all runs, waiting ones too (ErrorKind::kCancelled), closes all sessions and waits until no run, no callback
  /// of Session::RunAsync and no host function is under way. Not to be called from one of these.
  void Close();

  /// What the executor is doing now. Cheap: a few loads and short locks, never one that is held for long. On any
  /// thread, also in an Observer, a host function or a callback. Where memory is short the list of sandboxes is empty.
  ExecutorStats Stats() const noexcept;

 private:
  explicit Executor(std::shared_ptr<internal::ExecutorCore> core) noexcept;
  std::shared_ptr<internal::ExecutorCore> core_;
};

}  // namespace goru
