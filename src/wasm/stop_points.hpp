// Loads in the places where guest code could otherwise run for ever without touching its memory.
//
// A running guest is stopped by taking its memory away (run_gate.hpp), so whatever goes on without end has to meet a
// load or a store again and again: every way around a loop, and every recursion, whose calls can be exponentially many
// long before the stack is full.
//
// The engine's compiler leaves out loads whose value it knows, and stores that change nothing, so not every access
// counts:
// - A loop in which memory may be written, on a way that leads back to its beginning, begins with memory that the
// compiler
//   knows nothing of. What it then reads or writes first in a round is read or written in each round.
// - A loop that only reads may read the same in each round, which the compiler does once. A load is put at its
// beginning, as
//   into loops with a way around that touches nothing. It has an address of its own and is of a kind that the function
//   does not use otherwise; and a load that can fault counts as an effect, so that it stays although nobody looks at
//   the value.
// - A function begins with memory that the compiler knows nothing of. One that can get back to itself through calls
//   before anything is touched gets a load where it begins, and so does one that leads to too many calls.
//
// What calls do does not count: whoever calls others all the time has to touch memory itself.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "goru/error.hpp"

namespace goru::wasm {

struct StoppableModule {
  std::vector<uint8_t> bytes;
  /// How many loops and how many beginnings of functions got a load.
  uint32_t loops = 0;
  uint32_t functions = 0;
};

/// The module with these loads. kInvalidArgument: it is malformed, or it can run for ever and has no memory of its own
/// to load from.
Expected<StoppableModule> AddStopPoints(std::span<const uint8_t> module);

}  // namespace goru::wasm
