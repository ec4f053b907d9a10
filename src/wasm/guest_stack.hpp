// Stacks that guests run on, so that a guest may recurse further than its caller's thread has room for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>

namespace goru::wasm {

/// What a guest may use of its stack; one that needs more traps.
inline constexpr size_t kMaxGuestStack = size_t{24} << 20;

/// What host functions have of it at the least, however deep the guest is that calls them.
inline constexpr size_t kHostStack = size_t{1} << 20;

/// The size of a stack: the guest's part, the host's, and as much for what comes before the guest.
inline constexpr size_t kGuestStackSize = kMaxGuestStack + 2 * kHostStack;

/// What is said where a call could not begin for want of a stack.
inline constexpr const char* kNoStack =
    "no memory for a stack; raise the limit on virtual memory (ulimit -v), or let fewer sessions run at once";

/// Of the stack that guests of this thread run on now.
struct GuestStackBounds {
  /// Below it the host must not be called any more: its own part of the stack begins there.
  uintptr_t limit = 0;
  /// Where the guard begins and ends; the stack itself lies behind it.
  uintptr_t guard_begin = 0;
  uintptr_t guard_end = 0;
};
/// To be called within OnGuestStack.
GuestStackBounds CurrentGuestStack() noexcept;

namespace internal {

/// Calls `function(argument)`; see OnGuestStack.
bool CallOnGuestStack(void (*function)(void*), void* argument);

}  // namespace internal

/// Calls `work()` where the stack has room for a guest and for what it calls: here where it has, else on a stack that
/// is taken for the duration of the call. The thread stays the same, and whatever `work` throws passes. False: no
/// memory for a stack; `work` was not called.
///
/// Stacks are the process's. A few that are not in use are kept, with little memory each.
template <typename Work>
[[nodiscard]] bool OnGuestStack(Work&& work) {
  using Callable = std::remove_reference_t<Work>;
  return internal::CallOnGuestStack([](void* argument) { (*static_cast<Callable*>(argument))(); },
                                    std::addressof(work));
}

}  // namespace goru::wasm
