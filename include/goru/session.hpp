// A sandbox with state.
#pragma once

#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "goru/error.hpp"
#include "goru/files.hpp"
#include "goru/language.hpp"
#include "goru/options.hpp"
#include "goru/result.hpp"

namespace goru {

namespace internal {
class SessionCore;
}

/// Takes the result of a run that nobody waits for (Session::RunAsync). What it throws is dropped.
using RunCallback = std::function<void(Result)>;

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
///
/// In a forked child a session is closed, and runs get ErrorKind::kForked. A host function or callback that forks
/// should not return in the child, but exec or _exit. Where it returns all the same, the run ends there with that error
/// if it was on the run's thread; if it was on one of goru's own, the child ends with exit code 1.
class Session {
 public:
  ~Session();
  Session(Session&&) noexcept;
  Session& operator=(Session&&) noexcept;

  /// Runs `code` to its end or to a limit. Never throws; whatever happens is in the result. Where as many runs as may
  /// be (ExecutorLimits::runs) are under way it waits for its turn first, and where it gets none the error is
  /// kOverloaded. Interrupt, RunOptions::stop and closing reach a run that waits at once.
  ///
  /// In a host function or a callback, on the thread of a run of the same executor, it never waits: it is part of that
  /// run, as far as turns are concerned. Threads that a host function makes itself take turns like all others.
  Result Run(std::string_view code, const RunOptions& options = {});

  /// The same without waiting for it, on a thread of the executor. While the run waits for its turn it takes no thread;
  /// there are as many threads as runs at once, made when needed. A session has one run at a time here as well: the
  /// next one may begin when `done` is called.
  ///
  /// An error means that nothing was run and `done` will not be called: kInvalidArgument, kBusy, kSessionClosed,
  /// kCancelled (RunOptions::stop came before), kOverloaded, kUnavailable (no thread or memory). Otherwise `done` gets
  /// the result, exactly once, whatever happens: also kCancelled where session or executor are closed meanwhile, and
  /// kOverloaded where the turn did not come in time. It is called on a thread of the executor, maybe before this
  /// function has returned, and the turn is over when it has returned and what it holds is gone. It may run code in
  /// this session and others, and close or destroy this one; it must not close or destroy the executor. Interrupt may
  /// be called for the run as for any other.
  ///
  /// `code`, and the text that `options` refers to, are copied before this returns; they count in
  /// ExecutorLimits::host_bytes until the run has ended. In a child that is forked meanwhile `done` is not called, and
  /// a future of the parent's never ready.
  Expected<void> RunAsync(std::string_view code, const RunOptions& options, RunCallback done);
  /// The same with a future, which never holds an exception.
  Expected<std::future<Result>> RunAsync(std::string_view code, const RunOptions& options = {});

  /// Ends the run that is under way or waits for its turn, from another thread; does nothing between runs, so that a
  /// run which is only about to begin is not ended (RunOptions::stop is for that). Its result has
  /// ErrorKind::kCancelled. The session lives on where the guest ends by itself within kInterruptGrace; Python 3.12
  /// cannot, and its session is closed.
  void Interrupt();

  /// Ends a run that is under way and frees the sandbox. Where none is, what the code has registered for its end
  /// (Python's atexit) runs first, as one more run with the limits of any; its output goes nowhere. Further runs get
  /// ErrorKind::kSessionClosed.
  void Close();

  // Files of the session's scratch (WithSessionScratch), between its runs. Paths are absolute, or relative to /work;
  // what lies in a mount is not reached so. Errors: kInvalidArgument (no scratch, a path that is none or not there, a
  // file that does not fit), kBusy (a run is under way), kSessionClosed.

  /// Replaces the file's content, or makes it and the folders that it is in.
  Expected<void> WriteFile(std::string_view path, std::string_view bytes);
  /// The bytes of a file. They are a copy, so there is for a moment twice as much.
  Expected<std::string> ReadFile(std::string_view path) const;
  /// All files and folders below a folder, sorted by path.
  Expected<std::vector<FileInfo>> ListFiles(std::string_view path = "/work") const;
  /// Removes a file, or a folder that is empty.
  Expected<void> RemoveFile(std::string_view path);

  bool closed() const;
  /// Unique within the process.
  uint64_t id() const noexcept;
  const Language& language() const noexcept;
  /// Private memory that the session holds now, in bytes, as the kernel counts it; 0 while it runs, or waits to, or
  /// where the kernel cannot say.
  size_t ResidentBytes() const;

 private:
  friend class Executor;
  explicit Session(std::shared_ptr<internal::SessionCore> core) noexcept;
  std::shared_ptr<internal::SessionCore> core_;
};

}  // namespace goru
