#include "patience.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "output.hpp"

namespace goru::cli {
namespace {

/// How often a thread is told that it is to wait no longer: it may be told just before it begins to.
constexpr std::chrono::milliseconds kAgain{10};

/// One that no program is sent by others. SIGALRM is: whoever starts goru may have set an alarm.
int Signal() noexcept { return SIGRTMIN; }

sigset_t Set() noexcept {
  sigset_t set;
  ::sigemptyset(&set);
  ::sigaddset(&set, Signal());
  return set;
}

/// The signal comes through while this lives, and interrupts nothing else.
class LetThrough {
 public:
  LetThrough() noexcept {
    const sigset_t set = Set();
    ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
  }
  ~LetThrough() {
    const sigset_t set = Set();
    ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  }
  LetThrough(const LetThrough&) = delete;
  LetThrough& operator=(const LetThrough&) = delete;
};

timespec ToTimespec(std::chrono::nanoseconds time) noexcept {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  return {.tv_sec = seconds.count(), .tv_nsec = (time - seconds).count()};
}

}  // namespace

Patience::Patience() {
  const sigset_t set = Set();
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  struct sigaction action = {};
  // It is there to end the call with EINTR, so without SA_RESTART.
  action.sa_handler = [](int) {};
  action.sa_flags = SA_ONSTACK;
  ::sigemptyset(&action.sa_mask);
  ::sigaction(Signal(), &action, nullptr);
  sigevent event = {};
  event.sigev_notify = SIGEV_THREAD_ID;
  event.sigev_signo = Signal();
  event._sigev_un._tid = ::gettid();
  if (::timer_create(CLOCK_MONOTONIC, &event, &timer_) != 0) {
    throw std::system_error(errno, std::generic_category(), "cannot have a timer");
  }
}

Patience::~Patience() { ::timer_delete(timer_); }

void Patience::Arm(Clock::time_point when) noexcept {
  itimerspec times = {};
  if (when != Clock::time_point::max()) {
    // Zero would mean never.
    times.it_value =
        ToTimespec(std::max<std::chrono::nanoseconds>(when.time_since_epoch(), std::chrono::nanoseconds(1)));
    times.it_interval = ToTimespec(kAgain);
  }
  ::timer_settime(timer_, TIMER_ABSTIME, &times, nullptr);
}

void Patience::Until(Clock::time_point when) noexcept {
  interrupted_ = false;
  until_ = when;
  Arm(when);
}

void Patience::Endless() noexcept {
  until_ = Clock::time_point::max();
  // Whoever writes looks at what Interrupt has set after this.
  Arm(until_);
}

void Patience::Interrupt() noexcept {
  interrupted_ = true;
  Arm(Clock::time_point::min());
}

bool Patience::over() const noexcept {
  return interrupted() || (until_ != Clock::time_point::max() && Clock::now() >= until_);
}

std::string_view Patience::Write(int fd, std::string_view text) const {
  const LetThrough signal;
  while (!text.empty() && !over()) {
    text.remove_prefix(WriteSome(fd, text));
  }
  return text;
}

}  // namespace goru::cli
