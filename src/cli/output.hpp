// What goru writes to its own standard output and error.
#pragma once

#include <cstddef>
#include <string_view>

#include "goru/result.hpp"

namespace goru::cli {

/// Writes all of `text` to a descriptor, unbuffered. Ends the process where the reader is gone, as a command in a pipe
/// does, and with kGoruFailed where the bytes cannot be written.
void WriteAll(int fd, std::string_view text);

/// Passes one of the guest's streams on as it comes, up to a limit.
class StreamForwarder {
 public:
  StreamForwarder(int fd, size_t limit) : fd_(fd), rest_(limit) {}
  void operator()(std::string_view text);

  /// Whether the next text would start at the beginning of a line.
  bool at_line_start() const { return at_line_start_; }

 private:
  int fd_;
  size_t rest_;
  bool at_line_start_ = true;
};

/// Whether standard output and standard error are the same terminal, file or pipe.
bool StreamsAreOne();

/// A line to standard error that comes from goru itself: "goru: ...".
void Say(std::string_view line);

/// Says on standard error why a run failed; silent for a success and for an exit that the guest asked for.
void ReportError(const Result& result);

}  // namespace goru::cli
