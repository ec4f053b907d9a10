// What an executor tells whoever watches it: metrics, logs and traces come from here.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "goru/error.hpp"
#include "goru/language.hpp"
#include "goru/result.hpp"

namespace goru {

/// A sandbox that was made.
struct SandboxMadeEvent {
  const Language& language;
  std::chrono::nanoseconds duration;
  /// Ahead of need; else for a run that found none ready and waited for it.
  bool ahead = false;
};

/// A session that takes its sandbox, which it does at its first run.
struct SandboxTakenEvent {
  const Language& language;
  /// One was ready; else it had to be made.
  bool ready = false;
};

/// A session, in events about it and its runs.
struct SessionEvent {
  /// Session::id.
  uint64_t session_id = 0;
  const Language& language;
  /// WithSessionTenant; empty where it has none.
  std::string_view tenant;
};

/// A run, in events about it.
struct RunEvent {
  SessionEvent session;
  /// RunOptions::tag.
  std::string_view tag;
};

/// A call of a host function, or of a built-in module, that has been answered. Calls that the session may not make (no
/// such function, not its own, over the limit of calls) are not told of; those whose arguments were refused are.
struct HostCallEvent {
  /// Session::id.
  uint64_t session_id = 0;
  /// "get_user", "goru:http.request". Only names of functions that exist: never text that a guest made up.
  std::string_view name;
  /// Whether it returned a value; else it raised an error in the guest.
  bool ok = false;
  /// From when it was due to run, waiting for a thread included. 0: it did not come to that.
  std::chrono::nanoseconds duration{0};
  /// Roughly what arguments and result have when they cross; an error counts as nothing.
  size_t argument_bytes = 0;
  size_t result_bytes = 0;
};

/// A session or a run that the executor had no room for (ErrorKind::kOverloaded).
struct RejectedEvent {
  const Language& language;
  /// WithSessionTenant; empty where it has none.
  std::string_view tenant;
  /// RunOptions::tag; empty for a session.
  std::string_view tag;
  /// Names the bound that was met and the option that sets it.
  std::string_view message;
};

/// Told by an executor what happens in it (WithObserver). Every function does nothing unless it is overridden.
///
/// They are called on the threads that do the work, several at the same time, without any lock of goru's held. What is
/// slow in them slows that work, so they should only count or hand on. What events refer to is valid during the call
/// only. They must not throw, and must not close the executor or wait for a run; Executor::Stats may be asked.
class Observer {
 public:
  virtual ~Observer() = default;

  /// On the executor's own threads, or on the thread of a run that found no sandbox ready.
  virtual void OnSandboxMade(const SandboxMadeEvent& /*event*/) noexcept {}
  /// On the run's thread.
  virtual void OnSandboxTaken(const SandboxTakenEvent& /*event*/) noexcept {}

  /// On the thread that made the session. The sessions of Executor::Run count as well.
  virtual void OnSessionOpened(const SessionEvent& /*event*/) noexcept {}
  /// Once for each that was opened: on the thread of the run that ended it, or of whoever closed it.
  virtual void OnSessionClosed(const SessionEvent& /*event*/) noexcept {}

  /// No room for a session, on the thread that wanted it, or for a run: on the thread that called for it, or where it
  /// had waited, on the one that would have run it.
  virtual void OnRejected(const RejectedEvent& /*event*/) noexcept {}

  /// A run begins. On the run's thread.
  virtual void OnRunBegan(const RunEvent& /*event*/) noexcept {}
  /// A run that began has ended, with this result. On the run's thread.
  virtual void OnRunEnded(const RunEvent& /*event*/, const Result& /*result*/) noexcept {}
  /// A run met a limit, whether it ended there or went on: kTimeout, kMemoryLimit, kOutputLimit or kHostCallLimit. On
  /// the run's thread, before OnRunEnded, once for each limit.
  virtual void OnLimitMet(const RunEvent& /*event*/, ErrorKind /*limit*/) noexcept {}

  /// On the thread that answered: a thread for host functions, the run's own, or one of the function's. Before the run
  /// goes on with the answer; for a function that a run has left behind it is later than the run's end.
  virtual void OnHostCall(const HostCallEvent& /*event*/) noexcept {}
};

}  // namespace goru
