// Turning a module and the state of an instance of it into a module that starts from that state.
// Format: WebAssembly core specification, chapter 5 (binary format).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "goru/error.hpp"

namespace goru::wasm {

/// A global of the module itself that can change.
struct MutableGlobal {
  uint32_t index = 0;
  /// 0x7F = i32, 0x7E = i64.
  uint8_t type = 0;
};

/// The mutable globals that the module defines. Only integers are known.
Expected<std::vector<MutableGlobal>> ListMutableGlobals(std::span<const uint8_t> module);

/// The initial size of the module's memory in WebAssembly pages.
Expected<uint32_t> InitialMemoryPages(std::span<const uint8_t> module);

/// The name under which ExportGlobals exports the global `index`.
std::string GlobalExportName(uint32_t index);

/// Adds an export for each of `globals`, so that their values can be read.
Expected<std::vector<uint8_t>> ExportGlobals(std::span<const uint8_t> module, std::span<const MutableGlobal> globals);

/// The name under which ExportTable exports the table.
inline constexpr std::string_view kTableExportName = "goru:table";

/// Adds an export of the module's table, which it has to have.
Expected<std::vector<uint8_t>> ExportTable(std::span<const uint8_t> module);

/// The value of a global at rest.
struct GlobalValue {
  MutableGlobal global;
  int64_t value = 0;
};

/// The module with other initial values of these globals.
Expected<std::vector<uint8_t>> SetGlobals(std::span<const uint8_t> module, std::span<const GlobalValue> values);

/// The module without data and custom sections, with a memory of `memory_pages` WebAssembly pages and these globals.
Expected<std::vector<uint8_t>> MakeImageModule(std::span<const uint8_t> module, uint32_t memory_pages,
                                               std::span<const GlobalValue> values);

}  // namespace goru::wasm
