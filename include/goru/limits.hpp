// Every limit and its default, in one place. All are on unless an option changes them.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace goru {

/// What one session may use. A value: each session has its own copy.
struct Limits {
  /// Wall-clock time of one run, waiting included. Long enough for honest work, short enough that a runaway does not
  /// hold a thread for long.
  std::chrono::nanoseconds timeout = std::chrono::seconds(30);

  /// Linear memory: everything that the guest has, its runtime included (Python needs 28 MiB, of which 8 are its stack,
  /// JavaScript 4, TypeScript 7).
  size_t memory_bytes = size_t{256} << 20;

  /// Bytes kept of each of standard output and standard error in one run. What is beyond is counted and dropped.
  size_t output_bytes = size_t{8} << 20;
  /// Whether going over output_bytes ends the run (ErrorKind::kOutputLimit) instead of cutting its output.
  bool stop_on_output_limit = false;

  /// Host calls in one run: a loop that does nothing else ends by itself.
  uint64_t host_calls = 10'000;
  /// Host calls that run at the same time for one session; more wait for their turn.
  size_t host_calls_in_flight = 64;
  /// Arguments of one host call, and its result, as they cross. Bounds what the host allocates for a guest.
  size_t message_bytes = size_t{16} << 20;

  /// The source text of one run.
  size_t code_bytes = size_t{16} << 20;
};

/// Limits of one executor, whatever its sessions do.
struct ExecutorLimits {
  /// Threads that run host functions for all sessions together. They are made when needed.
  size_t host_threads = 64;
  /// Sandboxes of each language that are kept ready. Each costs 1 to 2 MiB.
  size_t warm_sandboxes = 4;
};

/// After Session::Interrupt, how long a guest that can end by itself gets before its memory is taken away.
inline constexpr std::chrono::milliseconds kInterruptGrace{200};

}  // namespace goru
