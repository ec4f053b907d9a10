// Sandboxes that are instances in this process, in address ranges that are used again and again.
#pragma once

#include <mutex>
#include <utility>
#include <vector>

#include "guest/runtime.hpp"
#include "guest/sandbox_factory.hpp"
#include "wasm/memory_slot.hpp"

namespace goru::guest {

/// An instance that has run code is never handed out again: only its slot is, after it has been made equal to the
/// image.
class WasmFactory final : public SandboxFactory {
 public:
  explicit WasmFactory(std::shared_ptr<const Runtime> runtime);

  Expected<std::unique_ptr<Sandbox>> Make() override;
  void Warm(Sandbox& sandbox) noexcept override;
  void Recycle(std::unique_ptr<Sandbox> sandbox) noexcept override;
  size_t spares() const noexcept override;

  const ImageInfo& info() const noexcept override { return runtime_->info(); }
  const std::shared_ptr<const wasi::PackageLayer>& packages() const noexcept override { return runtime_->packages(); }
  size_t InitialMemoryBytes() const noexcept override { return runtime_->memory()->size(); }

 private:
  using SlotPtr = std::unique_ptr<wasm::MemorySlot>;

  SlotPtr TakeSlot() noexcept;

  const std::shared_ptr<const Runtime> runtime_;
  mutable std::mutex mutex_;
  /// As the image has it.
  std::vector<SlotPtr> clean_;
};

}  // namespace goru::guest
