// What the engine's C interface hands out, owned: freed also where an exception passes.
#pragma once

#include <wasm.h>
#include <wasmtime/error.h>
#include <wasmtime/linker.h>

#include <memory>
#include <string_view>

namespace goru::wasm {

/// Calls `Delete` for what a unique_ptr holds.
template <auto Delete>
struct Deleter {
  template <typename T>
  void operator()(T* held) const noexcept {
    Delete(held);
  }
};

using ErrorPtr = std::unique_ptr<wasmtime_error_t, Deleter<wasmtime_error_delete>>;
using TrapPtr = std::unique_ptr<wasm_trap_t, Deleter<wasm_trap_delete>>;
using LinkerPtr = std::unique_ptr<wasmtime_linker_t, Deleter<wasmtime_linker_delete>>;
using FunctionTypePtr = std::unique_ptr<wasm_functype_t, Deleter<wasm_functype_delete>>;
using EnginePtr = std::unique_ptr<wasm_engine_t, Deleter<wasm_engine_delete>>;

/// A vector of the C interface, to be filled through `out`.
template <typename Vector, auto Delete>
class Owned {
 public:
  Owned() = default;
  ~Owned() { Delete(&vector_); }
  Owned(const Owned&) = delete;
  Owned& operator=(const Owned&) = delete;

  Vector* out() noexcept { return &vector_; }
  const Vector* operator->() const noexcept { return &vector_; }

 private:
  Vector vector_ = {};
};

using OwnedBytes = Owned<wasm_byte_vec_t, wasm_byte_vec_delete>;
using OwnedFrames = Owned<wasm_frame_vec_t, wasm_frame_vec_delete>;
using OwnedImportTypes = Owned<wasm_importtype_vec_t, wasm_importtype_vec_delete>;

}  // namespace goru::wasm
