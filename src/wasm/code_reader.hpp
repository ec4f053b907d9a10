// Walking through the instructions of a function.
// Format: WebAssembly core specification, 5.4 (instructions), with the extensions that the guests are compiled to: sign
// extension, saturating conversions, several results, SIMD.
#pragma once

#include <cstdint>
#include <span>

#include "wasm/module_binary.hpp"

namespace goru::wasm {

inline constexpr uint8_t kUnreachable = 0x00;
inline constexpr uint8_t kBlock = 0x02;
inline constexpr uint8_t kLoop = 0x03;
inline constexpr uint8_t kIf = 0x04;
inline constexpr uint8_t kElse = 0x05;
inline constexpr uint8_t kBranch = 0x0C;
inline constexpr uint8_t kBranchIf = 0x0D;
inline constexpr uint8_t kBranchTable = 0x0E;
inline constexpr uint8_t kReturn = 0x0F;
inline constexpr uint8_t kCall = 0x10;
inline constexpr uint8_t kCallIndirect = 0x11;
inline constexpr uint8_t kDrop = 0x1A;
inline constexpr uint8_t kMemoryGrow = 0x40;
inline constexpr uint8_t kVectorPrefix = 0xFD;

struct Instruction {
  /// The first byte.
  uint8_t opcode = 0;
  /// For kCall the function, for kCallIndirect the type, for kBranch and kBranchIf the label.
  uint32_t index = 0;
  /// For kBranchTable: its labels, the default among them, as they stand in the code.
  std::span<const uint8_t> labels;
  /// Whether it reads or writes memory, and at which constant offset.
  bool accesses_memory = false;
  uint32_t offset = 0;
};

/// Reads an instruction with all that belongs to it. False where it is cut short, or one that no guest may use.
bool ReadInstruction(ModuleReader& reader, Instruction& out);

/// Reads the declaration of a function's locals, with which its body begins.
bool ReadLocals(ModuleReader& reader);

}  // namespace goru::wasm
