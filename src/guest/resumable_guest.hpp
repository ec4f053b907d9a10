// A guest that is a WASI command, made resumable.
//
// The command runs an interactive loop that reads its lines from standard input. Binaryen's asyncify lets it leave that
// read and come back: between runs the command's stack lies in linear memory, and nothing of it is on a native stack.
#pragma once

#include <memory>

#include "guest/image_info.hpp"
#include "guest/wasm_sandbox.hpp"

namespace goru::guest {

class ResumableGuest final : public WasmSandbox {
 public:
  /// A guest from an image that was taken while parked.
  static Expected<std::unique_ptr<WasmSandbox>> Create(std::shared_ptr<const wasm::Program> program,
                                                       std::unique_ptr<wasm::MemorySlot> slot, const Codec& codec,
                                                       const ParkingPlace& parking);

  /// For the image builder: starts the command from nothing and runs it until it parks.
  ///
  /// The module's stack pointer starts `stack_pages` WebAssembly pages behind the memory that it declares. These pages
  /// become memory of its own as soon as its allocator has looked at the size: from then on they are neither heap nor
  /// free. 0: the stack is where the module has it.
  static Expected<std::unique_ptr<ResumableGuest>> Boot(std::shared_ptr<const wasm::Program> program,
                                                        std::unique_ptr<wasm::MemorySlot> slot, const Codec& codec,
                                                        wasi::WasiHost host, HostPort& port, uint32_t stack_pages);
  const ParkingPlace& parking() const noexcept { return parking_; }

  wasm::After ReadStdin(wasm::CallContext& context, std::span<uint8_t> into, uint32_t& count) override;
  wasm::After WriteOutput(int stream, std::span<const uint8_t> bytes) override;
  wasm::After WriteChannel(wasm::CallContext& context, std::span<const uint8_t> request) override;
  wasm::After ReadChannel(wasm::CallContext& context, uint32_t address, std::span<uint8_t> into,
                          uint32_t& count) override;
  wasm::After Started(wasm::CallContext& context) override;

 protected:
  RunEnd RunJob(const Job& job, HostPort& port) override;
  bool RequestInterrupt() noexcept override { return false; }

 private:
  enum class Phase {
    kBooting,
    /// Rewinding: the next read of standard input is the one that was parked.
    kResuming,
    /// The line was handed over; the job is running until its outcome has come.
    kRunning,
    /// Unwinding towards rest.
    kParking,
    kParked,
  };

  explicit ResumableGuest(const Codec& codec) : WasmSandbox(codec), codec_(codec) {}

  Expected<void> Attach(std::shared_ptr<const wasm::Program> program, std::unique_ptr<wasm::MemorySlot> slot);
  wasm::After Park();
  /// After _start has returned: whether it did so by parking cleanly.
  bool FinishParking(uint32_t& depth);
  RunEnd Settle(const wasm::CallEnd& call);

  const Codec& codec_;
  ParkingPlace parking_;
  Phase phase_ = Phase::kParked;
  uint32_t stack_pages_ = 0;
  wasm::ExportedFunction start_ = {};
  wasm::ExportedFunction start_unwind_ = {};
  wasm::ExportedFunction stop_unwind_ = {};
  wasm::ExportedFunction start_rewind_ = {};
  wasm::ExportedFunction stop_rewind_ = {};
};

}  // namespace goru::guest
