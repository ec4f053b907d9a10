#include "guest/cpython_312.hpp"

#include <cstddef>
#include <cstring>

namespace goru::guest {
namespace {

/// How PyThreadState begins (CPython 3.12, Include/cpython/pystate.h).
struct ThreadState {
  uint32_t previous;
  uint32_t next;
  uint32_t interpreter;
  uint32_t status;
  uint32_t py_recursion_remaining;
  uint32_t py_recursion_limit;
  uint32_t c_recursion_remaining;
  uint32_t recursion_headroom;
};

constexpr uint32_t kPyRecursionLimit = 1000;
// C_RECURSION_LIMIT for WASI.
constexpr uint32_t kCRecursionLimit = 500;

bool IsAtRest(const ThreadState& state, size_t memory) {
  return state.previous == 0 && state.next == 0 && state.interpreter != 0 && state.interpreter < memory &&
         state.py_recursion_remaining == kPyRecursionLimit && state.py_recursion_limit == kPyRecursionLimit &&
         state.c_recursion_remaining == kCRecursionLimit && state.recursion_headroom == 0;
}

}  // namespace

Expected<void> AllowCRecursion(std::span<uint8_t> memory, uint32_t depth) {
  uint8_t* found = nullptr;
  for (size_t at = 0; at + sizeof(ThreadState) <= memory.size(); at += sizeof(uint32_t)) {
    ThreadState state;
    std::memcpy(&state, &memory[at], sizeof(state));
    if (!IsAtRest(state, memory.size())) continue;
    if (found != nullptr)
      return Error{ErrorKind::kInvalidArgument, "more than one thread state; is this CPython 3.12?"};
    found = &memory[at];
  }
  if (found == nullptr) return Error{ErrorKind::kInvalidArgument, "no thread state at rest; is this CPython 3.12?"};
  std::memcpy(found + offsetof(ThreadState, c_recursion_remaining), &depth, sizeof(depth));
  return {};
}

}  // namespace goru::guest
