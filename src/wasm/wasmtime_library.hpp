// Wasmtime's shared library, which is loaded when it is first needed: it is large, and programs that use the engine
// `native` alone start without it.
#pragma once

#include <string>

#include "goru/error.hpp"

namespace goru::wasm {

/// Loads the library; nothing to do where that was done. Every function of Wasmtime that goru calls does so too, but
/// has nobody to tell that it failed and ends the program. kUnavailable: the loader's own words. Thread-safe.
Expected<void> LoadWasmtime();

/// The file that Wasmtime's code lies in: its library, or the program that has it inside. Loads it. Empty where there
/// is none.
std::string WasmtimeFile();

}  // namespace goru::wasm
