// Page sizes. goru runs on x86_64 Linux, whose pages have 4 KiB.
#pragma once

#include <cstddef>

namespace goru::wasm {

inline constexpr size_t kPageSize = 4096;
/// A page of WebAssembly linear memory.
inline constexpr size_t kWasmPageSize = 65536;

constexpr size_t RoundUpToPage(size_t size) { return (size + kPageSize - 1) / kPageSize * kPageSize; }

}  // namespace goru::wasm
