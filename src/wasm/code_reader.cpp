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

/// Alignment and offset.
bool SkipMemoryArgument(ModuleReader& reader) { return SkipU32(reader, 2); }

bool SkipTargets(ModuleReader& reader) {
  uint32_t count = 0;
  if (!reader.U32(count)) return false;
  for (uint32_t i = 0; i < count; ++i) {
    if (!SkipU32(reader, 1)) return false;
  }
  return SkipU32(reader, 1);
}

/// After 0xFC: conversions that saturate. What comes behind them there is bulk memory.
bool SkipMiscellaneous(ModuleReader& reader) {
  uint32_t code = 0;
  return reader.U32(code) && code <= 7;
}

/// After 0xFD.
bool SkipVector(ModuleReader& reader) {
  uint32_t code = 0;
  if (!reader.U32(code)) return false;
  // Loads and stores of all kinds; lanes take the number of the lane as well.
  if (code <= 11 || code == 92 || code == 93) return SkipMemoryArgument(reader);
  if (code == 12 || code == 13) return reader.Skip(16);
  if (code >= 21 && code <= 34) return reader.Skip(1);
  if (code >= 84 && code <= 91) return SkipMemoryArgument(reader) && reader.Skip(1);
  // Relaxed SIMD begins here.
  return code < 0x100;
}

}  // namespace

bool ReadInstruction(ModuleReader& reader, Instruction& out) {
  if (!reader.Byte(out.opcode)) return false;
  const uint8_t code = out.opcode;
  switch (code) {
    case 0x02:  // block
    case 0x03:  // loop
    case 0x04:  // if
      return SkipLeb(reader, kMaxLeb32);
    case 0x0C:  // br
    case 0x0D:  // br_if
      return SkipU32(reader, 1);
    case 0x0E:
      return SkipTargets(reader);
    case kCall:
      return reader.U32(out.function);
    case 0x11:  // call_indirect
      return SkipU32(reader, 2);
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
    case 0xFD:
      return SkipVector(reader);
    default:
      break;
  }
  // Locals and globals; loads and stores; the size of memory.
  if (code >= 0x20 && code <= 0x24) return SkipU32(reader, 1);
  if (code >= 0x28 && code <= 0x3E) return SkipMemoryArgument(reader);
  if (code == 0x3F || code == 0x40) return SkipU32(reader, 1);
  const bool control = code <= 0x01 || code == 0x05 || code == kEnd || code == 0x0F;
  const bool parametric = code == 0x1A || code == 0x1B;
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
