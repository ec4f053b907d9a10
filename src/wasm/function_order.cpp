#include "wasm/function_order.hpp"

#include <algorithm>
#include <array>

#include "wasm/code_reader.hpp"
#include "wasm/module_binary.hpp"
#include "wasm/module_functions.hpp"

namespace goru::wasm {
namespace {

/// ForEachItem for a list that is written again: its length goes to `out` first.
template <typename Visit>
bool ForEachItemAfterCount(Bytes content, std::vector<uint8_t>& out, Visit visit) {
  ModuleReader reader(content);
  uint32_t count = 0;
  if (!reader.U32(count)) return false;
  PutU32(out, count);
  return ForEachItem(content, visit);
}

/// The new index of every function.
using NewIndex = std::vector<uint32_t>;

bool PutMapped(std::vector<uint8_t>& out, const NewIndex& new_index, uint32_t function) {
  if (function >= new_index.size()) return false;
  PutU32(out, new_index[function]);
  return true;
}

bool RewriteExports(Bytes content, const NewIndex& new_index, std::vector<uint8_t>& out) {
  return ForEachItemAfterCount(content, out, [&](ModuleReader& reader) {
    Bytes name;
    uint8_t kind = 0;
    uint32_t index = 0;
    if (!reader.Block(name) || !reader.Byte(kind) || !reader.U32(index)) return false;
    PutBlock(out, name);
    out.push_back(kind);
    if (kind == kExportFunction) return PutMapped(out, new_index, index);
    PutU32(out, index);
    return true;
  });
}

bool RewriteElements(Bytes content, const NewIndex& new_index, std::vector<uint8_t>& out) {
  return ForEachItemAfterCount(content, out, [&](ModuleReader& reader) {
    uint32_t begin = 0;
    std::vector<uint32_t> functions;
    if (!ReadTableSegment(reader, begin, functions)) return false;
    out.push_back(0);
    out.push_back(kConstI32);
    PutS64(out, static_cast<int32_t>(begin));
    out.push_back(kEnd);
    PutU32(out, static_cast<uint32_t>(functions.size()));
    return std::all_of(functions.begin(), functions.end(),
                       [&](uint32_t function) { return PutMapped(out, new_index, function); });
  });
}

/// A body with the functions that it calls named by their new indices.
bool RewriteBody(Bytes body, const NewIndex& new_index, std::vector<uint8_t>& out) {
  ModuleReader reader(body);
  if (!ReadLocals(reader)) return false;
  PutBytes(out, reader.From(0));
  while (!reader.AtEnd()) {
    const size_t start = reader.at();
    Instruction instruction;
    if (!ReadInstruction(reader, instruction)) return false;
    if (instruction.opcode != kCall) {
      PutBytes(out, reader.From(start));
      continue;
    }
    out.push_back(kCall);
    if (!PutMapped(out, new_index, instruction.index)) return false;
  }
  return true;
}

bool RewriteStart(Bytes content, const NewIndex& new_index, std::vector<uint8_t>& out) {
  ModuleReader reader(content);
  uint32_t function = 0;
  return reader.U32(function) && PutMapped(out, new_index, function);
}

}  // namespace

Expected<TracedModule> TraceFunctions(std::span<const uint8_t> module) {
  auto sections = Sections(module);
  if (!sections) return sections.error();
  auto functions = ReadFunctions(*sections);
  if (!functions) return functions.error();
  TracedModule traced;
  traced.first_function = functions->imported;
  traced.functions = static_cast<uint32_t>(functions->bodies.size());
  traced.bytes = ModuleHeader(module);
  bool has_globals = false;
  for (const Section& section : *sections) {
    std::vector<uint8_t> content;
    if (section.id == kSectionGlobal) {
      ModuleReader reader(section.content);
      if (!reader.U32(traced.first_global) || traced.first_global > UINT32_MAX - traced.functions) return Malformed();
      PutU32(content, traced.first_global + traced.functions);
      PutBytes(content, reader.Rest());
      for (uint32_t i = 0; i < traced.functions; ++i)
        PutBytes(content, std::array<uint8_t, 5>{kI32, 1, kConstI32, 0, kEnd});
      has_globals = true;
    } else if (section.id == kSectionCode) {
      if (!has_globals) return Malformed();
      PutU32(content, traced.functions);
      for (uint32_t i = 0; i < traced.functions; ++i) {
        ModuleReader reader(functions->bodies[i]);
        if (!ReadLocals(reader)) return Malformed();
        std::vector<uint8_t> body;
        PutBytes(body, reader.From(0));
        PutBytes(body, std::array<uint8_t, 3>{kConstI32, 1, kGlobalSet});
        PutU32(body, traced.first_global + i);
        PutBytes(body, reader.Rest());
        PutBlock(content, body);
      }
    }
    PutSection(traced.bytes, section.id, content.empty() ? section.content : Bytes(content));
  }
  return traced;
}

Expected<std::vector<uint8_t>> ReorderFunctions(std::span<const uint8_t> module, std::span<const uint32_t> first) {
  auto sections = Sections(module);
  if (!sections) return sections.error();
  auto functions = ReadFunctions(*sections);
  if (!functions) return functions.error();
  const uint32_t imported = functions->imported;
  const auto total = static_cast<uint32_t>(imported + functions->bodies.size());
  if (!std::is_sorted(first.begin(), first.end()) ||
      (!first.empty() && (first.front() < imported || first.back() >= total))) {
    return Error{ErrorKind::kInvalidArgument, "functions to put first are not the module's own, or not sorted"};
  }
  std::vector<uint32_t> order(functions->bodies.size());
  for (uint32_t i = 0; i < order.size(); ++i) order[i] = imported + i;
  std::stable_partition(order.begin(), order.end(), [first](uint32_t function) {
    return std::binary_search(first.begin(), first.end(), function);
  });
  NewIndex new_index(total);
  for (uint32_t i = 0; i < imported; ++i) new_index[i] = i;
  for (uint32_t i = 0; i < order.size(); ++i) new_index[order[i]] = imported + i;

  std::vector<uint8_t> out = ModuleHeader(module);
  for (const Section& section : *sections) {
    std::vector<uint8_t> content;
    bool good = true;
    switch (section.id) {
      case kSectionCustom:
        continue;
      case kSectionFunction:
        PutU32(content, static_cast<uint32_t>(order.size()));
        for (const uint32_t function : order) PutU32(content, functions->types[function - imported]);
        break;
      case kSectionExport:
        good = RewriteExports(section.content, new_index, content);
        break;
      case kSectionStart:
        good = RewriteStart(section.content, new_index, content);
        break;
      case kSectionElement:
        good = RewriteElements(section.content, new_index, content);
        break;
      case kSectionCode:
        PutU32(content, static_cast<uint32_t>(order.size()));
        for (const uint32_t function : order) {
          std::vector<uint8_t> body;
          good = good && RewriteBody(functions->bodies[function - imported], new_index, body);
          PutBlock(content, body);
        }
        break;
      default:
        PutBytes(content, section.content);
    }
    if (!good) return Malformed();
    PutSection(out, section.id, content);
  }
  return out;
}

Expected<std::vector<uint32_t>> TableEntriesOf(std::span<const uint8_t> module, std::span<const uint32_t> functions) {
  auto sections = Sections(module);
  if (!sections) return sections.error();
  std::vector<uint32_t> entries;
  for (const Section& section : *sections) {
    if (section.id != kSectionElement) continue;
    const bool good = ForEachItem(section.content, [&](ModuleReader& reader) {
      uint32_t begin = 0;
      std::vector<uint32_t> segment;
      if (!ReadTableSegment(reader, begin, segment)) return false;
      for (uint32_t i = 0; i < segment.size(); ++i) {
        if (std::binary_search(functions.begin(), functions.end(), segment[i])) entries.push_back(begin + i);
      }
      return true;
    });
    if (!good) return Malformed();
  }
  return entries;
}

}  // namespace goru::wasm
