#include "wasm/native/native_traps.hpp"

#include <sys/mman.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <mutex>

#include "support/file.hpp"
#include "wasm/earlier_handler.hpp"
#include "wasm/memory_slot.hpp"
#include "wasm/run_gate.hpp"

#if defined(__SANITIZE_THREAD__)
#define GORU_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define GORU_TSAN 1
#endif
#endif

namespace goru::wasm {
namespace {

/// A call that this thread is in. The assembly below knows where `stack_pointer` lies.
struct Frame {
  uint64_t stack_pointer = 0;
  const GuestCall* call = nullptr;
  Frame* outer = nullptr;
};
static_assert(offsetof(Frame, stack_pointer) == 0);

// A handler must not allocate what it looks at: this is part of each thread from its start on.
[[gnu::tls_model("initial-exec")]] thread_local Frame* current = nullptr;

}  // namespace
}  // namespace goru::wasm

// Calls function(instance, values) and returns 0, having kept all that the ABI has a callee keep and the stack pointer
// in the frame. A handler has the thread go on at goru_leave_guest with that stack pointer, and the reason in eax.
// NOLINTBEGIN(readability-identifier-naming): symbols of the assembly below
extern "C" uint32_t goru_enter_guest(void* instance, goru_value* values, goru_function function, void* frame);
extern "C" void goru_leave_guest();
// NOLINTEND(readability-identifier-naming)
asm(R"(
  .text
  .p2align 4
  .hidden goru_enter_guest
  .globl goru_enter_guest
  .type goru_enter_guest, @function
  .hidden goru_leave_guest
  .globl goru_leave_guest
goru_enter_guest:
  .cfi_startproc
  endbr64
  pushq %rbp
  .cfi_def_cfa_offset 16
  .cfi_offset %rbp, -16
  movq %rsp, %rbp
  .cfi_def_cfa_register %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  subq $8, %rsp
  movq %rsp, (%rcx)
  callq *%rdx
  xorl %eax, %eax
goru_leave_guest:
  addq $8, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  .cfi_def_cfa %rsp, 8
  ret
  .cfi_endproc
  .size goru_enter_guest, . - goru_enter_guest
)");

namespace goru::wasm {
namespace {

#ifdef GORU_TSAN
// ThreadSanitizer holds most signals back until the thread next calls the system, which a guest in a loop does not.
constexpr int kKick = SIGTRAP;
#else
constexpr int kKick = SIGURG;
#endif

// Guests divide by zero with a check of their own; SIGFPE is here so that a fault that nobody has thought of ends the
// guest and not the process.
constexpr std::array<int, 5> kSignals = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, kKick};
std::array<struct sigaction, kSignals.size()> before = {};

/// An instruction that is none: what guests give up with.
bool IsUd2(const char* at) noexcept {
  return static_cast<unsigned char>(at[0]) == 0x0f && static_cast<unsigned char>(at[1]) == 0x0b;
}

/// Whether this is a guest's, and why it leaves.
bool IsOurs(int signal, const siginfo_t& info, const ucontext_t& context, GuestExit& exit) noexcept {
  const Frame* frame = current;
  if (frame == nullptr) return false;
  const GuestCall& call = *frame->call;
  // NOLINTNEXTLINE(performance-no-int-to-ptr): that is how the machine has it
  const auto* at = reinterpret_cast<const char*>(context.uc_mcontext.gregs[REG_RIP]);
  if (at < call.code_begin || at >= call.code_end) return false;
  if (signal == kKick) {
    exit = GuestExit::kStopped;
    return call.gate != nullptr && call.gate->revoked();
  }
  // Others may send these signals as well; the kernel's own have a positive code.
  if (info.si_code <= 0) return false;
  switch (signal) {
    case SIGSEGV:
    case SIGBUS: {
      const auto address = reinterpret_cast<uintptr_t>(info.si_addr);
      if (call.slot->Contains(info.si_addr)) {
        exit = GuestExit::kOutOfBounds;
        return true;
      }
      exit = GuestExit::kStack;
      return address >= call.guard_begin && address < call.guard_end;
    }
    case SIGILL: {
      const auto code = static_cast<uint32_t>(context.uc_mcontext.gregs[REG_RAX]);
      exit = IsUd2(at) && code <= GORU_TRAP_LEAVE && code != GORU_TRAP_NONE ? static_cast<GuestExit>(code)
                                                                            : GuestExit::kUnknown;
      return true;
    }
    case SIGFPE:
      exit = GuestExit::kUnknown;
      return true;
    default:
      return false;
  }
}

/// What the signal would have done without us.
void HandOnOthers(int signal, siginfo_t* info, void* context) noexcept {
  // KickGuest's own, which came too late to be needed.
  if (signal == kKick && info->si_code == SI_QUEUE && info->si_value.sival_ptr == before.data()) return;
  size_t i = 0;
  while (kSignals[i] != signal) ++i;
  HandOn(before[i], signal, info, context);
}

void Handle(int signal, siginfo_t* info, void* context) noexcept {
  const int error = errno;
  auto* machine = static_cast<ucontext_t*>(context);
  GuestExit exit = GuestExit::kUnknown;
  if (IsOurs(signal, *info, *machine, exit)) {
    auto& registers = machine->uc_mcontext.gregs;
    registers[REG_RAX] = static_cast<greg_t>(exit);
    registers[REG_RSP] = static_cast<greg_t>(current->stack_pointer);
    registers[REG_RIP] = reinterpret_cast<greg_t>(&goru_leave_guest);
    // The ABI's: string instructions go upwards.
    registers[REG_EFL] &= ~greg_t{0x400};
  } else {
    HandOnOthers(signal, info, context);
  }
  errno = error;
}

/// The stack that handlers run on: the thread's, or one of ours where it has none of this size.
class AlternateStack {
 public:
  static constexpr size_t kLeast = size_t{64} << 10;

  AlternateStack() noexcept {
    stack_t now = {};
    if (::sigaltstack(nullptr, &now) == 0 && (now.ss_flags & SS_DISABLE) == 0 && now.ss_size >= kLeast) return;
    void* mapping = ::mmap(nullptr, kGuard + kSize, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (mapping == MAP_FAILED) return;
    mapping_ = static_cast<char*>(mapping);
    stack_t ours = {};
    ours.ss_sp = mapping_ + kGuard;
    ours.ss_size = kSize;
    // Where it cannot be had, handlers run on the guest's stack: only a guest that uses all of that ends the process.
    if (::mprotect(mapping_ + kGuard, kSize, PROT_READ | PROT_WRITE) != 0 || ::sigaltstack(&ours, nullptr) != 0) Free();
  }
  ~AlternateStack() {
    if (mapping_ == nullptr) return;
    stack_t now = {};
    if (::sigaltstack(nullptr, &now) == 0 && now.ss_sp == mapping_ + kGuard) {
      stack_t none = {};
      none.ss_flags = SS_DISABLE;
      ::sigaltstack(&none, nullptr);
    }
    Free();
  }
  AlternateStack(const AlternateStack&) = delete;
  AlternateStack& operator=(const AlternateStack&) = delete;

 private:
  static constexpr size_t kGuard = 4096;
  static constexpr size_t kSize = size_t{256} << 10;

  void Free() noexcept {
    ::munmap(mapping_, kGuard + kSize);
    mapping_ = nullptr;
  }

  char* mapping_ = nullptr;
};

}  // namespace

Expected<void> InstallTrapHandlers() {
  static std::mutex mutex;
  static bool installed = false;
  const std::lock_guard lock(mutex);
  if (installed) return {};
  struct sigaction action = {};
  action.sa_sigaction = Handle;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART | SA_NODEFER;
  ::sigemptyset(&action.sa_mask);
  for (size_t i = 0; i < kSignals.size(); ++i) {
    if (::sigaction(kSignals[i], nullptr, &before[i]) != 0 || ::sigaction(kSignals[i], &action, nullptr) != 0) {
      return support::SystemError("cannot install a handler of signals for", "the engine native");
    }
  }
  installed = true;
  return {};
}

GuestExit EnterGuest(const GuestCall& call, goru_function function, void* instance, goru_value* values) noexcept {
  static thread_local const AlternateStack alternate_stack;
  static_cast<void>(alternate_stack);
  Frame frame;
  frame.call = &call;
  frame.outer = current;
  // In this order for a handler that comes in between.
  std::atomic_signal_fence(std::memory_order_seq_cst);
  current = &frame;
  const uint32_t exit = goru_enter_guest(instance, values, function, &frame);
  current = frame.outer;
  std::atomic_signal_fence(std::memory_order_seq_cst);
  return static_cast<GuestExit>(exit);
}

void KickGuest(pid_t thread) noexcept {
  if (thread == 0) return;
  siginfo_t info = {};
  info.si_signo = kKick;
  info.si_code = SI_QUEUE;
  info.si_pid = ::getpid();
  info.si_uid = ::getuid();
  info.si_value.sival_ptr = before.data();
  ::syscall(SYS_rt_tgsigqueueinfo, info.si_pid, thread, kKick, &info);
}

int KickSignal() noexcept { return kKick; }

const char* Describe(GuestExit exit) noexcept {
  switch (exit) {
    case GuestExit::kOutOfBounds:
      return "wasm trap: out of bounds memory access";
    case GuestExit::kUnreachable:
      return "wasm trap: wasm `unreachable` instruction executed";
    case GuestExit::kDivisionByZero:
      return "wasm trap: integer divide by zero";
    case GuestExit::kIntegerOverflow:
      return "wasm trap: integer overflow";
    case GuestExit::kInvalidConversion:
      return "wasm trap: invalid conversion to integer";
    case GuestExit::kIndirectCall:
      return "wasm trap: indirect call type mismatch or undefined element";
    case GuestExit::kStack:
      return "wasm trap: call stack exhausted";
    case GuestExit::kReturned:
    case GuestExit::kLeft:
    case GuestExit::kStopped:
    case GuestExit::kUnknown:
      break;
  }
  return "wasm trap: an instruction that guests do not have";
}

}  // namespace goru::wasm
