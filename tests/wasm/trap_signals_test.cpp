#include "wasm/trap_signals.hpp"

#include <gtest/gtest.h>

#include <array>
#include <thread>

namespace goru::wasm {
namespace {

constexpr std::array<int, 5> kTraps = {SIGSEGV, SIGILL, SIGFPE, SIGBUS, SIGURG};

bool Blocked(int signal) {
  sigset_t set;
  pthread_sigmask(SIG_BLOCK, nullptr, &set);
  return sigismember(&set, signal) == 1;
}

void Change(int how, int signal) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, signal);
  pthread_sigmask(how, &set, nullptr);
}

TEST(TrapSignals, AreNotBlockedMeanwhile) {
  std::thread([] {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, nullptr);
    {
      const TrapSignals signals;
      for (const int signal : kTraps) EXPECT_FALSE(Blocked(signal)) << signal;
      EXPECT_TRUE(Blocked(SIGTERM));
      EXPECT_TRUE(Blocked(SIGUSR1));
    }
    for (const int signal : kTraps) EXPECT_TRUE(Blocked(signal)) << signal;
    EXPECT_TRUE(Blocked(SIGTERM));
  }).join();
}

TEST(TrapSignals, OnlyWhatWasBlockedIsBlockedAgain) {
  std::thread([] {
    Change(SIG_BLOCK, SIGFPE);
    {
      const TrapSignals signals;
      // What work in between does to the mask is its own affair.
      Change(SIG_BLOCK, SIGUSR1);
    }
    EXPECT_TRUE(Blocked(SIGFPE));
    EXPECT_FALSE(Blocked(SIGSEGV));
    EXPECT_TRUE(Blocked(SIGUSR1));
  }).join();
}

}  // namespace
}  // namespace goru::wasm
