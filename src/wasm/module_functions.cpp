#include "wasm/module_functions.hpp"

namespace goru::wasm {

Expected<ModuleFunctions> ReadFunctions(std::span<const Section> sections) {
  ModuleFunctions out;
  bool good = true;
  for (const Section& section : sections) {
    if (section.id == kSectionImport) good = good && CountImportedFunctions(section.content, out.imported);
    if (section.id == kSectionFunction) {
      good = good && ForEachItem(section.content,
                                 [&out](ModuleReader& reader) { return reader.U32(out.types.emplace_back()); });
    }
    if (section.id == kSectionCode) {
      good = good && ForEachItem(section.content,
                                 [&out](ModuleReader& reader) { return reader.Block(out.bodies.emplace_back()); });
    }
  }
  if (!good || out.types.size() != out.bodies.size()) return Malformed();
  return out;
}

bool ReadTableSegment(ModuleReader& reader, uint32_t& begin, std::vector<uint32_t>& functions) {
  uint32_t form = 0;
  uint8_t op = 0;
  uint8_t end = 0;
  uint32_t count = 0;
  if (!reader.U32(form) || form != 0 || !reader.Byte(op) || op != kConstI32 || !reader.U32(begin) ||
      !reader.Byte(end) || end != kEnd || !reader.U32(count)) {
    return false;
  }
  functions.clear();
  for (uint32_t i = 0; i < count; ++i) {
    if (!reader.U32(functions.emplace_back())) return false;
  }
  return true;
}

}  // namespace goru::wasm
