// Walking through the instructions of a function.
// Format: WebAssembly core specification, 5.4 (instructions), with the extensions that the guests are compiled to: sign
// extension, saturating conversions, several results, SIMD.
#pragma once

#include <cstdint>

#include "wasm/module_binary.hpp"

namespace goru::wasm {

inline constexpr uint8_t kCall = 0x10;

struct Instruction {
  /// The first byte.
  uint8_t opcode = 0;
  /// For kCall: the function.
  uint32_t function = 0;
};

/// Reads an instruction with all that belongs to it. False where it is cut short, or one that no guest may use.
bool ReadInstruction(ModuleReader& reader, Instruction& out);

/// Reads the declaration of a function's locals, with which its body begins.
bool ReadLocals(ModuleReader& reader);

}  // namespace goru::wasm
