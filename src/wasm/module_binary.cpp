#include "wasm/module_binary.hpp"

namespace goru::wasm {

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

void PutBytes(std::vector<uint8_t>& out, std::span<const uint8_t> bytes) {
  out.insert(out.end(), bytes.begin(), bytes.end());
}

void PutBlock(std::vector<uint8_t>& out, std::span<const uint8_t> bytes) {
  PutU32(out, static_cast<uint32_t>(bytes.size()));
  PutBytes(out, bytes);
}

void PutSection(std::vector<uint8_t>& out, uint8_t id, std::span<const uint8_t> content) {
  out.push_back(id);
  PutBlock(out, content);
}

Expected<std::vector<Section>> Sections(std::span<const uint8_t> module) {
  if (module.size() < kModuleHeaderSize) return Malformed();
  std::vector<Section> sections;
  const auto body = module.subspan(kModuleHeaderSize);
  ModuleReader reader(body);
  while (!reader.AtEnd()) {
    Section section = {};
    if (!reader.Byte(section.id) || !reader.Block(section.content)) return Malformed();
    sections.push_back(section);
  }
  return sections;
}

bool CountImportedFunctions(std::span<const uint8_t> import_section, uint32_t& functions) {
  ModuleReader reader(import_section);
  if (!reader.U32(functions)) return false;
  for (uint32_t i = 0; i < functions; ++i) {
    std::span<const uint8_t> name;
    uint8_t kind = 0;
    uint32_t type = 0;
    if (!reader.Block(name) || !reader.Block(name) || !reader.Byte(kind) || kind != 0 || !reader.U32(type)) {
      return false;
    }
  }
  return true;
}

std::vector<uint8_t> ModuleHeader(std::span<const uint8_t> module) {
  return {module.begin(), module.begin() + kModuleHeaderSize};
}

}  // namespace goru::wasm
