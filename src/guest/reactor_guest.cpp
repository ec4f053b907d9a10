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
  Channel& channel = Self(context).channel_;
  const std::string& bytes = channel.response();
  if (bytes.empty() || bytes.size() > response->size()) {
    args.Return(-1);
    return After::kContinue;
  }
  std::copy(bytes.begin(), bytes.end(), response->begin());
  args.Return(static_cast<int32_t>(bytes.size()));
  channel.DropResponse();
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
  if (auto made = Instantiate(std::move(program), std::move(slot)); !made) return made;
  auto buffer = instance_->Function("goru_buffer");
  auto run = instance_->Function("goru_run");
  if (!buffer) return buffer.error();
  if (!run) return run.error();
  buffer_ = *buffer;
  run_ = *run;
  const auto flag = instance_->GlobalInteger("goru_interrupt_flag");
  if (!flag) return {};
  const auto address = static_cast<uint32_t>(*flag);
  if (address % sizeof(uint32_t) != 0 || !instance_->memory().Bytes(address, sizeof(uint32_t))) {
    return Error{ErrorKind::kInvalidArgument, "the guest's interrupt flag lies outside its memory"};
  }
  interrupt_flag_ = address;
  if (auto nudge = instance_->GlobalInteger("goru_interrupt_nudge")) interrupt_nudge_ = static_cast<uint32_t>(*nudge);
  instance_->gate().set_nudge(Nudge, this);
  return {};
}

Expected<std::unique_ptr<WasmSandbox>> ReactorGuest::Create(std::shared_ptr<const wasm::Program> program,
                                                            std::unique_ptr<wasm::MemorySlot> slot,
                                                            const Codec& codec) {
  std::unique_ptr<ReactorGuest> guest(new ReactorGuest(codec));
  if (auto attached = guest->Attach(std::move(program), std::move(slot)); !attached) return attached.error();
  return std::unique_ptr<WasmSandbox>(std::move(guest));
}

Expected<std::unique_ptr<ReactorGuest>> ReactorGuest::Boot(std::shared_ptr<const wasm::Program> program,
                                                           std::unique_ptr<wasm::MemorySlot> slot, const Codec& codec,
                                                           wasi::WasiHost host, const std::string& translator,
                                                           HostPort& port) {
  std::unique_ptr<ReactorGuest> guest(new ReactorGuest(codec));
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
  std::array<wasm::Value, 1> result = {wasm::I32(0)};
  wasm::CallEnd end = guest->instance_->Call(*initialize, {});
  if (end.kind == wasm::CallEnd::Kind::kReturned) end = guest->instance_->Call(*init, result);
  if (end.kind == wasm::CallEnd::Kind::kReturned && result[0].i32 == 0 && !translator.empty()) {
    end = guest->GiveTranslator(translator, result[0]);
  }
  gate.End();
  guest->channel_.End();
  guest->booting_ = false;
  if (end.kind != wasm::CallEnd::Kind::kReturned || result[0].i32 != 0) {
    return Error{ErrorKind::kInternal, "the guest did not initialise: " + end.message};
  }
  return guest;
}

wasm::CallEnd ReactorGuest::HandOver(const wasm::ExportedFunction& give_room, std::string_view bytes, bool& copied) {
  copied = false;
  std::array<wasm::Value, 1> value = {wasm::I32(static_cast<uint32_t>(bytes.size()))};
  wasm::CallEnd end = instance_->Call(give_room, value);
  if (end.kind != wasm::CallEnd::Kind::kReturned) return end;
  const auto address = static_cast<uint32_t>(value[0].i32);
  const auto into = instance_->memory().Bytes(address, bytes.size());
  if (address == 0 || !into) return end;
  std::copy(bytes.begin(), bytes.end(), into->begin());
  copied = true;
  return end;
}

wasm::CallEnd ReactorGuest::GiveTranslator(const std::string& translator, wasm::Value& failed) {
  wasm::CallEnd end;
  end.kind = wasm::CallEnd::Kind::kTrapped;
  auto give = instance_->Function("goru_translator");
  if (!give) {
    end.message = give.error().message;
    return end;
  }
  bool copied = false;
  end = HandOver(buffer_, translator, copied);
  failed = wasm::I32(1);
  if (end.kind != wasm::CallEnd::Kind::kReturned || !copied) return end;
  std::array<wasm::Value, 1> value = {wasm::I32(static_cast<uint32_t>(translator.size()))};
  end = instance_->Call(*give, value);
  failed = value[0];
  return end;
}

RunEnd ReactorGuest::RunJob(const Job& job, HostPort& port) {
  std::string text;
  codec_.Encode(ToJson(job), text);
  wasm::CallEnd call;
  bool copied = false;
  if (!job.source_map.empty()) {
    // A map that the guest has no memory for is left out.
    if (const auto room = instance_->Function("goru_source_map")) call = HandOver(*room, job.source_map, copied);
  }
  if (call.kind == wasm::CallEnd::Kind::kReturned) call = HandOver(buffer_, text, copied);
  if (call.kind == wasm::CallEnd::Kind::kReturned && !copied) {
    // The code does not fit into the guest's memory: the run fails, the guest is unharmed.
    port.Outcome({{"error", {{"kind", "memory"}}}});
  } else if (call.kind == wasm::CallEnd::Kind::kReturned) {
    std::array<wasm::Value, 1> value = {wasm::I32(static_cast<uint32_t>(text.size()))};
    call = instance_->Call(run_, value);
    if (call.kind == wasm::CallEnd::Kind::kReturned && (value[0].i32 != 0 || !channel_.finished())) {
      call.kind = wasm::CallEnd::Kind::kTrapped;
      call.message = "the code damaged the language runtime";
    }
  }
  return EndOf(call);
}

bool ReactorGuest::RequestInterrupt() noexcept { return interrupt_flag_ && instance_->gate().Nudge(); }

void ReactorGuest::Nudge(void* self) noexcept {
  const ReactorGuest& guest = *static_cast<ReactorGuest*>(self);
  const wasm::GuestMemory memory = guest.instance_->memory();
  const auto bytes = memory.Bytes(*guest.interrupt_flag_, sizeof(uint32_t));
  if (!bytes) return;
  std::atomic_ref<uint32_t>(*reinterpret_cast<uint32_t*>(bytes->data())).store(1);
  if (guest.interrupt_nudge_ == 0) return;
  // Where that word is and which bits to set is the guest's own business: it can only harm itself.
  std::array<uint32_t, 2> nudge = {};
  if (!memory.Load(guest.interrupt_nudge_, nudge) || nudge[0] % sizeof(uint32_t) != 0) return;
  if (const auto word = memory.Bytes(nudge[0], sizeof(uint32_t))) {
    std::atomic_ref<uint32_t>(*reinterpret_cast<uint32_t*>(word->data())).fetch_or(nudge[1]);
  }
}

void ReactorGuest::ForgetInterrupt() noexcept {
  if (interrupt_flag_) (void)instance_->memory().Store(*interrupt_flag_, uint32_t{0});
}

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

}  // namespace goru::guest
