#include "guest/reactor_guest.hpp"

#include <algorithm>
#include <array>
#include <atomic>

namespace goru::guest {
namespace {

using wasm::After;

ReactorGuest& Self(wasm::CallContext& context) {
  return *static_cast<ReactorGuest*>(static_cast<wasi::WasiHost*>(context.state)->io);
}

}  // namespace

After ReactorGuest::HostCall(wasm::CallContext& context, wasm::Args args) {
  const auto request = context.memory.Bytes(args.U32(0), args.U32(1));
  const auto response = context.memory.Bytes(args.U32(2), args.U32(3));
  if (!request || !response) return After::kUnwind;
  Channel& channel = Self(context).channel_;
  if (channel.Answer(*request) == After::kUnwind) return After::kUnwind;
  const std::string& bytes = channel.response();
  if (bytes.size() <= response->size()) std::copy(bytes.begin(), bytes.end(), response->begin());
  args.Return(static_cast<int32_t>(bytes.size()));
  return After::kContinue;
}

After ReactorGuest::HostResponse(wasm::CallContext& context, wasm::Args args) {
  const auto response = context.memory.Bytes(args.U32(0), args.U32(1));
  if (!response) return After::kUnwind;
  const std::string& bytes = Self(context).channel_.response();
  if (bytes.empty() || bytes.size() > response->size()) {
    args.Return(-1);
    return After::kContinue;
  }
  std::copy(bytes.begin(), bytes.end(), response->begin());
  args.Return(static_cast<int32_t>(bytes.size()));
  return After::kContinue;
}

std::span<const wasm::HostImport> ReactorGuest::Imports() {
  static constexpr std::array<wasm::HostImport, 2> kImports = {{
      {"goru", "host_call", "iiii:i", HostCall},
      {"goru", "host_response", "ii:i", HostResponse},
  }};
  return kImports;
}

Expected<void> ReactorGuest::Attach(std::shared_ptr<const wasm::Program> program,
                                    std::unique_ptr<wasm::MemorySlot> slot) {
  auto instance = wasm::Instance::Create(std::move(program), std::move(slot), &host_);
  if (!instance) return instance.error();
  instance_ = std::move(*instance);
  auto buffer = instance_->Function("goru_buffer");
  auto run = instance_->Function("goru_run");
  auto flag = instance_->GlobalInteger("goru_interrupt_flag");
  if (!buffer) return buffer.error();
  if (!run) return run.error();
  if (!flag) return flag.error();
  const auto address = static_cast<uint32_t>(*flag);
  if (address % sizeof(uint32_t) != 0 || !instance_->memory().Bytes(address, sizeof(uint32_t))) {
    return Error{ErrorKind::kInvalidArgument, "the guest's interrupt flag lies outside its memory"};
  }
  buffer_ = *buffer;
  run_ = *run;
  interrupt_flag_ = address;
  return {};
}

Expected<std::unique_ptr<Guest>> ReactorGuest::Create(std::shared_ptr<const wasm::Program> program,
                                                      std::unique_ptr<wasm::MemorySlot> slot) {
  std::unique_ptr<ReactorGuest> guest(new ReactorGuest());
  if (auto attached = guest->Attach(std::move(program), std::move(slot)); !attached) return attached.error();
  return std::unique_ptr<Guest>(std::move(guest));
}

Expected<std::unique_ptr<ReactorGuest>> ReactorGuest::Boot(std::shared_ptr<const wasm::Program> program,
                                                           std::unique_ptr<wasm::MemorySlot> slot, wasi::WasiHost host,
                                                           HostPort& port) {
  std::unique_ptr<ReactorGuest> guest(new ReactorGuest());
  guest->host_ = std::move(host);
  guest->host_.io = guest.get();
  if (auto attached = guest->Attach(std::move(program), std::move(slot)); !attached) return attached.error();
  auto initialize = guest->instance_->Function("_initialize");
  auto init = guest->instance_->Function("goru_init");
  if (!initialize) return initialize.error();
  if (!init) return init.error();
  const Job no_job;
  guest->booting_ = true;
  guest->channel_.Begin(port, no_job);
  wasm::RunGate& gate = guest->instance_->gate();
  gate.Begin();
  std::array<wasmtime_val_raw_t, 1> result = {wasm::I32(0)};
  wasm::CallEnd end = guest->instance_->Call(*initialize, {});
  if (end.kind == wasm::CallEnd::Kind::kReturned) end = guest->instance_->Call(*init, result);
  gate.End();
  guest->channel_.End();
  guest->booting_ = false;
  if (end.kind != wasm::CallEnd::Kind::kReturned || result[0].i32 != 0) {
    return Error{ErrorKind::kInternal, "the guest did not initialise: " + end.message};
  }
  return guest;
}

GuestEnd ReactorGuest::Run(const Job& job, HostPort& port) {
  std::string text;
  Codec::Json().Encode(ToJson(job), text);
  channel_.Begin(port, job);
  std::array<wasmtime_val_raw_t, 1> value = {wasm::I32(static_cast<uint32_t>(text.size()))};
  wasm::CallEnd call = instance_->Call(buffer_, value);
  if (call.kind == wasm::CallEnd::Kind::kReturned) {
    const auto address = static_cast<uint32_t>(value[0].i32);
    const auto into = instance_->memory().Bytes(address, text.size());
    if (address == 0 || !into) {
      // The code does not fit into the guest's memory: the run fails, the guest is unharmed.
      port.Outcome({{"error", {{"type", "InternalError"}, {"message", "out of memory"}, {"traceback", ""}}}});
    } else {
      std::copy(text.begin(), text.end(), into->begin());
      value[0] = wasm::I32(static_cast<uint32_t>(text.size()));
      call = instance_->Call(run_, value);
      if (call.kind == wasm::CallEnd::Kind::kReturned && (value[0].i32 != 0 || !channel_.finished())) {
        call.kind = wasm::CallEnd::Kind::kTrapped;
        call.message = "the code damaged the language runtime";
      }
    }
  }
  channel_.DropResponse();
  channel_.End();
  return EndOf(call, exit_code_);
}

bool ReactorGuest::RequestInterrupt() noexcept {
  const auto bytes = instance_->memory().Bytes(interrupt_flag_, sizeof(uint32_t));
  if (!bytes) return false;
  std::atomic_ref<uint32_t>(*reinterpret_cast<uint32_t*>(bytes->data())).store(1);
  return true;
}

void ReactorGuest::ForgetInterrupt() noexcept { (void)instance_->memory().Store(interrupt_flag_, uint32_t{0}); }

std::unique_ptr<wasm::MemorySlot> ReactorGuest::Release() { return wasm::Instance::Release(std::move(instance_)); }

After ReactorGuest::ReadStdin(wasm::CallContext& /*context*/, std::span<uint8_t> into, uint32_t& count) {
  count = channel_.port() != nullptr && !booting_ ? channel_.port()->ReadStdin(into) : 0;
  return After::kContinue;
}

After ReactorGuest::WriteOutput(int stream, std::span<const uint8_t> bytes) {
  if (channel_.port() == nullptr || channel_.finished()) return After::kContinue;
  return channel_.port()->WriteOutput(stream, bytes);
}

After ReactorGuest::WriteChannel(wasm::CallContext& /*context*/, std::span<const uint8_t> /*request*/) {
  // Reactors have imports of their own for this.
  return After::kContinue;
}

After ReactorGuest::ReadChannel(wasm::CallContext& /*context*/, uint32_t /*address*/, std::span<uint8_t> /*into*/,
                                uint32_t& count) {
  count = 0;
  return After::kContinue;
}

void ReactorGuest::Exit(uint32_t code) { exit_code_ = code; }

}  // namespace goru::guest
