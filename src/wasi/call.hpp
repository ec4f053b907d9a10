// What every WASI function does first and last.
#pragma once

#include <memory>

#include "support/stop_signal.hpp"
#include "wasi/abi.hpp"
#include "wasi/wasi_host.hpp"
#include "wasm/instance.hpp"

namespace goru::wasi {

inline WasiHost& Host(wasm::CallContext& context) { return *static_cast<WasiHost*>(context.state); }

/// What ends a call that waits.
inline const std::shared_ptr<support::StopSignal>& StopOf(wasm::CallContext& context) {
  return context.instance.gate().shared_signal();
}

/// Ends a call with an errno; the guest goes on.
inline wasm::After Answer(wasm::Args args, Errno error) {
  args.Return(error);
  return wasm::After::kContinue;
}

}  // namespace goru::wasi
