// A compiled guest with its imports, and one running instance of it. Each engine has a class of its own for both.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "goru/error.hpp"
#include "wasm/engine.hpp"
#include "wasm/imports.hpp"
#include "wasm/memory_slot.hpp"
#include "wasm/run_gate.hpp"
#include "wasm/values.hpp"

namespace goru::wasm {

class Instance;

/// A module linked with the host's functions, ready to be instantiated any number of times. Thread-safe.
class Program {
 public:
  /// Links `module`, which Wasmtime runs. Imports of WASI that `imports` does not serve answer ENOSYS; any other
  /// unknown import is an error.
  static Expected<std::shared_ptr<const Program>> Link(std::shared_ptr<Engine> engine, ModulePtr module,
                                                       std::span<const HostImport> imports);
  Program() = default;
  virtual ~Program() = default;
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  /// An instance of `self`, which is this program, in `slot`; see Instance::Create.
  virtual Expected<std::unique_ptr<Instance>> Instantiate(std::shared_ptr<const Program> self,
                                                          std::unique_ptr<MemorySlot> slot, void* state) const = 0;
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

/// One instance: memory in a slot, gate, and what its engine has for it. Used by one thread at a time (gate().Stop
/// excepted).
class Instance {
 public:
  /// Instantiates in `slot`, whose content is the program's image. `state` is handed to the host functions and outlives
  /// the instance.
  static Expected<std::unique_ptr<Instance>> Create(std::shared_ptr<const Program> program,
                                                    std::unique_ptr<MemorySlot> slot, void* state) {
    const Program& of = *program;
    return of.Instantiate(std::move(program), std::move(slot), state);
  }
  virtual ~Instance();
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  /// The exported function `name`, if there is one with that name.
  virtual Expected<ExportedFunction> Function(std::string_view name) const = 0;
  /// The value of the exported integer global `name`, sign-extended.
  virtual Expected<int64_t> GlobalInteger(std::string_view name) const = 0;

  /// Sets the exported global `name`, an i32. For the image builder.
  [[nodiscard]] virtual bool SetGlobalInteger(std::string_view name, int32_t value) noexcept = 0;

  /// Does ahead of need what the engine does when the guest first calls through each of these entries of the table
  /// that wasm::ExportTable exported. Entries that are not there are passed over.
  virtual void ResolveTableEntries(std::span<const uint32_t> entries) noexcept = 0;

  /// Calls into the guest between gate().Begin() and gate().End(), on a stack of its own (guest_stack.hpp) unless the
  /// caller is on one. `values` holds the arguments and takes the results.
  virtual CallEnd Call(const ExportedFunction& function, std::span<Value> values) = 0;

  /// Calls from inside a host function, on the host's side of the gate. False: the guest was stopped or trapped, and
  /// the host function answers After::kUnwind.
  [[nodiscard]] virtual bool CallNested(const ExportedFunction& function, std::span<Value> values) = 0;

  /// Grows the memory by WebAssembly pages from inside a host function.
  [[nodiscard]] virtual bool GrowMemory(uint32_t pages) = 0;

  GuestMemory memory() const noexcept { return {slot_->base(), slot_->accessible()}; }
  MemorySlot& slot() noexcept { return *slot_; }
  RunGate& gate() noexcept { return gate_; }
  void* state() const noexcept { return state_; }
  /// A host function threw; the call into the guest ends with this.
  void set_host_error(Error error) noexcept { host_error_ = std::move(error); }
  /// For the image builder, with Wasmtime.
  void CaptureFrames(bool on) noexcept { capture_frames_ = on; }

  /// Ends the instance and hands its slot back for Reset.
  static std::unique_ptr<MemorySlot> Release(std::unique_ptr<Instance> instance);

 protected:
  Instance(std::shared_ptr<const Program> program, std::unique_ptr<MemorySlot> slot, void* state);

  /// Calls `import` for the guest of this instance, which is on the host's side of the gate afterwards. False: the
  /// guest must not run on; where the function threw, the error is kept for the call's end.
  [[nodiscard]] bool CallHost(const HostImport& import, Value* values) noexcept;

  /// How a call ended that the guest left without returning.
  void SayWhyLeft(bool unwound, CallEnd& end);

  /// What the engine has in the slot; nothing of it may be used afterwards.
  virtual void End() noexcept = 0;

  std::shared_ptr<const Program> program_;
  std::unique_ptr<MemorySlot> slot_;
  RunGate gate_;
  void* state_;
  bool capture_frames_ = false;
  std::optional<Error> host_error_;
};

/// `imports`, and for each import of WASI that they do not serve one that answers ENOSYS. `names` keeps the texts.
Expected<std::vector<HostImport>> CompleteImports(std::span<const HostImport> wanted,
                                                  std::span<const HostImport> imports,
                                                  std::vector<std::unique_ptr<std::string>>& names);

}  // namespace goru::wasm
