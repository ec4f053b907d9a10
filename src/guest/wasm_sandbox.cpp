#include "guest/wasm_sandbox.hpp"

#include "wasm/guest_stack.hpp"
#include "wasm/trap_signals.hpp"

namespace goru::guest {

Expected<void> WasmSandbox::Instantiate(std::shared_ptr<const wasm::Program> program,
                                        std::unique_ptr<wasm::MemorySlot> slot) {
  auto instance = wasm::Instance::Create(std::move(program), std::move(slot), &host_);
  if (!instance) return instance.error();
  instance_ = std::move(*instance);
  return {};
}

void WasmSandbox::Begin() noexcept {
  instance_->slot().clear_limit_hit();
  instance_->gate().Begin();
}

RunEnd WasmSandbox::Run(const Job& job, HostPort& port) {
  // Whatever is thrown on the way.
  struct Ending {
    Channel& channel;
    ~Ending() { channel.End(); }
  };
  at_rest_ = false;
  channel_.Begin(port, job);
  const Ending ending{channel_};
  const wasm::TrapSignals signals;
  RunEnd end;
  if (!wasm::OnGuestStack([&] { end = RunJob(job, port); })) {
    end.kind = RunEnd::Kind::kNotBegun;
    end.message = wasm::kNoStack;
  }
  channel_.DropResponse();
  if (end.kind == RunEnd::Kind::kStopped) end.reason = instance_->gate().reason();
  at_rest_ = end.kind == RunEnd::Kind::kAtRest || end.kind == RunEnd::Kind::kNotBegun;
  return end;
}

void WasmSandbox::End() noexcept {
  instance_->gate().End();
  if (at_rest_) ForgetInterrupt();
}

RunEnd WasmSandbox::EndOf(const wasm::CallEnd& call) const {
  RunEnd end;
  end.message = call.message;
  switch (call.kind) {
    case wasm::CallEnd::Kind::kReturned:
      break;
    case wasm::CallEnd::Kind::kStopped:
      end.kind = RunEnd::Kind::kStopped;
      break;
    case wasm::CallEnd::Kind::kTrapped:
      end.kind = RunEnd::Kind::kTrapped;
      break;
    case wasm::CallEnd::Kind::kUnwound:
      end.kind = exit_code_ ? RunEnd::Kind::kExited : RunEnd::Kind::kEnded;
      end.exit_code = exit_code_.value_or(0);
      break;
    case wasm::CallEnd::Kind::kHostFailed:
      end.kind = RunEnd::Kind::kHostFailed;
      end.host_error = call.host_error;
      break;
  }
  return end;
}

}  // namespace goru::guest
