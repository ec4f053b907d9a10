#include "wasm/instance.hpp"

#include <string_view>

#include "support/caught.hpp"

namespace goru::wasm {
namespace {

constexpr int32_t kErrnoNosys = 52;

/// An import that no guest needs and nobody serves.
After AnswerNosys(CallContext& /*context*/, Args args) {
  args.Return(kErrnoNosys);
  return After::kContinue;
}

}  // namespace

Instance::Instance(std::shared_ptr<const Program> program, std::unique_ptr<MemorySlot> slot, void* state)
    : program_(std::move(program)), slot_(std::move(slot)), gate_(*slot_), state_(state) {}

Instance::~Instance() {
  if (slot_) slot_->set_gate(nullptr);
}

std::unique_ptr<MemorySlot> Instance::Release(std::unique_ptr<Instance> instance) {
  instance->slot_->set_gate(nullptr);
  // What the engine has points into the slot, so it goes first.
  instance->End();
  return std::move(instance->slot_);
}

bool Instance::CallHost(const HostImport& import, Value* values) noexcept {
  if (!gate_.EnterHost()) return false;
  CallContext context{*this, memory(), state_};
  After after = After::kUnwind;
  try {
    after = import.function(context, Args(values));
  } catch (...) {
    // Out of memory in the host, most likely. No exception may cross the engine's frames.
    set_host_error(support::CaughtError());
    after = After::kUnwind;
  }
  return after != After::kUnwind && gate_.EnterWasm();
}

void Instance::SayWhyLeft(bool unwound, CallEnd& end) {
  if (gate_.stopped()) {
    end.kind = CallEnd::Kind::kStopped;
  } else if (unwound) {
    end.kind = host_error_ ? CallEnd::Kind::kHostFailed : CallEnd::Kind::kUnwound;
    end.host_error.swap(host_error_);
  } else {
    end.kind = CallEnd::Kind::kTrapped;
  }
}

Expected<std::vector<HostImport>> CompleteImports(std::span<const HostImport> wanted,
                                                  std::span<const HostImport> imports,
                                                  std::vector<std::unique_ptr<std::string>>& names) {
  std::vector<HostImport> all(imports.begin(), imports.end());
  for (const HostImport& import : wanted) {
    bool served = false;
    for (const HostImport& offer : imports) {
      served = served || (offer.module == import.module && offer.name == import.name);
    }
    if (served) continue;
    if (import.module != "wasi_snapshot_preview1" || !import.signature.ends_with(":i")) {
      return Error{ErrorKind::kInvalidArgument, "the guest imports " + std::string(import.module) + "." +
                                                    std::string(import.name) + ", which the host does not offer"};
    }
    names.push_back(std::make_unique<std::string>(import.name));
    names.push_back(std::make_unique<std::string>(import.signature));
    all.push_back({"wasi_snapshot_preview1", *names[names.size() - 2], *names.back(), AnswerNosys});
  }
  return all;
}

}  // namespace goru::wasm
