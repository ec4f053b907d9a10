#include "wasm/code_reader.hpp"

namespace goru::wasm {
namespace {

constexpr unsigned kMaxLeb32 = 5;
constexpr unsigned kMaxLeb64 = 10;

bool SkipU32(ModuleReader& reader, unsigned count) {
  uint32_t value = 0;
  for (unsigned i = 0; i < count; ++i) {
    if (!reader.U32(value)) return false;
  }
  return true;
}

bool SkipLeb(ModuleReader& reader, unsigned max_bytes) {
  uint64_t value = 0;
  return reader.Leb(value, max_bytes);
}

bool ReadMemoryArgument(ModuleReader& reader, Instruction& out) {
  out.accesses_memory = true;
  uint32_t alignment = 0;
  return reader.U32(alignment) && reader.U32(out.offset);
}

bool ReadLabels(ModuleReader& reader, std::span<const uint8_t>& labels) {
  uint32_t count = 0;
  if (!reader.U32(count)) return false;
  const size_t start = reader.at();
  for (uint32_t i = 0; i < count; ++i) {
    if (!SkipU32(reader, 1)) return false;
  }
  if (!SkipU32(reader, 1)) return false;
  labels = reader.From(start);
  return true;
}

/// After 0xFC: conversions that saturate. What comes behind them there is bulk memory.
bool SkipMiscellaneous(ModuleReader& reader) {
  uint32_t code = 0;
  return reader.U32(code) && code <= 7;
}

/// After 0xFD.
bool ReadVector(ModuleReader& reader, Instruction& out) {
  uint32_t code = 0;
  if (!reader.U32(code)) return false;
  // Loads and stores of all kinds; lanes take the number of the lane as well.
  if (code <= 11 || code == 92 || code == 93) return ReadMemoryArgument(reader, out);
  if (code == 12 || code == 13) return reader.Skip(16);
  if (code >= 21 && code <= 34) return reader.Skip(1);
  if (code >= 84 && code <= 91) return ReadMemoryArgument(reader, out) && reader.Skip(1);
  // Relaxed SIMD begins here.
  return code < 0x100;
}

}  // namespace

bool ReadInstruction(ModuleReader& reader, Instruction& out) {
  out = {};
  if (!reader.Byte(out.opcode)) return false;
  const uint8_t code = out.opcode;
  switch (code) {
    case kBlock:
    case kLoop:
    case kIf:
      return SkipLeb(reader, kMaxLeb32);
    case kBranch:
    case kBranchIf:
    case kCall:
      return reader.U32(out.index);
    case kBranchTable:
      return ReadLabels(reader, out.labels);
    case kCallIndirect:
      return reader.U32(out.index) && SkipU32(reader, 1);
    case 0x41:
      return SkipLeb(reader, kMaxLeb32);
    case 0x42:
      return SkipLeb(reader, kMaxLeb64);
    case 0x43:
      return reader.Skip(4);
    case 0x44:
      return reader.Skip(8);
    case 0xFC:
      return SkipMiscellaneous(reader);
    case kVectorPrefix:
      return ReadVector(reader, out);
    default:
      break;
  }
  // Locals and globals; loads and stores; the size of memory.
  if (code >= 0x20 && code <= 0x24) return SkipU32(reader, 1);
  if (code >= 0x28 && code <= 0x3E) return ReadMemoryArgument(reader, out);
  if (code == 0x3F || code == kMemoryGrow) return SkipU32(reader, 1);
  const bool control = code <= 0x01 || code == kElse || code == kEnd || code == kReturn;
  const bool parametric = code == kDrop || code == 0x1B;
  const bool numeric = code >= 0x45 && code <= 0xC4;
  return control || parametric || numeric;
}

bool ReadLocals(ModuleReader& reader) {
  uint32_t groups = 0;
  if (!reader.U32(groups)) return false;
  for (uint32_t i = 0; i < groups; ++i) {
    uint8_t type = 0;
    if (!SkipU32(reader, 1) || !reader.Byte(type)) return false;
  }
  return true;
}

}  // namespace goru::wasm
