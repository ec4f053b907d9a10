#include "wasm/module_rewriter.hpp"

#include <algorithm>

namespace goru::wasm {
namespace {

constexpr uint8_t kSectionCustom = 0;
constexpr uint8_t kSectionImport = 2;
constexpr uint8_t kSectionMemory = 5;
constexpr uint8_t kSectionGlobal = 6;
constexpr uint8_t kSectionExport = 7;
constexpr uint8_t kSectionData = 11;
constexpr uint8_t kSectionDataCount = 12;
constexpr uint8_t kExportGlobal = 3;
constexpr uint8_t kI32 = 0x7F;
constexpr uint8_t kI64 = 0x7E;
constexpr uint8_t kConstI32 = 0x41;
constexpr uint8_t kConstI64 = 0x42;
constexpr uint8_t kEnd = 0x0B;
constexpr size_t kHeaderSize = 8;

const Error malformed{ErrorKind::kInvalidArgument, "the WebAssembly module is malformed"};

class Reader {
 public:
  explicit Reader(std::span<const uint8_t> bytes) : bytes_(bytes) {}
  bool AtEnd() const { return at_ >= bytes_.size(); }
  size_t at() const { return at_; }

  bool Byte(uint8_t& out) {
    if (AtEnd()) return false;
    out = bytes_[at_++];
    return true;
  }
  bool U32(uint32_t& out) {
    uint64_t value = 0;
    if (!Leb(value, 5) || value > UINT32_MAX) return false;
    out = static_cast<uint32_t>(value);
    return true;
  }
  bool Leb(uint64_t& out, unsigned max_bytes) {
    out = 0;
    for (unsigned i = 0; i < max_bytes; ++i) {
      uint8_t byte = 0;
      if (!Byte(byte)) return false;
      out |= static_cast<uint64_t>(byte & 0x7F) << (7 * i);
      if ((byte & 0x80) == 0) return true;
    }
    return false;
  }
  bool Skip(size_t count) {
    if (count > bytes_.size() - at_) return false;
    at_ += count;
    return true;
  }
  std::span<const uint8_t> From(size_t start) const { return bytes_.subspan(start, at_ - start); }

 private:
  std::span<const uint8_t> bytes_;
  size_t at_ = 0;
};

void PutU32(std::vector<uint8_t>& out, uint32_t value) {
  do {
    const auto byte = static_cast<uint8_t>(value & 0x7F);
    value >>= 7;
    out.push_back(value != 0 ? byte | 0x80 : byte);
  } while (value != 0);
}

void PutS64(std::vector<uint8_t>& out, int64_t value) {
  for (;;) {
    const auto byte = static_cast<uint8_t>(value & 0x7F);
    value >>= 7;
    const bool last = (value == 0 && (byte & 0x40) == 0) || (value == -1 && (byte & 0x40) != 0);
    out.push_back(last ? byte : byte | 0x80);
    if (last) return;
  }
}

void Append(std::vector<uint8_t>& out, std::span<const uint8_t> bytes) {
  out.insert(out.end(), bytes.begin(), bytes.end());
}

void PutSection(std::vector<uint8_t>& out, uint8_t id, std::span<const uint8_t> content) {
  out.push_back(id);
  PutU32(out, static_cast<uint32_t>(content.size()));
  Append(out, content);
}

struct Section {
  uint8_t id;
  std::span<const uint8_t> content;
};

Expected<std::vector<Section>> Sections(std::span<const uint8_t> module) {
  if (module.size() < kHeaderSize) return malformed;
  std::vector<Section> sections;
  const auto body = module.subspan(kHeaderSize);
  Reader reader(body);
  while (!reader.AtEnd()) {
    Section section = {};
    uint32_t size = 0;
    if (!reader.Byte(section.id) || !reader.U32(size)) return malformed;
    const size_t start = reader.at();
    if (!reader.Skip(size)) return malformed;
    section.content = body.subspan(start, size);
    sections.push_back(section);
  }
  return sections;
}

/// Imported globals come first in the index space.
bool CountImportedGlobals(std::span<const uint8_t> content, uint32_t& globals) {
  Reader reader(content);
  uint32_t count = 0;
  if (!reader.U32(count)) return false;
  for (uint32_t i = 0; i < count; ++i) {
    uint32_t length = 0;
    uint8_t kind = 0;
    if (!reader.U32(length) || !reader.Skip(length) || !reader.U32(length) || !reader.Skip(length) ||
        !reader.Byte(kind)) {
      return false;
    }
    // The guests import functions only; anything else would need its own length here.
    if (kind != 0) return false;
    if (!reader.U32(length)) return false;
  }
  globals = 0;
  return true;
}

struct GlobalEntry {
  uint8_t type;
  bool is_mutable;
  std::span<const uint8_t> init;
};

bool ReadGlobals(std::span<const uint8_t> content, std::vector<GlobalEntry>& out) {
  Reader reader(content);
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
      Append(out, entries[i].init);
      continue;
    }
    out.push_back(entries[i].type == kI32 ? kConstI32 : kConstI64);
    PutS64(out, value->value);
    out.push_back(kEnd);
  }
  return true;
}

}  // namespace

Expected<std::vector<uint8_t>> SetGlobals(std::span<const uint8_t> module, std::span<const GlobalValue> values) {
  auto sections = Sections(module);
  if (!sections) return sections.error();
  std::vector<uint8_t> out(module.begin(), module.begin() + kHeaderSize);
  for (const Section& section : *sections) {
    std::vector<uint8_t> globals;
    if (section.id == kSectionGlobal && !PutGlobals(section.content, values, globals)) return malformed;
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
    Reader reader(section.content);
    uint32_t count = 0;
    uint8_t flags = 0;
    uint32_t pages = 0;
    if (!reader.U32(count) || count != 1 || !reader.Byte(flags) || !reader.U32(pages)) return malformed;
    return pages;
  }
  return malformed;
}

Expected<std::vector<MutableGlobal>> ListMutableGlobals(std::span<const uint8_t> module) {
  auto sections = Sections(module);
  if (!sections) return sections.error();
  uint32_t imported = 0;
  std::vector<MutableGlobal> found;
  for (const Section& section : *sections) {
    if (section.id == kSectionImport && !CountImportedGlobals(section.content, imported)) return malformed;
    if (section.id != kSectionGlobal) continue;
    std::vector<GlobalEntry> entries;
    if (!ReadGlobals(section.content, entries)) return malformed;
    for (size_t i = 0; i < entries.size(); ++i) {
      if (!entries[i].is_mutable) continue;
      if (entries[i].type != kI32 && entries[i].type != kI64) return malformed;
      found.push_back({imported + static_cast<uint32_t>(i), entries[i].type});
    }
  }
  return found;
}

Expected<std::vector<uint8_t>> ExportGlobals(std::span<const uint8_t> module, std::span<const MutableGlobal> globals) {
  auto sections = Sections(module);
  if (!sections) return sections.error();
  std::vector<uint8_t> out(module.begin(), module.begin() + kHeaderSize);
  for (const Section& section : *sections) {
    if (section.id == kSectionCustom) continue;
    if (section.id != kSectionExport) {
      PutSection(out, section.id, section.content);
      continue;
    }
    Reader reader(section.content);
    uint32_t count = 0;
    if (!reader.U32(count)) return malformed;
    std::vector<uint8_t> content;
    PutU32(content, count + static_cast<uint32_t>(globals.size()));
    Append(content, section.content.subspan(reader.at()));
    for (const MutableGlobal& global : globals) {
      const std::string name = GlobalExportName(global.index);
      PutU32(content, static_cast<uint32_t>(name.size()));
      content.insert(content.end(), name.begin(), name.end());
      content.push_back(kExportGlobal);
      PutU32(content, global.index);
    }
    PutSection(out, kSectionExport, content);
  }
  return out;
}

Expected<std::vector<uint8_t>> MakeImageModule(std::span<const uint8_t> module, uint32_t memory_pages,
                                               std::span<const GlobalValue> values) {
  auto sections = Sections(module);
  if (!sections) return sections.error();
  std::vector<uint8_t> out(module.begin(), module.begin() + kHeaderSize);
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
        if (!PutGlobals(section.content, values, content)) return malformed;
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
