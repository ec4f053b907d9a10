// Into the code of a guest that was compiled ahead of time, and out of it again, whatever happens there.
//
// Code leaves in three ways: it returns; an instruction of it faults, which is a signal; or it is stopped, which is a
// signal of another thread. The handlers act only where the thread is in a call that EnterGuest made, the program
// counter lies in that guest's code, and the fault lies in the guest's slot or in the guard of the stack it runs on.
// They then have the thread go on behind EnterGuest's call: between the two lie frames of this one guest and nothing
// else, since a guest calls the host through NativeInstance alone, whose frames end before the guest goes on. Every
// other signal goes to whoever handled it before, or does what it does by default.
//
// Stops: RunGate takes the memory away, then KickGuest sends a signal. A guest that the signal meets in its own code is
// left there. One that it meets elsewhere is on its way to or from the host: that way passes the gate, or ends in a
// load from the guest's memory, which is gone (goru_look_at_memory).
#pragma once

#include <sys/types.h>

#include <cstdint>

#include "goru/error.hpp"
#include "wasm/native/guest/guest_abi.h"

namespace goru::wasm {

class MemorySlot;
class RunGate;

/// Installs the handlers, once in a process; call it before the first EnterGuest.
Expected<void> InstallTrapHandlers();

/// What the handlers know of a call.
struct GuestCall {
  const char* code_begin = nullptr;
  const char* code_end = nullptr;
  const MemorySlot* slot = nullptr;
  const RunGate* gate = nullptr;
  uintptr_t guard_begin = 0;
  uintptr_t guard_end = 0;
};

/// Why a call ended; the first are goru_trap's.
enum class GuestExit : uint32_t {
  kReturned = GORU_TRAP_NONE,
  kOutOfBounds = GORU_TRAP_OUT_OF_BOUNDS,
  kUnreachable = GORU_TRAP_UNREACHABLE,
  kDivisionByZero = GORU_TRAP_DIVISION_BY_ZERO,
  kIntegerOverflow = GORU_TRAP_INTEGER_OVERFLOW,
  kInvalidConversion = GORU_TRAP_INVALID_CONVERSION,
  kIndirectCall = GORU_TRAP_INDIRECT_CALL,
  kStack = GORU_TRAP_STACK,
  kLeft = GORU_TRAP_LEAVE,
  kStopped = 100,
  /// An instruction that guests do not have.
  kUnknown = 101,
};
/// For people, in the words of the engine `wasmtime`.
const char* Describe(GuestExit exit) noexcept;

/// Calls function(instance, values), which lies in the code of `call`.
GuestExit EnterGuest(const GuestCall& call, goru_function function, void* instance, goru_value* values) noexcept;

/// Makes a guest notice that it was stopped, which the thread `thread` of this process may be running.
void KickGuest(pid_t thread) noexcept;

/// The signal that does so.
int KickSignal() noexcept;

}  // namespace goru::wasm
