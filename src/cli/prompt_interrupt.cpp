#include "prompt_interrupt.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <system_error>

namespace goru::cli {
namespace {

// An eventfd keeps what comes while nobody looks, and write is one of the few calls that a signal handler may make.
volatile sig_atomic_t signalled = -1;

void Tell(int fd) {
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(fd, &one, sizeof(one));
}

void OnInterrupt(int /*signal*/) {
  const int error = errno;
  Tell(signalled);
  errno = error;
}

int NewEvent(int flags) {
  const int fd = ::eventfd(0, EFD_CLOEXEC | flags);
  if (fd < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
  return fd;
}

}  // namespace

PromptInterrupt::PromptInterrupt(bool at_prompt) : at_prompt_(at_prompt), idle_(NewEvent(EFD_NONBLOCK)) {
  signalled = NewEvent(0);
  waiter_ = std::thread([this] { Wait(); });
  struct sigaction action = {};
  action.sa_handler = OnInterrupt;
  action.sa_flags = SA_RESTART;
  ::sigemptyset(&action.sa_mask);
  ::sigaction(SIGINT, &action, &before_);
  sigset_t interrupts;
  ::sigemptyset(&interrupts);
  ::sigaddset(&interrupts, SIGINT);
  ::pthread_sigmask(SIG_UNBLOCK, &interrupts, nullptr);
}

PromptInterrupt::~PromptInterrupt() {
  ::sigaction(SIGINT, &before_, nullptr);
  ended_ = true;
  Tell(signalled);
  waiter_.join();
  ::close(signalled);
  ::close(idle_);
}

void PromptInterrupt::Running(Session* session) {
  const std::lock_guard lock(mutex_);
  running_ = session;
}

void PromptInterrupt::Wait() {
  for (;;) {
    uint64_t count = 0;
    if (::read(signalled, &count, sizeof(count)) != sizeof(count)) {
      if (errno == EINTR) continue;
      return;
    }
    if (ended_) return;
    const std::lock_guard lock(mutex_);
    if (running_ != nullptr) {
      running_->Interrupt();
    } else if (at_prompt_) {
      Tell(idle_);
    } else {
      ::signal(SIGINT, SIG_DFL);
      ::kill(::getpid(), SIGINT);
    }
  }
}

}  // namespace goru::cli
