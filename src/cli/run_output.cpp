#include "run_output.hpp"

#include <utility>

#include "exit_code.hpp"
#include "output.hpp"

namespace goru::cli {

using Clock = Patience::Clock;

namespace {

/// Enough for a write that need not wait, and for a sandbox to be made.
constexpr std::chrono::milliseconds kMoment{20};

/// The run's time was up, or it was interrupted.
bool WasStopped(const Result& result) noexcept {
  return result.error && (result.error->kind == ErrorKind::kTimeout || result.error->kind == ErrorKind::kCancelled);
}

}  // namespace

void RunOutput::Begin(std::chrono::nanoseconds timeout) noexcept {
  const auto now = Clock::now();
  if (timeout < Clock::time_point::max() - now - kMoment) {
    // The run's own time begins when it has its sandbox. It is to be up first, so that the run ends by it.
    patience_.Until(now + timeout + kMoment);
  } else {
    patience_.Endless();
  }
}

std::string_view RunOutput::WriteNow(Stream& stream, std::string_view text) {
  const std::string_view rest = patience_.Write(stream.fd, text);
  if (rest.size() < text.size()) stream.at_line_start = text[text.size() - rest.size() - 1] == '\n';
  return rest;
}

void RunOutput::Keep(int fd, std::string_view text) {
  if (text.empty()) return;
  if (kept_.empty() || kept_.back().fd != fd) kept_.push_back({fd, {}});
  kept_.back().text += text;
}

void RunOutput::Pass(int fd, std::string_view text) {
  // Nothing overtakes what is kept.
  Keep(fd, kept_.empty() ? WriteNow(Of(fd), text) : text);
}

void RunOutput::End(const Result& result) {
  interrupted_ = patience_.interrupted();
  hurry_ = interrupted_ || WasStopped(result) || !kept_.empty();
  if (!hurry_) patience_.Endless();
  for (const Piece& piece : std::exchange(kept_, {})) Write(piece.fd, piece.text);
}

void RunOutput::Write(int fd, std::string_view text) {
  Stream& stream = Of(fd);
  std::string_view rest = text;
  if (hurry_) {
    if (!stream.until) stream.until = Clock::now() + kGrace;
    // The same reader has been waited for: what has room is written, and that is all.
    if (out_.unwritten > 0 && StreamsAreOne()) stream.until = Clock::now() + kMoment;
    patience_.Until(*stream.until);
  }
  if (stream.unwritten == 0) rest = WriteNow(stream, text);
  stream.unwritten += rest.size();
  if (rest.empty() || hurry_) return;
  // It would have waited for ever.
  interrupted_ = true;
  hurry_ = true;
}

void RunOutput::StartLine() {
  const bool mid_line = !err_.at_line_start || (!out_.at_line_start && StreamsAreOne());
  if (mid_line) Write(err_.fd, "\n");
}

void RunOutput::Say(std::string_view line) {
  StartLine();
  Write(err_.fd, SaidByGoru(line));
}

int RunOutput::Finish(const Result& result) {
  const size_t bytes = out_.unwritten;
  if (bytes > 0) {
    Say(std::to_string(bytes) + (bytes == 1 ? " byte" : " bytes") +
        " of standard output could not be written: nobody read them in time");
  }
  const bool all_written = bytes == 0 && err_.unwritten == 0;
  if (all_written || WasStopped(result)) return ExitCodeOf(result);
  return interrupted_ ? kInterrupted : kTimedOut;
}

}  // namespace goru::cli
