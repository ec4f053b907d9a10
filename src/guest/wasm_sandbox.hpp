// A sandbox that is an instance in this process. How a job reaches its guest is what each model adds.
#pragma once

#include <memory>
#include <optional>
#include <utility>

#include "guest/channel.hpp"
#include "guest/sandbox.hpp"
#include "wasi/wasi_host.hpp"
#include "wasm/instance.hpp"

namespace goru::guest {

class WasmSandbox : public Sandbox, public wasi::GuestIo {
 public:
  void Begin() noexcept final;
  RunEnd Run(const Job& job, HostPort& port) final;
  void End() noexcept final;

  bool Stop(StopReason reason) noexcept final { return instance_->gate().Stop(reason); }
  bool stopped() const noexcept final { return instance_->gate().stopped(); }
  bool Interrupt() noexcept final { return !stopped() && RequestInterrupt(); }
  const std::shared_ptr<support::StopSignal>& stop_signal() const noexcept final {
    return instance_->gate().shared_signal();
  }

  void SetMemoryLimit(size_t bytes) noexcept final { instance_->slot().set_limit(bytes); }
  void CountMemory(support::HeldBytes held) noexcept final { instance_->slot().set_held(std::move(held)); }
  void ShowFiles(wasi::Files* files) noexcept final { host_.files = files; }
  size_t ResidentBytes() const noexcept final { return instance_->slot().PrivateBytes(); }

  size_t MemoryBytes() const noexcept final { return instance_->slot().size(); }
  /// Linear memory never shrinks.
  size_t PeakMemoryBytes() const noexcept final { return instance_->slot().size(); }
  /// The engine itself refuses what no memory can have.
  bool memory_limit_hit() const noexcept final {
    return instance_->slot().limit_hit() || instance_->slot().size() == wasm::MemorySlot::kReservation;
  }
  bool memory_budget_hit() const noexcept final { return instance_->slot().budget_hit(); }

  // For this layer alone.

  wasm::Instance& instance() noexcept { return *instance_; }
  void Exit(uint32_t code) final { exit_code_ = code; }

  /// Ends the instance and hands back its slot for Reset.
  std::unique_ptr<wasm::MemorySlot> Release() { return wasm::Instance::Release(std::move(instance_)); }

 protected:
  explicit WasmSandbox(const Codec& codec) noexcept : channel_(codec) { host_.io = this; }

  /// Makes the instance; finding its exports is left to the model.
  Expected<void> Instantiate(std::shared_ptr<const wasm::Program> program, std::unique_ptr<wasm::MemorySlot> slot);

  /// Takes the guest through one job, on a stack of its own (wasm/guest_stack.hpp): calls into it, and nothing of it is
  /// left on the stack afterwards. The channel knows job and port.
  virtual RunEnd RunJob(const Job& job, HostPort& port) = 0;

  /// Asks the running job to end by itself, from another thread; the memory is there. False: this guest cannot be
  /// asked.
  virtual bool RequestInterrupt() noexcept = 0;
  /// The run has not taken up a request, or there was none.
  virtual void ForgetInterrupt() noexcept {}

  /// How the end of a call into the guest leaves it: at rest where the call returned.
  RunEnd EndOf(const wasm::CallEnd& call) const;

  wasi::WasiHost host_;
  std::unique_ptr<wasm::Instance> instance_;
  Channel channel_;
  std::optional<uint32_t> exit_code_;

 private:
  bool at_rest_ = true;
};

}  // namespace goru::guest
