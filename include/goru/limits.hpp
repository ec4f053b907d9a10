// Every limit and its default, in one place. All are on unless an option changes them.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace goru {

/// What http may cost one session.
struct HttpLimits {
  /// A URL. Servers take 8 KiB at most.
  size_t url_bytes = size_t{8} << 10;
  /// All headers of a request, and of a response.
  size_t header_bytes = size_t{64} << 10;
  /// The body of a request.
  size_t request_body_bytes = size_t{1} << 20;
  /// The body of a response, once unpacked. More is an error, never a silent cut.
  size_t response_body_bytes = size_t{1} << 20;
  /// One request with all of its redirects.
  std::chrono::nanoseconds timeout = std::chrono::seconds(30);
  unsigned redirects = 10;
  /// Requests of one run, redirects included.
  uint64_t requests = 1'000;
  /// Bytes of all bodies of one run, in both directions.
  uint64_t total_bytes = uint64_t{256} << 20;
};

/// What fs may cost one session.
struct FsLimits {
  /// A file that is read as a whole.
  size_t read_bytes = size_t{10} << 20;
  /// What one call writes.
  size_t write_bytes = size_t{10} << 20;
  /// A path, as Linux has it.
  size_t path_bytes = size_t{4} << 10;
  /// Entries of one listing.
  size_t list_entries = 100'000;
  /// What the session writes in all. A new file or folder counts for at least 4 KiB.
  uint64_t total_write_bytes = uint64_t{256} << 20;
  /// Files and folders that code has open at once, with open and the like.
  size_t open_files = 256;
  /// Files and folders in a session's scratch.
  size_t scratch_files = 65'536;
};

/// How large a key-value store may grow.
struct KVLimits {
  size_t key_bytes = 256;
  /// A value's JSON text.
  size_t value_bytes = size_t{64} << 10;
  size_t entries = 1'000;
  /// Keys and values together.
  size_t total_bytes = size_t{10} << 20;
};

/// What packages may cost one session.
struct PackageLimits {
  /// Files and directories below /packages that a sandbox has open at once. An import has one.
  size_t open_files = 64;
  /// A file that can be opened. The largest in common packages are tables of a few MiB.
  uint64_t file_bytes = uint64_t{64} << 20;
  /// One install_pkg, from resolving to the last check. It also ends with the run's own time.
  std::chrono::nanoseconds install_timeout = std::chrono::seconds(120);
  /// Calls of install_pkg in one session.
  size_t installs = 32;
};

/// What one session may use. A value: each session has its own copy.
struct Limits {
  /// Wall-clock time of one run, waiting included, except for its turn (ExecutorLimits::runs). Long enough for honest
  /// work, short enough that a runaway does not hold a thread for long.
  std::chrono::nanoseconds timeout = std::chrono::seconds(30);

  /// Linear memory: everything that the guest has, its runtime and its C stack included (Python needs 37 MiB, of which
  /// 12 are the stack, Python 3.12 33 and 15, JavaScript 11 and 5.5, TypeScript 14 and 5.5). Of the stack only what
  /// code touches takes memory of the machine. The machine's own stack, at most 24 MiB while a run lasts, comes on top.
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

  /// All that the host holds for the session at a time outside of its memory: messages as they are read and written,
  /// arguments of calls that wait or run, answers that were not fetched yet, responses of http that are arriving. While
  /// it is spent no further call starts; one that does not fit at all gets an error that code can catch. Results of
  /// functions that said nothing of their size may go beyond by half. What the C library's allocator keeps for later is
  /// not counted: a program to which that matters calls mallopt(M_MMAP_THRESHOLD, ...), as goru's own does.
  size_t host_bytes = size_t{64} << 20;

  /// The source text of one run.
  size_t code_bytes = size_t{16} << 20;

  HttpLimits http;
  FsLimits fs;
  /// Of a store of the session's own; a shared one has its limits from KVStore.
  KVLimits kv;
  PackageLimits packages;
};

/// Limits of one executor, whatever its sessions do. The largest value of a type means that there is no such limit.
struct ExecutorLimits {
  /// Sessions that are open at once. Each that has run has 4 GiB of addresses reserved, of which a process has 128 TiB.
  /// One more is ErrorKind::kOverloaded.
  size_t sessions = 10'000;
  /// Linear memory of all sessions together, as Limits::memory_bytes counts it: all that a session can touch from its
  /// first run until it is closed, though an idle one has taken 1 to 2 MiB of it. The default is what 4,096 sessions
  /// have at their own limit; how much the machine has, only whoever sets it knows. Code that asks for more gets its
  /// language's memory error, and a run for whose sandbox there is no room kOverloaded.
  size_t memory_bytes = size_t{1} << 40;
  /// Runs at once, at least one. Those that only compute take time from each other, and each one's timeout goes on:
  /// where runs are such, let it be about the number of cores. Runs that a host function or callback makes on the
  /// thread of its own run are part of that one.
  size_t runs = 256;
  /// Runs that wait for their turn. They take turns by tenant (SessionConfig::tenant), or where a session has none, by
  /// session. Where as many wait, one more is kOverloaded; but a tenant's that has less than its share of the queue
  /// takes the place of the last one of whoever has most.
  size_t queued_runs = 1'024;
  /// How long a run may wait for its turn: until all that were under way before must have ended, at the default
  /// timeout. Then it is kOverloaded.
  std::chrono::nanoseconds queue_wait = std::chrono::seconds(30);

  /// Limits::host_bytes of all sessions together: as much as 16 of them may hold. The first 64 KiB of each session do
  /// not count, so that small calls work while others hold all of it.
  size_t host_bytes = size_t{1} << 30;
  /// Threads that run host functions which may block, for all sessions together. They are made when needed. Sessions
  /// take turns, and three quarters of the threads is the most that one session gets.
  ///
  /// Functions that go on when their run has ended do not count: others are made in place of their threads, and one is
  /// made for a session that has none while all are taken, up to four times this number in all. Where functions that
  /// were left behind hold all of those, further calls that may block get an error.
  size_t host_threads = 64;
  /// Sessions that install packages at the same time (install_pkg); more wait for their turn.
  size_t installs = 8;
  /// What the package cache may take on the disk after an install_pkg. What was not used longest goes; what sessions of
  /// any process use stays.
  uint64_t package_cache_bytes = uint64_t{2} << 30;
  /// Sandboxes of each language that are kept ready. Each costs 1 to 2 MiB.
  size_t warm_sandboxes = 4;
};

/// After Session::Interrupt, how long a guest that can end by itself gets before its memory is taken away.
inline constexpr std::chrono::milliseconds kInterruptGrace{200};

}  // namespace goru
