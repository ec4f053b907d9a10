// What an executor is doing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "goru/language.hpp"

namespace goru {

/// An executor at one moment. Each number is true by itself; two of them may be of slightly different moments.
struct ExecutorStats {
  /// The sandboxes of one image.
  struct Sandboxes {
    Language language;
    /// Kept ready (ExecutorLimits::warm_sandboxes).
    size_t ready = 0;
    /// Being made, ahead of need or for a run.
    size_t being_made = 0;
    /// Of sessions: those that run, and those at rest between runs.
    size_t in_sessions = 0;
    /// Given back, waiting to be cleaned.
    size_t to_be_cleaned = 0;
  };
  /// Of all languages that are loaded. A language has two entries where WithImage gave it another image and both are in
  /// use.
  std::vector<Sandboxes> sandboxes;

  /// Sessions that are open; those of Executor::Run count while they last.
  size_t sessions = 0;
  /// Runs under way, those included that are part of another one, and callbacks of Session::RunAsync.
  size_t runs = 0;
  /// Runs that wait for their turn.
  size_t waiting_runs = 0;
  /// Sessions and runs that there was no room for (ErrorKind::kOverloaded), since the executor was made.
  uint64_t rejected = 0;

  /// Linear memory of sessions, as ExecutorLimits::memory_bytes counts it.
  size_t memory_bytes = 0;
  /// What the host holds for sessions, as ExecutorLimits::host_bytes counts it.
  size_t host_bytes = 0;

  /// Host calls that run or wait for a thread.
  size_t host_calls = 0;
  /// Threads for host functions that may block, at work or idle.
  size_t host_threads = 0;
  /// Threads for Session::RunAsync, at work or idle.
  size_t run_threads = 0;
};

}  // namespace goru
