#include "guest/resumable_guest.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "wasm/page_size.hpp"

namespace goru::guest {
namespace {

using wasm::After;

// What the interactive loop gets to read: a call of what the prelude put into builtins.
constexpr std::string_view kLine = "__goru_run__()\n";

// The asyncify structure's header: two u32 (binaryen, src/passes/Asyncify.cpp).
constexpr uint32_t kHeader = 8;

// The first member of an answer that says: the real one has so many bytes, read it from the channel.
constexpr int kFetch = 2;

// Room for that notice.
constexpr uint32_t kLeastAnswer = 64;

}  // namespace

Expected<void> ResumableGuest::Attach(std::shared_ptr<const wasm::Program> program,
                                      std::unique_ptr<wasm::MemorySlot> slot) {
  if (auto made = Instantiate(std::move(program), std::move(slot)); !made) return made;
  const std::array<std::pair<std::string_view, wasm::ExportedFunction*>, 5> exports = {{
      {"_start", &start_},
      {"asyncify_start_unwind", &start_unwind_},
      {"asyncify_stop_unwind", &stop_unwind_},
      {"asyncify_start_rewind", &start_rewind_},
      {"asyncify_stop_rewind", &stop_rewind_},
  }};
  for (const auto& [name, function] : exports) {
    auto found = instance_->Function(name);
    if (!found) return found.error();
    *function = *found;
  }
  return {};
}

Expected<std::unique_ptr<WasmSandbox>> ResumableGuest::Create(std::shared_ptr<const wasm::Program> program,
                                                              std::unique_ptr<wasm::MemorySlot> slot,
                                                              const Codec& codec, const ParkingPlace& parking) {
  std::unique_ptr<ResumableGuest> guest(new ResumableGuest(codec));
  guest->parking_ = parking;
  if (auto attached = guest->Attach(std::move(program), std::move(slot)); !attached) return attached.error();
  return std::unique_ptr<WasmSandbox>(std::move(guest));
}

Expected<std::unique_ptr<ResumableGuest>> ResumableGuest::Boot(std::shared_ptr<const wasm::Program> program,
                                                               std::unique_ptr<wasm::MemorySlot> slot,
                                                               const Codec& codec, wasi::WasiHost host, HostPort& port,
                                                               uint32_t stack_pages) {
  std::unique_ptr<ResumableGuest> guest(new ResumableGuest(codec));
  guest->host_ = std::move(host);
  guest->host_.io = guest.get();
  if (auto attached = guest->Attach(std::move(program), std::move(slot)); !attached) return attached.error();
  guest->phase_ = Phase::kBooting;
  guest->stack_pages_ = stack_pages;
  if (!guest->instance_->slot().ExposeBehind(stack_pages * wasm::kWasmPageSize)) {
    return Error{ErrorKind::kUnavailable, "no memory for the guest's stack"};
  }
  const Job no_job;
  guest->channel_.Begin(port, no_job);
  wasm::RunGate& gate = guest->instance_->gate();
  gate.Begin();
  const wasm::CallEnd end = guest->instance_->Call(guest->start_, {});
  const bool parked = end.kind == wasm::CallEnd::Kind::kReturned && guest->FinishParking(guest->parking_.depth);
  gate.End();
  guest->channel_.End();
  if (parked && guest->parking_.answer_size < kLeastAnswer) {
    return Error{ErrorKind::kInternal, "the prelude did not say where it takes answers"};
  }
  if (!parked) {
    return Error{ErrorKind::kInternal,
                 "the guest did not reach its resting place: " +
                     (guest->exit_code_ ? "it exited with code " + std::to_string(*guest->exit_code_) : end.message)};
  }
  guest->phase_ = Phase::kParked;
  return guest;
}

RunEnd ResumableGuest::RunJob(const Job& /*job*/, HostPort& /*port*/) {
  phase_ = Phase::kResuming;
  std::array<wasm::Value, 1> buffer = {wasm::I32(parking_.buffer)};
  wasm::CallEnd call = instance_->Call(start_rewind_, buffer);
  if (call.kind == wasm::CallEnd::Kind::kReturned) call = instance_->Call(start_, {});
  return Settle(call);
}

RunEnd ResumableGuest::Settle(const wasm::CallEnd& call) {
  RunEnd end = EndOf(call);
  if (call.kind != wasm::CallEnd::Kind::kReturned) return end;
  uint32_t depth = 0;
  const bool parked = FinishParking(depth);
  if (instance_->gate().stopped()) {
    // A stop that came after _start had returned: no fault of the guest's.
    end.kind = RunEnd::Kind::kStopped;
    return end;
  }
  if (!parked || depth != parking_.depth) {
    end.kind = RunEnd::Kind::kTrapped;
    end.message = "the code damaged the language runtime";
    return end;
  }
  phase_ = Phase::kParked;
  return end;
}

After ResumableGuest::Park() {
  phase_ = Phase::kParking;
  if (parking_.buffer == 0) {
    // First time: the stack gets pages of its own behind everything that the guest has.
    wasm::MemorySlot& slot = instance_->slot();
    const size_t at = slot.size();
    parking_.buffer_size = wasm::kWasmPageSize;
    if (!instance_->GrowMemory(1)) return After::kUnwind;
    parking_.buffer = static_cast<uint32_t>(at);
  }
  const std::array<uint32_t, 2> header = {parking_.buffer + kHeader, parking_.buffer + parking_.buffer_size};
  if (!instance_->memory().Store(parking_.buffer, header)) return After::kUnwind;
  std::array<wasm::Value, 1> buffer = {wasm::I32(parking_.buffer)};
  return instance_->CallNested(start_unwind_, buffer) ? After::kContinue : After::kUnwind;
}

bool ResumableGuest::FinishParking(uint32_t& depth) {
  if (phase_ != Phase::kParking) return false;
  if (instance_->Call(stop_unwind_, {}).kind != wasm::CallEnd::Kind::kReturned) return false;
  uint32_t end = 0;
  if (!instance_->memory().Load(parking_.buffer, end)) return false;
  depth = end - (parking_.buffer + kHeader);
  return true;
}

After ResumableGuest::ReadStdin(wasm::CallContext& /*context*/, std::span<uint8_t> into, uint32_t& count) {
  count = 0;
  switch (phase_) {
    case Phase::kBooting:
      return Park();
    case Phase::kResuming: {
      if (!instance_->CallNested(stop_rewind_, {})) return After::kUnwind;
      phase_ = Phase::kRunning;
      count = static_cast<uint32_t>(std::min(into.size(), kLine.size()));
      std::copy_n(kLine.begin(), count, into.begin());
      return After::kContinue;
    }
    case Phase::kRunning:
      // Only the interactive loop reads here once the outcome has come. Before the job was even fetched it is the loop
      // as well: the code of an earlier run has removed what the line calls.
      if (channel_.finished()) return Park();
      if (!channel_.job_taken()) return After::kUnwind;
      count = channel_.port()->ReadStdin(into);
      return After::kContinue;
    case Phase::kParking:
    case Phase::kParked:
      break;
  }
  return After::kUnwind;
}

After ResumableGuest::WriteOutput(int stream, std::span<const uint8_t> bytes) {
  // The interactive loop's own prompts and complaints are nobody's output.
  const bool in_job = phase_ == Phase::kBooting || (channel_.job_taken() && !channel_.finished());
  if (!in_job || channel_.port() == nullptr) return After::kContinue;
  return channel_.port()->WriteOutput(stream, bytes);
}

After ResumableGuest::WriteChannel(wasm::CallContext& context, std::span<const uint8_t> request) {
  if (channel_.Answer(request) == After::kUnwind) return After::kUnwind;
  const auto into = context.memory.Bytes(parking_.answer, parking_.answer_size);
  if (!into) return After::kUnwind;
  const std::string& response = channel_.response();
  if (response.size() <= into->size()) {
    std::copy(response.begin(), response.end(), into->begin());
    return After::kContinue;
  }
  // Too large for the place: the guest reads it from the channel.
  std::string notice;
  codec_.Encode(nlohmann::json::array({kFetch, response.size()}), notice);
  std::copy(notice.begin(), notice.end(), into->begin());
  return After::kContinue;
}

After ResumableGuest::ReadChannel(wasm::CallContext& /*context*/, uint32_t address, std::span<uint8_t> into,
                                  uint32_t& count) {
  count = 0;
  if (phase_ == Phase::kBooting) {
    // The prelude says where it looks for answers.
    parking_.answer = address;
    parking_.answer_size = static_cast<uint32_t>(into.size());
    return After::kContinue;
  }
  const std::string& response = channel_.response();
  if (response.size() > into.size()) return After::kContinue;
  std::copy(response.begin(), response.end(), into.begin());
  count = static_cast<uint32_t>(response.size());
  channel_.DropResponse();
  return After::kContinue;
}

After ResumableGuest::Started(wasm::CallContext& context) {
  if (phase_ != Phase::kBooting || stack_pages_ == 0) return After::kContinue;
  const bool grown = context.instance.GrowMemory(stack_pages_);
  stack_pages_ = 0;
  return grown ? After::kContinue : After::kUnwind;
}

}  // namespace goru::guest
