// A compiled guest with its imports, and one running instance of it.
#pragma once

#include <wasmtime.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "goru/error.hpp"
#include "wasm/engine.hpp"
#include "wasm/imports.hpp"
#include "wasm/memory_slot.hpp"
#include "wasm/run_gate.hpp"

namespace goru::wasm {

/// A module linked with the host's functions, ready to be instantiated any number of times. Thread-safe.
class Program {
 public:
  /// Links `module`. Imports of WASI that `imports` does not serve answer ENOSYS; any other unknown import is an error.
  static Expected<std::shared_ptr<const Program>> Link(std::shared_ptr<Engine> engine, ModulePtr module,
                                                       std::span<const HostImport> imports);
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  const Engine& engine() const noexcept { return *engine_; }
  const wasmtime_module_t& module() const noexcept { return *module_; }

 private:
  friend class Instance;
  Program() = default;

  std::shared_ptr<Engine> engine_;
  ModulePtr module_;
  std::vector<HostImport> imports_;
  wasmtime_instance_pre_t* pre_ = nullptr;
};

/// How a call into a guest ended.
struct CallEnd {
  enum class Kind {
    kReturned,
    /// A host function answered After::kUnwind.
    kUnwound,
    /// A host function threw: `host_error` says what.
    kHostFailed,
    /// RunGate::Stop; the gate knows the reason.
    kStopped,
    /// The guest's own fault.
    kTrapped,
  };
  Kind kind = Kind::kReturned;
  /// For kTrapped: what happened, in the engine's words.
  std::string message;
  /// For kTrapped, where asked for with Instance::CaptureFrames: indices of the functions on the guest's stack,
  /// innermost first.
  std::vector<uint32_t> frames;
  /// For kHostFailed.
  std::optional<Error> host_error;
};

/// One instance: store, memory in a slot, gate. Used by one thread at a time (gate().Stop excepted).
class Instance {
 public:
  /// Instantiates in `slot`, whose content is the program's image. `state` is handed to the host functions and outlives
  /// the instance.
  static Expected<std::unique_ptr<Instance>> Create(std::shared_ptr<const Program> program,
                                                    std::unique_ptr<MemorySlot> slot, void* state);
  ~Instance();
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  /// The exported function `name`, if there is one with that name.
  Expected<wasmtime_func_t> Function(std::string_view name) const;
  /// The value of the exported integer global `name`, sign-extended.
  Expected<int64_t> GlobalInteger(std::string_view name) const;

  /// Sets the exported global `name`, an i32. For the image builder.
  [[nodiscard]] bool SetGlobalInteger(std::string_view name, int32_t value) noexcept;

  /// Does ahead of need what the engine does when the guest first calls through each of these entries of the table
  /// that wasm::ExportTable exported. Entries that are not there are passed over.
  void ResolveTableEntries(std::span<const uint32_t> entries) noexcept;

  /// Calls into the guest between gate().Begin() and gate().End(), on a stack of its own (guest_stack.hpp) unless the
  /// caller is on one. `values` holds the arguments and takes the results.
  CallEnd Call(const wasmtime_func_t& function, std::span<wasmtime_val_raw_t> values);

  /// Calls from inside a host function, on the host's side of the gate. False: the guest was stopped or trapped, and
  /// the host function answers After::kUnwind.
  [[nodiscard]] bool CallNested(const wasmtime_func_t& function, std::span<wasmtime_val_raw_t> values);

  /// Grows the memory by WebAssembly pages from inside a host function.
  [[nodiscard]] bool GrowMemory(uint32_t pages);

  GuestMemory memory() const noexcept { return {slot_->base(), slot_->accessible()}; }
  MemorySlot& slot() noexcept { return *slot_; }
  RunGate& gate() noexcept { return gate_; }
  void* state() const noexcept { return state_; }
  /// A host function threw; the call into the guest ends with this.
  void set_host_error(Error error) noexcept { host_error_ = std::move(error); }
  void CaptureFrames(bool on) noexcept { capture_frames_ = on; }

  /// Ends the instance and hands its slot back for Reset.
  static std::unique_ptr<MemorySlot> Release(std::unique_ptr<Instance> instance);

 private:
  Instance(std::shared_ptr<const Program> program, std::unique_ptr<MemorySlot> slot, void* state);

  wasmtime_context_t* context() const noexcept { return wasmtime_store_context(store_); }
  /// The export `name` of this kind, if there is one.
  bool Find(std::string_view name, wasmtime_extern_kind_t kind, wasmtime_extern_t& item) const noexcept;

  std::shared_ptr<const Program> program_;
  std::unique_ptr<MemorySlot> slot_;
  RunGate gate_;
  void* state_;
  wasmtime_store_t* store_ = nullptr;
  wasmtime_instance_t instance_ = {};
  bool capture_frames_ = false;
  std::optional<Error> host_error_;
};

}  // namespace goru::wasm
