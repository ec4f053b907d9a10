// A sandbox with state.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "goru/language.hpp"
#include "goru/options.hpp"
#include "goru/result.hpp"

namespace goru {

namespace internal {
class SessionCore;
}

/// A language runtime whose state persists between runs: what one run defines, the next one sees. Between runs it is
/// only memory; no thread waits for it.
///
/// All functions may be called from any thread. One run at a time: a second one gets ErrorKind::kBusy at once. A
/// session that ended badly (timeout, trap, `os._exit`) is closed; the result of that run says so in session_alive.
///
/// A run uses the calling thread, but of its stack no more than 64 KiB: the guest, callbacks of RunOptions and host
/// functions registered as Blocking::kNever run on a stack that goru takes for the run (24 MiB of address space for the
/// guest, and at least 1 MiB for those functions; memory as it is touched). The thread may block signals: those that a
/// guest's faults raise (SIGSEGV, SIGBUS, SIGILL, SIGFPE) are let through on it while the run lasts. A host function
/// may run another session.
class Session {
 public:
  ~Session();
  Session(Session&&) noexcept;
  Session& operator=(Session&&) noexcept;

  /// Runs `code` to its end or to a limit. Never throws; whatever happens is in the result.
  Result Run(std::string_view code, const RunOptions& options = {});

  /// Ends the run that is under way, from another thread; does nothing between runs, so that a run which is only about
  /// to begin is not ended (RunOptions::stop is for that). Its result has ErrorKind::kCancelled. The session lives on
  /// where the guest ends by itself within kInterruptGrace; Python 3.12 cannot, and its session is closed.
  void Interrupt();

  /// Ends a run that is under way and frees the sandbox. Further runs get ErrorKind::kSessionClosed.
  void Close();

  bool closed() const;
  /// Unique within the process.
  uint64_t id() const noexcept;
  const Language& language() const noexcept;
  /// Private memory that the session holds now, in bytes, as the kernel counts it; 0 while it runs or where the kernel
  /// cannot say.
  size_t ResidentBytes() const;

 private:
  friend class Executor;
  explicit Session(std::shared_ptr<internal::SessionCore> core) noexcept;
  std::shared_ptr<internal::SessionCore> core_;
};

}  // namespace goru
