// A guest that is a WASI command, made resumable: Python 3.12.
//
// The command runs an interactive loop that reads its lines from standard input. Binaryen's asyncify lets it leave that
// read and come back: between runs the command's stack lies in linear memory, and nothing of it is on a native stack.
#pragma once

#include <memory>

#include "guest/channel.hpp"
#include "guest/guest.hpp"

namespace goru::guest {

/// Where the parked stack lies, and how large it is when the guest is properly at rest.
struct ParkingPlace {
  /// Address of the asyncify structure: u32 current end of the data, u32 limit, data.
  uint32_t buffer = 0;
  uint32_t buffer_size = 0;
  /// Bytes of parked stack in the image. A guest that parks with another number did so from somewhere else.
  uint32_t depth = 0;
  /// Where the guest finds the answer to what it wrote to the channel.
  uint32_t answer = 0;
  uint32_t answer_size = 0;
};

class ResumableGuest final : public Guest {
 public:
  /// A guest from an image that was taken while parked.
  static Expected<std::unique_ptr<Guest>> Create(std::shared_ptr<const wasm::Program> program,
                                                 std::unique_ptr<wasm::MemorySlot> slot, const ParkingPlace& parking);

  /// For the image builder: starts the command from nothing and runs it until it parks.
  ///
  /// The module's stack pointer starts `stack_pages` WebAssembly pages behind the memory that it declares. These pages
  /// become memory of its own as soon as its allocator has looked at the size: from then on they are neither heap nor
  /// free.
  static Expected<std::unique_ptr<ResumableGuest>> Boot(std::shared_ptr<const wasm::Program> program,
                                                        std::unique_ptr<wasm::MemorySlot> slot, wasi::WasiHost host,
                                                        HostPort& port, uint32_t stack_pages);
  const ParkingPlace& parking() const noexcept { return parking_; }

  GuestEnd Run(const Job& job, HostPort& port) override;
  bool RequestInterrupt() noexcept override { return false; }
  void ShowPackages(wasi::PackageView* packages) noexcept override { host_.packages = packages; }
  wasm::Instance& instance() noexcept override { return *instance_; }
  std::unique_ptr<wasm::MemorySlot> Release() override;

  wasm::After ReadStdin(wasm::CallContext& context, std::span<uint8_t> into, uint32_t& count) override;
  wasm::After WriteOutput(int stream, std::span<const uint8_t> bytes) override;
  wasm::After WriteChannel(wasm::CallContext& context, std::span<const uint8_t> request) override;
  wasm::After ReadChannel(wasm::CallContext& context, uint32_t address, std::span<uint8_t> into,
                          uint32_t& count) override;
  wasm::After Started(wasm::CallContext& context) override;
  void Exit(uint32_t code) override;

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

  ResumableGuest() : channel_(Codec::Marshal()) { host_.io = this; }

  Expected<void> Attach(std::shared_ptr<const wasm::Program> program, std::unique_ptr<wasm::MemorySlot> slot);
  wasm::After Park();
  /// After _start has returned: whether it did so by parking cleanly.
  bool FinishParking(uint32_t& depth);
  GuestEnd End(const wasm::CallEnd& call);

  wasi::WasiHost host_;
  std::unique_ptr<wasm::Instance> instance_;
  ParkingPlace parking_;
  Channel channel_;
  Phase phase_ = Phase::kParked;
  uint32_t stack_pages_ = 0;
  std::optional<uint32_t> exit_code_;
  wasmtime_func_t start_ = {};
  wasmtime_func_t start_unwind_ = {};
  wasmtime_func_t stop_unwind_ = {};
  wasmtime_func_t start_rewind_ = {};
  wasmtime_func_t stop_rewind_ = {};
};

}  // namespace goru::guest
