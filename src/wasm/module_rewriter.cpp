#include "wasm/module_rewriter.hpp"

#include <algorithm>
#include <array>

#include "wasm/module_binary.hpp"

namespace goru::wasm {
namespace {

struct GlobalEntry {
  uint8_t type;
  bool is_mutable;
  std::span<const uint8_t> init;
};

bool ReadGlobals(std::span<const uint8_t> content, std::vector<GlobalEntry>& out) {
  ModuleReader reader(content);
  uint32_t count = 0;
  if (!reader.U32(count)) return false;
  for (uint32_t i = 0; i < count; ++i) {
    GlobalEntry entry = {};
    uint8_t is_mutable = 0;
    if (!reader.Byte(entry.type) || !reader.Byte(is_mutable)) return false;
    entry.is_mutable = is_mutable != 0;
    const size_t start = reader.at();
    uint8_t op = 0;
    uint64_t value = 0;
    if (!reader.Byte(op)) return false;
    const bool known = (op == kConstI32 || op == kConstI64) && reader.Leb(value, 10);
    uint8_t end = 0;
    if (!known || !reader.Byte(end) || end != kEnd) return false;
    entry.init = reader.From(start);
    out.push_back(entry);
  }
  return true;
}

/// The content of a global section, with the values of `values` in place of those in `section`.
bool PutGlobals(std::span<const uint8_t> section, std::span<const GlobalValue> values, std::vector<uint8_t>& out) {
  std::vector<GlobalEntry> entries;
  if (!ReadGlobals(section, entries)) return false;
  PutU32(out, static_cast<uint32_t>(entries.size()));
  for (size_t i = 0; i < entries.size(); ++i) {
    out.push_back(entries[i].type);
    out.push_back(entries[i].is_mutable ? 1 : 0);
    const auto value =
        std::find_if(values.begin(), values.end(), [&](const GlobalValue& v) { return v.global.index == i; });
    if (value == values.end()) {
      PutBytes(out, entries[i].init);
      continue;
    }
    out.push_back(entries[i].type == kI32 ? kConstI32 : kConstI64);
    PutS64(out, value->value);
    out.push_back(kEnd);
  }
  return true;
}

struct Export {
  std::string name;
  uint8_t kind;
  uint32_t index;
};

/// The module with further exports, and without custom sections.
Expected<std::vector<uint8_t>> AddExports(std::span<const uint8_t> module, std::span<const Export> exports) {
  auto sections = Sections(module);
  if (!sections) return sections.error();
  std::vector<uint8_t> out = ModuleHeader(module);
  for (const Section& section : *sections) {
    if (section.id == kSectionCustom) continue;
    if (section.id != kSectionExport) {
      PutSection(out, section.id, section.content);
      continue;
    }
    ModuleReader reader(section.content);
    uint32_t count = 0;
    if (!reader.U32(count)) return Malformed();
    std::vector<uint8_t> content;
    PutU32(content, count + static_cast<uint32_t>(exports.size()));
    PutBytes(content, reader.Rest());
    for (const Export& item : exports) {
      PutU32(content, static_cast<uint32_t>(item.name.size()));
      content.insert(content.end(), item.name.begin(), item.name.end());
      content.push_back(item.kind);
      PutU32(content, item.index);
    }
    PutSection(out, kSectionExport, content);
  }
  return out;
}

}  // namespace

Expected<std::vector<uint8_t>> SetGlobals(std::span<const uint8_t> module, std::span<const GlobalValue> values) {
  auto sections = Sections(module);
  if (!sections) return sections.error();
  std::vector<uint8_t> out = ModuleHeader(module);
  for (const Section& section : *sections) {
    std::vector<uint8_t> globals;
    if (section.id == kSectionGlobal && !PutGlobals(section.content, values, globals)) return Malformed();
    PutSection(out, section.id, section.id == kSectionGlobal ? std::span<const uint8_t>(globals) : section.content);
  }
  return out;
}

std::string GlobalExportName(uint32_t index) { return "goru:global:" + std::to_string(index); }

Expected<uint32_t> InitialMemoryPages(std::span<const uint8_t> module) {
  auto sections = Sections(module);
  if (!sections) return sections.error();
  for (const Section& section : *sections) {
    if (section.id != kSectionMemory) continue;
    ModuleReader reader(section.content);
    uint32_t count = 0;
    uint8_t flags = 0;
    uint32_t pages = 0;
    if (!reader.U32(count) || count != 1 || !reader.Byte(flags) || !reader.U32(pages)) return Malformed();
    return pages;
  }
  return Malformed();
}

Expected<std::vector<MutableGlobal>> ListMutableGlobals(std::span<const uint8_t> module) {
  auto sections = Sections(module);
  if (!sections) return sections.error();
  std::vector<MutableGlobal> found;
  for (const Section& section : *sections) {
    uint32_t functions = 0;
    if (section.id == kSectionImport && !CountImportedFunctions(section.content, functions)) return Malformed();
    if (section.id != kSectionGlobal) continue;
    std::vector<GlobalEntry> entries;
    if (!ReadGlobals(section.content, entries)) return Malformed();
    for (size_t i = 0; i < entries.size(); ++i) {
      if (!entries[i].is_mutable) continue;
      if (entries[i].type != kI32 && entries[i].type != kI64) return Malformed();
      found.push_back({static_cast<uint32_t>(i), entries[i].type});
    }
  }
  return found;
}

Expected<std::vector<uint8_t>> ExportGlobals(std::span<const uint8_t> module, std::span<const MutableGlobal> globals) {
  std::vector<Export> exports;
  for (const MutableGlobal& global : globals) {
    exports.push_back({GlobalExportName(global.index), kExportGlobal, global.index});
  }
  return AddExports(module, exports);
}

Expected<std::vector<uint8_t>> ExportTable(std::span<const uint8_t> module) {
  return AddExports(module, std::array<Export, 1>{{{std::string(kTableExportName), kExportTable, 0}}});
}

Expected<std::vector<uint8_t>> MakeImageModule(std::span<const uint8_t> module, uint32_t memory_pages,
                                               std::span<const GlobalValue> values) {
  auto sections = Sections(module);
  if (!sections) return sections.error();
  std::vector<uint8_t> out = ModuleHeader(module);
  for (const Section& section : *sections) {
    switch (section.id) {
      case kSectionCustom:
      case kSectionData:
      case kSectionDataCount:
        break;
      case kSectionMemory: {
        // One memory without a maximum: the slot holds the limit.
        std::vector<uint8_t> content = {1, 0};
        PutU32(content, memory_pages);
        PutSection(out, section.id, content);
        break;
      }
      case kSectionGlobal: {
        std::vector<uint8_t> content;
        if (!PutGlobals(section.content, values, content)) return Malformed();
        PutSection(out, section.id, content);
        break;
      }
      default:
        PutSection(out, section.id, section.content);
    }
  }
  return out;
}

}  // namespace goru::wasm
