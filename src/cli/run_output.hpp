// What `goru run` writes: the guest's streams, and what is to be said of its run.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "goru/result.hpp"
#include "patience.hpp"

namespace goru::cli {

/// How it waits for readers:
/// - While the run lasts, a reader that takes nothing holds the guest up, until the run's time is up or Ctrl-C comes.
///   What the guest wrote is kept from then on.
/// - After a run that ended by itself all of it is written, however long the reader takes, as other programs do. Ctrl-C
///   ends the waiting.
/// - After a run that was stopped, or whose code ended just as its time was up for a reader, that has kGrace for what
/// is
///   left.
/// What was not written is counted and said. For the thread of the run.
class RunOutput {
 public:
  /// For each stream.
  static constexpr std::chrono::seconds kGrace{1};

  explicit RunOutput(Patience& patience) noexcept : patience_(patience) {}

  /// The run begins and has this much time. Called before Ctrl-C is handled.
  void Begin(std::chrono::nanoseconds timeout) noexcept;
  /// A piece of one of the guest's streams.
  void Pass(int fd, std::string_view text);
  /// The run has ended. Writes what was kept.
  void End(const Result& result);

  // After End.

  void Write(int fd, std::string_view text);
  /// What is written to standard error next starts on a line of its own, also where both streams end up in one place.
  void StartLine();
  /// A line from goru itself, on a line of its own.
  void Say(std::string_view line);
  /// Says how many bytes of standard output could not be written. Returns the exit code: that of the result, unless the
  /// run ended by itself and its output did not get through.
  int Finish(const Result& result);

 private:
  struct Stream {
    int fd;
    bool at_line_start = true;
    size_t unwritten = 0;
    /// When its reader has had kGrace.
    std::optional<Patience::Clock::time_point> until = {};
  };
  struct Piece {
    int fd;
    std::string text;
  };

  Stream& Of(int fd) noexcept { return fd == err_.fd ? err_ : out_; }
  /// Returns what is left of `text`.
  std::string_view WriteNow(Stream& stream, std::string_view text);
  void Keep(int fd, std::string_view text);

  Patience& patience_;
  Stream out_{1};
  Stream err_{2};
  /// In the order of writing.
  std::vector<Piece> kept_;
  /// Readers have kGrace.
  bool hurry_ = false;
  /// Ctrl-C has come.
  bool interrupted_ = false;
};

}  // namespace goru::cli
