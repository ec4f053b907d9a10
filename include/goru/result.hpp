// What came of a run.
#pragma once

#include <chrono>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "goru/error.hpp"
#include "goru/files.hpp"

namespace goru {

/// What a run used.
struct Usage {
  /// The guest's linear memory at the end of the run, in bytes; it never shrinks, so this is the peak.
  size_t peak_memory_bytes = 0;
  /// How long the run waited for its turn (ExecutorLimits::runs) before it began. Neither the timeout nor
  /// Result::duration counts it.
  std::chrono::nanoseconds queued{0};
  /// CPU time of the run's own thread.
  std::chrono::nanoseconds cpu_time{0};
  /// Host functions called.
  uint64_t host_calls = 0;
  /// Times that the guest crossed to the host to call or to wait; a gather of many calls crosses once to send them.
  uint64_t crossings = 0;
};

/// Why a run failed.
struct RunError {
  ErrorKind kind = ErrorKind::kInternal;
  /// The guest's own name of the exception: "ValueError", "TypeError". Empty where no exception was involved.
  std::string type;
  /// One line; for limits it names the limit and the option that raises it.
  std::string message;
  /// What the language would print, with the user's own lines. Empty where there is none.
  std::string traceback;
  /// The code has told of the error itself (Python's sys.excepthook), on its standard error as a rule; `traceback` is
  /// empty then.
  bool reported = false;
};

/// The outcome of one run. Text is what the guest wrote, byte for byte; it need not be valid UTF-8.
struct [[nodiscard]] Result {
  /// Nothing where the run succeeded.
  std::optional<RunError> error;
  bool ok() const noexcept { return !error.has_value(); }

  std::string stdout_text;
  std::string stderr_text;
  /// Both, in the order of writing.
  std::string output;
  bool stdout_truncated = false;
  bool stderr_truncated = false;

  /// The last expression's value as JSON text, where RunOptions::want_value asked for it and it has a JSON form. A
  /// value that holds bytes has none; a function that the code calls takes them as they are (Registry).
  std::optional<std::string> value;
  /// The last expression's value as the language shows it, where it has no JSON form.
  std::optional<std::string> value_repr;

  /// Where RunOptions::report_files asked for it: the files of the session's scratch that the run made, changed or gave
  /// another name, sorted by path. Files in mounts, and those that are gone again, are not among them.
  std::vector<FileInfo> files;

  /// What a process would have returned: 0, the guest's own code for kExited, 1 for other errors.
  int exit_code = 0;
  /// Whether the session can run more code.
  bool session_alive = true;

  /// From when the run began, waiting for host functions included.
  std::chrono::nanoseconds duration{0};
  Usage usage;

  /// "ok", or the name of the error's kind.
  std::string_view status() const noexcept { return error ? ErrorKindName(error->kind) : std::string_view("ok"); }
};

/// The whole result as one JSON object; text that is not UTF-8 has U+FFFD in place of the bad bytes. Takes time by the
/// size of the result: a value may have Limits::message_bytes.
nlohmann::json ToJson(const Result& result);

}  // namespace goru
