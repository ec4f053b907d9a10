// What every WASI function does first and last.
#pragma once

#include "wasi/abi.hpp"
#include "wasi/wasi_host.hpp"

namespace goru::wasi {

inline WasiHost& Host(wasm::CallContext& context) { return *static_cast<WasiHost*>(context.state); }

/// Ends a call with an errno; the guest goes on.
inline wasm::After Answer(wasm::Args args, Errno error) {
  args.Return(error);
  return wasm::After::kContinue;
}

}  // namespace goru::wasi
