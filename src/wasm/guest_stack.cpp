#include "wasm/guest_stack.hpp"

#include <sys/mman.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <exception>
#include <new>
#include <utility>

#include "wasm/page_size.hpp"

#if defined(__SANITIZE_ADDRESS__)
#define GORU_ASAN_FIBERS 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define GORU_ASAN_FIBERS 1
#endif
#endif
#if defined(__SANITIZE_THREAD__)
#define GORU_TSAN_FIBERS 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define GORU_TSAN_FIBERS 1
#endif
#endif
#ifdef GORU_ASAN_FIBERS
#include <sanitizer/common_interface_defs.h>
#endif
#ifdef GORU_TSAN_FIBERS
#include <sanitizer/tsan_interface.h>
#endif

// Calls function(argument) with the stack pointer at `top`, a multiple of 16. To the machine it is a call like any
// other: the callee keeps what the ABI has it keep, so nothing else needs saving, and debuggers and unwinders find
// their way back through the frame pointer.
// NOLINTNEXTLINE(readability-identifier-naming): a symbol of the assembly below
extern "C" void goru_call_on_stack(void* argument, void (*function)(void*), void* top);
asm(R"(
  .text
  .p2align 4
  .hidden goru_call_on_stack
  .globl goru_call_on_stack
  .type goru_call_on_stack, @function
goru_call_on_stack:
  .cfi_startproc
  endbr64
  pushq %rbp
  .cfi_def_cfa_offset 16
  .cfi_offset %rbp, -16
  movq %rsp, %rbp
  .cfi_def_cfa_register %rbp
  movq %rdx, %rsp
  callq *%rsi
  leave
  .cfi_def_cfa %rsp, 8
  ret
  .cfi_endproc
  .size goru_call_on_stack, . - goru_call_on_stack
)");

namespace goru::wasm {
namespace {

// In front of the stack's low end. More than a page, so that a large frame does not step over it.
constexpr size_t kGuard = size_t{1} << 20;

// What a stack keeps resident when it is given back; ordinary runs need no more.
constexpr size_t kKeepResident = size_t{128} << 10;

// Stacks that are kept while nobody uses them.
constexpr size_t kMostKept = 16;

// What has to be left of a stack where a guest is called. A run that begins inside a host function of another has the
// same right to its stack as the outer one.
constexpr size_t kNeeded = kMaxGuestStack + kHostStack;

class Stack {
 public:
  /// Null: no memory.
  static std::unique_ptr<Stack> Map() {
    void* mapping = ::mmap(nullptr, kGuard + kGuestStackSize, PROT_NONE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    if (mapping == MAP_FAILED) return nullptr;
    std::unique_ptr<Stack> stack(new (std::nothrow) Stack(static_cast<char*>(mapping) + kGuard));
    if (!stack) {
      ::munmap(mapping, kGuard + kGuestStackSize);
      return nullptr;
    }
    if (::mprotect(stack->low_, kGuestStackSize, PROT_READ | PROT_WRITE) != 0) return nullptr;
    // A page at a time: a huge one would be two megabytes for what a small run touches.
    ::madvise(stack->low_, kGuestStackSize, MADV_NOHUGEPAGE);
    return stack;
  }

  ~Stack() {
#ifdef GORU_TSAN_FIBERS
    __tsan_destroy_fiber(fiber_);
#endif
    ::munmap(low_ - kGuard, kGuard + kGuestStackSize);
  }
  Stack(const Stack&) = delete;
  Stack& operator=(const Stack&) = delete;

  char* low() const noexcept { return low_; }
  char* high() const noexcept { return low_ + kGuestStackSize; }

  /// Gives memory back to the system where the stack has grown. What it used lies without gaps of a page below its
  /// high end, so one page tells.
  void Trim() noexcept {
    const auto* page = reinterpret_cast<const uint64_t*>(high() - kKeepResident - kPageSize);
    uint64_t used = 0;
    for (size_t i = 0; i < kPageSize / sizeof(uint64_t); ++i) used |= page[i];
    if (used != 0) ::madvise(low_, kGuestStackSize - kKeepResident, MADV_DONTNEED);
  }

#ifdef GORU_TSAN_FIBERS
  void* fiber() const noexcept { return fiber_; }
#endif

 private:
  explicit Stack(char* low) noexcept : low_(low) {}

  char* low_;
#ifdef GORU_TSAN_FIBERS
  void* fiber_ = __tsan_create_fiber(0);
#endif
};

// Without a lock, so that a process that forks while another thread takes a stack can go on taking them.
std::array<std::atomic<Stack*>, kMostKept> kept = {};

std::unique_ptr<Stack> Take() {
  for (std::atomic<Stack*>& place : kept) {
    if (place.load(std::memory_order_relaxed) == nullptr) continue;
    if (Stack* stack = place.exchange(nullptr, std::memory_order_acquire)) return std::unique_ptr<Stack>(stack);
  }
  return Stack::Map();
}

void Give(std::unique_ptr<Stack> stack) noexcept {
  stack->Trim();
  for (std::atomic<Stack*>& place : kept) {
    Stack* none = nullptr;
    if (place.load(std::memory_order_relaxed) != nullptr) continue;
    if (place.compare_exchange_strong(none, stack.get(), std::memory_order_release, std::memory_order_relaxed)) {
      // The place has it now.
      static_cast<void>(stack.release());  // NOLINT(bugprone-unused-return-value)
      return;
    }
  }
}

/// The stack that the thread runs on; null: its own.
thread_local const Stack* current = nullptr;

bool HasRoom() noexcept {
  if (current == nullptr) return false;
  const auto here = reinterpret_cast<uintptr_t>(__builtin_frame_address(0));
  const auto low = reinterpret_cast<uintptr_t>(current->low());
  // Host functions may have moved to yet another stack.
  return here >= low + kNeeded && here < low + kGuestStackSize;
}

struct Switch {
  void (*function)(void*);
  void* argument;
  std::exception_ptr error = nullptr;
#ifdef GORU_ASAN_FIBERS
  const void* back = nullptr;
  size_t back_size = 0;
#endif
};

void RunSwitched(void* argument) noexcept {
  auto& there = *static_cast<Switch*>(argument);
#ifdef GORU_ASAN_FIBERS
  __sanitizer_finish_switch_fiber(nullptr, &there.back, &there.back_size);
#endif
  try {
    there.function(there.argument);
  } catch (...) {
    there.error = std::current_exception();
  }
#ifdef GORU_ASAN_FIBERS
  __sanitizer_start_switch_fiber(nullptr, there.back, there.back_size);
#endif
}

void CallOn(const Stack& stack, Switch& there) noexcept {
#ifdef GORU_ASAN_FIBERS
  void* fake_stack = nullptr;
  __sanitizer_start_switch_fiber(&fake_stack, stack.low(), kGuestStackSize);
#endif
#ifdef GORU_TSAN_FIBERS
  void* self = __tsan_get_current_fiber();
  __tsan_switch_to_fiber(stack.fiber(), 0);
#endif
  goru_call_on_stack(&there, RunSwitched, stack.high());
#ifdef GORU_TSAN_FIBERS
  __tsan_switch_to_fiber(self, 0);
#endif
#ifdef GORU_ASAN_FIBERS
  __sanitizer_finish_switch_fiber(fake_stack, nullptr, nullptr);
#endif
}

}  // namespace

GuestStackBounds CurrentGuestStack() noexcept {
  if (current == nullptr) return {};
  const auto low = reinterpret_cast<uintptr_t>(current->low());
  return {low + kHostStack, low - kGuard, low};
}

bool internal::CallOnGuestStack(void (*function)(void*), void* argument) {
  if (HasRoom()) {
    function(argument);
    return true;
  }
  std::unique_ptr<Stack> stack = Take();
  if (!stack) return false;
  const Stack* outer = current;
  current = stack.get();
  Switch there = {.function = function, .argument = argument};
  CallOn(*stack, there);
  current = outer;
  Give(std::move(stack));
  if (there.error) std::rethrow_exception(std::move(there.error));
  return true;
}

}  // namespace goru::wasm
