// The functions of a module: their types and code, and the table through which they are called indirectly.
// Functions are named by their index in the module, which counts the imported ones first.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "goru/error.hpp"
#include "wasm/module_binary.hpp"

namespace goru::wasm {

using Bytes = std::span<const uint8_t>;

struct ModuleFunctions {
  uint32_t imported = 0;
  /// Type and code of each function that is not imported.
  std::vector<uint32_t> types;
  std::vector<Bytes> bodies;
};

Expected<ModuleFunctions> ReadFunctions(std::span<const Section> sections);

/// Reads one segment of the table: where it begins and its functions. The linker writes no other form.
bool ReadTableSegment(ModuleReader& reader, uint32_t& begin, std::vector<uint32_t>& functions);

/// Each call of `visit` reads one item of the list that `content` is. False where one of them says so, and where the
/// list is not all of the content.
template <typename Visit>
bool ForEachItem(Bytes content, Visit visit) {
  ModuleReader reader(content);
  uint32_t count = 0;
  if (!reader.U32(count)) return false;
  for (uint32_t i = 0; i < count; ++i) {
    if (!visit(reader)) return false;
  }
  return reader.AtEnd();
}

}  // namespace goru::wasm
