// Programs whose guests were compiled ahead of time.
#pragma once

#include <memory>
#include <span>

#include "goru/error.hpp"
#include "wasm/imports.hpp"
#include "wasm/instance.hpp"
#include "wasm/native/native_code.hpp"

namespace goru::wasm {

/// Links `code` with the host's functions, as Program::Link does for Wasmtime.
Expected<std::shared_ptr<const Program>> LinkNative(std::shared_ptr<const NativeCode> code,
                                                    std::span<const HostImport> imports);

}  // namespace goru::wasm
