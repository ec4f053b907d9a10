// Which functions a run calls, and a module in which those lie together. Compiled code keeps the order of the module's
// functions, and a fresh sandbox spends most of its time on bringing code into the caches: code that is used together
// and lies together takes fewer pages and lines.
//
// Functions are named by their index in the module, which counts the imported ones first.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "goru/error.hpp"

namespace goru::wasm {

/// A module that notes which of its own functions were called.
struct TracedModule {
  std::vector<uint8_t> bytes;
  /// The first function that is not imported, and how many there are from it on.
  uint32_t first_function = 0;
  uint32_t functions = 0;
  /// The global of the first function: a mutable i32 that is 0 until the function is called. The others follow.
  uint32_t first_global = 0;
};

/// Adds a global for each function and sets it where the function begins. The module has to have globals of its own.
Expected<TracedModule> TraceFunctions(std::span<const uint8_t> module);

/// The module with the functions of `first` in front of its others, both in the order in which they stand now. Drops
/// custom sections, names among them. `first` is sorted; no imported function is in it.
Expected<std::vector<uint8_t>> ReorderFunctions(std::span<const uint8_t> module, std::span<const uint32_t> first);

/// The entries of the module's table that hold a function of `functions`, which is sorted.
Expected<std::vector<uint32_t>> TableEntriesOf(std::span<const uint8_t> module, std::span<const uint32_t> functions);

}  // namespace goru::wasm
