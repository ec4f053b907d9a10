// How long goru waits for whoever reads what it writes.
#pragma once

#include <atomic>
#include <chrono>
#include <csignal>
#include <ctime>
#include <string_view>

namespace goru::cli {

/// Writes that wait for a reader up to a point in time and no longer.
///
/// A write that blocks is ended by a signal to its thread, again and again until it notices. Descriptors stay as they
/// are: O_NONBLOCK would hold for all processes that share them, a shell among others; what poll says may no longer be
/// true when the write comes; and a thread that writes would have to be left behind in the middle of it.
///
/// One per process, used by the thread that made it; Interrupt may be called on any.
class Patience {
 public:
  using Clock = std::chrono::steady_clock;

  /// Endless. Throws std::system_error where the system has no timer for it.
  Patience();
  ~Patience();
  Patience(const Patience&) = delete;
  Patience& operator=(const Patience&) = delete;

  /// Writes wait until then; also where Interrupt was called before.
  void Until(Clock::time_point when) noexcept;
  /// Writes wait as long as it takes, unless Interrupt was called or is called later.
  void Endless() noexcept;
  /// What is being written is left where it is, and nothing further is waited for.
  void Interrupt() noexcept;
  bool interrupted() const noexcept { return interrupted_.load(); }

  /// Whether nothing is waited for any more.
  bool over() const noexcept;

  /// Writes `text`, unbuffered, and returns what is left of it when patience is over. Ends the process where the reader
  /// is gone, as a command in a pipe does, and with kGoruFailed where bytes cannot be written.
  std::string_view Write(int fd, std::string_view text) const;

 private:
  void Arm(Clock::time_point when) noexcept;

  timer_t timer_ = nullptr;
  Clock::time_point until_ = Clock::time_point::max();
  std::atomic<bool> interrupted_{false};
};

}  // namespace goru::cli
