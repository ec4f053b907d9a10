#include "interrupt.hpp"

#include <semaphore.h>

#include <cerrno>
#include <csignal>
#include <thread>
#include <utility>

namespace goru::cli {
namespace {

// sem_post is one of the few calls that a signal handler may make.
sem_t interrupted;
volatile sig_atomic_t seen = 0;

void OnSignal(int signal_number) {
  const int error = errno;
  if (seen == 0) {
    seen = 1;
    ::sem_post(&interrupted);
  } else {
    ::signal(signal_number, SIG_DFL);
    ::raise(signal_number);
  }
  errno = error;
}

}  // namespace

void HandleInterrupts(std::function<void()> on_interrupt) {
  struct sigaction action = {};
  if (::sigaction(SIGINT, nullptr, &action) != 0 || action.sa_handler == SIG_IGN) return;
  if (::sem_init(&interrupted, 0, 0) != 0) return;
  std::thread([on_interrupt = std::move(on_interrupt)] {
    while (::sem_wait(&interrupted) != 0 && errno == EINTR) {
    }
    on_interrupt();
  }).detach();
  action = {};
  action.sa_handler = OnSignal;
  action.sa_flags = SA_RESTART;
  ::sigemptyset(&action.sa_mask);
  ::sigaction(SIGINT, &action, nullptr);
}

}  // namespace goru::cli
