#include <sys/random.h>

#include <cerrno>
#include <ctime>

#include "wasi/abi.hpp"
#include "wasi/wasi_host.hpp"

namespace goru::wasi {
namespace {

class SystemSources final : public Sources {
 public:
  uint64_t Now(uint32_t clock) override {
    clockid_t id = CLOCK_REALTIME;
    if (clock == kClockMonotonic) id = CLOCK_MONOTONIC;
    // The guest is a process of its own to itself: what it used is what the thread that runs it used.
    if (clock == kClockProcessCpu || clock == kClockThreadCpu) id = CLOCK_THREAD_CPUTIME_ID;
    timespec now = {};
    ::clock_gettime(id, &now);
    return static_cast<uint64_t>(now.tv_sec) * 1'000'000'000U + static_cast<uint64_t>(now.tv_nsec);
  }

  void FillRandom(std::span<uint8_t> out) override {
    while (!out.empty()) {
      const ssize_t n = ::getrandom(out.data(), out.size(), 0);
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) return;
      out = out.subspan(static_cast<size_t>(n));
    }
  }
};

}  // namespace

Sources& Sources::System() {
  static SystemSources sources;
  return sources;
}

}  // namespace goru::wasi
