// What crosses between host and guest in a call, whatever the engine.
#pragma once

#include <array>
#include <cstdint>

namespace goru::wasm {

/// An argument or a result. Which member counts is the function's type.
union Value {
  int32_t i32;
  int64_t i64;
  float f32;
  double f64;
  std::array<uint8_t, 16> bytes;
};

/// An argument for a call of a guest's function.
inline Value I32(uint32_t value) noexcept {
  Value raw = {};
  raw.i32 = static_cast<int32_t>(value);
  return raw;
}

/// An exported function of an instance, in its engine's own terms; of no use for another instance.
struct ExportedFunction {
  std::array<uint64_t, 2> words = {};
};

}  // namespace goru::wasm
