// What runs the code of guests.
#pragma once

#include <cstdint>

namespace goru {

/// Which WebAssembly engine an executor uses. Both run the same images, with the same limits and results.
enum class Engine : uint8_t {
  /// Compiles any guest at its first start and keeps what it compiled.
  kWasmtime,
  /// Runs guests that were compiled when goru was built (`make native`): faster code, nothing to compile. These are
  /// both Pythons, JavaScript and TypeScript, and images made from them; others are kUnavailable.
  kNative,
};

}  // namespace goru
