#include "guest/wasm_factory.hpp"

namespace goru::guest {
namespace {

// Clean slots kept for later; each holds a few hundred resident pages at most.
constexpr size_t kMaxClean = 16;

}  // namespace

WasmFactory::WasmFactory(std::shared_ptr<const Runtime> runtime) : runtime_(std::move(runtime)) {
  clean_.reserve(kMaxClean);
}

WasmFactory::SlotPtr WasmFactory::TakeSlot() noexcept {
  const std::lock_guard lock(mutex_);
  if (clean_.empty()) return nullptr;
  SlotPtr slot = std::move(clean_.back());
  clean_.pop_back();
  return slot;
}

Expected<std::unique_ptr<Sandbox>> WasmFactory::Make() {
  SlotPtr slot = TakeSlot();
  if (!slot) {
    auto made = wasm::MemorySlot::Create(runtime_->memory());
    if (!made) return made.error();
    slot = std::move(*made);
  }
  auto sandbox = runtime_->Start(std::move(slot));
  if (!sandbox) return sandbox.error();
  return std::unique_ptr<Sandbox>(std::move(*sandbox));
}

void WasmFactory::Warm(Sandbox& sandbox) noexcept { runtime_->Warm(static_cast<WasmSandbox&>(sandbox)); }

void WasmFactory::Recycle(std::unique_ptr<Sandbox> sandbox) noexcept {
  SlotPtr slot = static_cast<WasmSandbox&>(*sandbox).Release();
  sandbox.reset();
  if (!slot->Reset()) return;
  const std::lock_guard lock(mutex_);
  if (clean_.size() < kMaxClean) clean_.push_back(std::move(slot));
}

size_t WasmFactory::spares() const noexcept {
  const std::lock_guard lock(mutex_);
  return clean_.size();
}

}  // namespace goru::guest
