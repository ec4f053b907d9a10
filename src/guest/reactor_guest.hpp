// A guest that is a WASI reactor with goru's own exports.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "guest/wasm_sandbox.hpp"

namespace goru::guest {

class ReactorGuest final : public WasmSandbox {
 public:
  /// A guest from an image that was taken after goru_init.
  static Expected<std::unique_ptr<WasmSandbox>> Create(std::shared_ptr<const wasm::Program> program,
                                                       std::unique_ptr<wasm::MemorySlot> slot, const Codec& codec);

  /// For the image builder: runs the constructors and goru_init, and hands `translator` over where it is not empty.
  static Expected<std::unique_ptr<ReactorGuest>> Boot(std::shared_ptr<const wasm::Program> program,
                                                      std::unique_ptr<wasm::MemorySlot> slot, const Codec& codec,
                                                      wasi::WasiHost host, const std::string& translator,
                                                      HostPort& port);

  /// The imports of module `goru`.
  static std::span<const wasm::HostImport> Imports();

  wasm::After ReadStdin(wasm::CallContext& context, std::span<uint8_t> into, uint32_t& count) override;
  wasm::After WriteOutput(int stream, std::span<const uint8_t> bytes) override;
  wasm::After WriteChannel(wasm::CallContext& context, std::span<const uint8_t> request) override;
  wasm::After ReadChannel(wasm::CallContext& context, uint32_t address, std::span<uint8_t> into,
                          uint32_t& count) override;

 protected:
  RunEnd RunJob(const Job& job, HostPort& port) override;
  bool RequestInterrupt() noexcept override;
  void ForgetInterrupt() noexcept override;

 private:
  explicit ReactorGuest(const Codec& codec) : WasmSandbox(codec), codec_(codec) {}

  Expected<void> Attach(std::shared_ptr<const wasm::Program> program, std::unique_ptr<wasm::MemorySlot> slot);
  /// Calls goru_translator; `failed` gets what it returns.
  wasm::CallEnd GiveTranslator(const std::string& translator, wasm::Value& failed);
  /// Calls an export that takes a size and returns the address of so many bytes, and copies `bytes` there. `copied`
  /// says whether the guest had memory for them.
  wasm::CallEnd HandOver(const wasm::ExportedFunction& give_room, std::string_view bytes, bool& copied);
  /// Asks the guest to end its run: what its gate's Nudge does.
  static void Nudge(void* self) noexcept;
  static wasm::After HostCall(wasm::CallContext& context, wasm::Args args);
  static wasm::After HostResponse(wasm::CallContext& context, wasm::Args args);

  const Codec& codec_;
  bool booting_ = false;
  /// Nothing: the guest cannot be asked to end its run.
  std::optional<uint32_t> interrupt_flag_;
  /// Where the guest says which word to nudge; 0 where it needs none.
  uint32_t interrupt_nudge_ = 0;
  wasm::ExportedFunction buffer_ = {};
  wasm::ExportedFunction run_ = {};
};

}  // namespace goru::guest
