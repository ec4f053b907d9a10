// The WebAssembly engine: its settings, and compiling modules.
#pragma once

#include <wasm.h>
#include <wasmtime/module.h>

#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "goru/error.hpp"
#include "wasm/handles.hpp"

namespace goru::wasm {

class MemorySlot;

struct ModuleDeleter {
  void operator()(wasmtime_module_t* module) const noexcept;
};
using ModulePtr = std::unique_ptr<wasmtime_module_t, ModuleDeleter>;

/// One Wasmtime engine. Thread-safe. Outlives everything made with it.
///
/// Instances get their memory from MemorySlot: the slot of the instance that is being made is set with
/// ScopedSlot on the same thread.
class Engine {
 public:
  static Expected<std::shared_ptr<Engine>> Create();
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  wasm_engine_t* get() const noexcept { return engine_.get(); }

  /// Compiles to native code. Refuses what the engine's settings leave out: bulk memory, threads, SIMD beyond the
  /// standard, and so on. Takes seconds for a large module.
  Expected<ModulePtr> Compile(std::span<const uint8_t> wasm) const;
  Expected<std::vector<uint8_t>> Serialize(const wasmtime_module_t& module) const;
  /// Loads native code from a file that only Serialize can have written: the bytes are executed as they are.
  Expected<ModulePtr> DeserializeFile(const std::string& path) const;

  /// What makes two engines' native code exchangeable: version, settings, CPU features. Part of cache keys.
  static std::string CompatibilityKey();

  /// The slot that the next memory made on this thread lives in.
  class ScopedSlot {
   public:
    explicit ScopedSlot(MemorySlot& slot) noexcept;
    ~ScopedSlot();
    ScopedSlot(const ScopedSlot&) = delete;
    ScopedSlot& operator=(const ScopedSlot&) = delete;
  };

 private:
  explicit Engine(EnginePtr engine) noexcept : engine_(std::move(engine)) {}
  EnginePtr engine_;
};

/// Turns an engine error into ours and frees it.
Error TakeError(wasmtime_error_t* error, std::string_view doing);

}  // namespace goru::wasm
