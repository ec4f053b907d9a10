#include "support/process_generation.hpp"

#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <climits>
#include <cstdlib>
#include <memory>
#include <shared_mutex>

namespace goru::support {
namespace {

constexpr const char* kForked =
    "this process was forked from the one that made the executor; make a new Executor in the child";

using Number = std::atomic<uint64_t>;

/// The last one that this process or an ancestor gave itself.
constinit Number last = 0;
/// Where this process's own is: memory that is zero in a child. Null: nobody has asked yet.
constinit std::atomic<Number*> own = nullptr;

/// For kernels that do not know of such memory.
Number* OrdinaryMemory() noexcept {
  static constinit Number number = 0;
  ::pthread_atfork(nullptr, nullptr, [] { number = 0; });
  return &number;
}

Number* MakeOwn() noexcept {
  const auto size = static_cast<size_t>(::sysconf(_SC_PAGESIZE));
  void* page = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  const bool mapped = page != MAP_FAILED;
  const bool wiped = mapped && ::madvise(page, size, MADV_WIPEONFORK) == 0;
  Number* made = wiped ? ::new (page) Number(0) : OrdinaryMemory();
  Number* none = nullptr;
  const bool first = own.compare_exchange_strong(none, made);
  if (mapped && (!wiped || !first)) ::munmap(page, size);
  return first ? made : none;
}

/// Held by HoldFork as by a reader, by a fork as by a writer.
constinit std::shared_mutex forking;

/// How many handlers of signals hold forks, and kForkUnderWay. A word of its own: no mutex may be taken in a handler.
constinit std::atomic<uint32_t> handlers = 0;
constexpr uint32_t kForkUnderWay = uint32_t{1} << 31;

void Futex(int operation, uint32_t value) noexcept {
  static_assert(sizeof(handlers) == sizeof(uint32_t));
  ::syscall(SYS_futex, &handlers, operation, value, nullptr, nullptr, 0);
}

void BeforeFork() noexcept {
  forking.lock();
  handlers.fetch_or(kForkUnderWay);
  // They take microseconds.
  while (handlers.load() != kForkUnderWay) ::sched_yield();
}

void AfterFork() noexcept {
  handlers.store(0);
  Futex(FUTEX_WAKE_PRIVATE, INT_MAX);
  forking.unlock();
}

void InChild() noexcept {
  handlers.store(0);
  // The child is the thread that has locked it, but under another number, which the lock knows it by.
  std::construct_at(&forking);
}

const int registered = ::pthread_atfork(BeforeFork, AfterFork, InChild);

}  // namespace

uint64_t ProcessGeneration() noexcept {
  Number* number = own.load(std::memory_order_acquire);
  if (number == nullptr) number = MakeOwn();
  uint64_t known = number->load(std::memory_order_relaxed);
  if (known != 0) return known;
  const uint64_t next = last.fetch_add(1) + 1;
  return number->compare_exchange_strong(known, next) ? next : known;
}

const char* Forked::what() const noexcept { return kForked; }

Error ForkedError() { return {ErrorKind::kForked, kForked}; }

void EndForkedThread() noexcept { ::_exit(EXIT_FAILURE); }

HoldFork::HoldFork() noexcept { forking.lock_shared(); }
HoldFork::~HoldFork() { forking.unlock_shared(); }

HoldForkInHandler::HoldForkInHandler() noexcept {
  uint32_t seen = handlers.load();
  for (;;) {
    if ((seen & kForkUnderWay) != 0) {
      Futex(FUTEX_WAIT_PRIVATE, seen);
      seen = handlers.load();
    } else if (handlers.compare_exchange_weak(seen, seen + 1)) {
      return;
    }
  }
}
HoldForkInHandler::~HoldForkInHandler() { handlers.fetch_sub(1); }

}  // namespace goru::support
