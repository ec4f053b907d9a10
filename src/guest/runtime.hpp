// One image, loaded: what every instance of it has in common.
#pragma once

#include <memory>
#include <utility>

#include "goru/error.hpp"
#include "guest/image_file.hpp"
#include "guest/image_info.hpp"
#include "guest/wasm_sandbox.hpp"
#include "wasi/packages/package_layer.hpp"
#include "wasm/memory_image.hpp"
#include "wasm/native/native_code.hpp"

namespace goru::guest {

/// Links a module with WASI and the `goru` functions.
Expected<std::shared_ptr<const wasm::Program>> LinkProgram(std::shared_ptr<wasm::Engine> engine,
                                                           wasm::ModulePtr module);
/// The same for a module that was compiled ahead of time.
Expected<std::shared_ptr<const wasm::Program>> LinkAheadOfTime(std::shared_ptr<const wasm::NativeCode> code);

/// Thread-safe.
class Runtime {
 public:
  static Expected<std::shared_ptr<const Runtime>> Create(std::shared_ptr<wasm::Engine> engine, wasm::ModulePtr module,
                                                         ImageInfo info,
                                                         std::shared_ptr<const wasm::MemoryImage> memory,
                                                         std::shared_ptr<const wasi::PackageLayer> packages = nullptr);
  /// `program` is the image's module, linked.
  static Expected<std::shared_ptr<const Runtime>> Create(std::shared_ptr<const wasm::Program> program,
                                                         const ImageFile& image);

  /// A fresh sandbox in a slot that holds this runtime's memory image.
  Expected<std::unique_ptr<WasmSandbox>> Start(std::unique_ptr<wasm::MemorySlot> slot) const;

  /// Touches the pages that a sandbox's first run will write to and resolves the functions that it will call. Nothing
  /// of the guest's own runs.
  void Warm(WasmSandbox& sandbox) const noexcept;

  /// The same program with another memory to start from.
  Runtime WithMemory(std::shared_ptr<const wasm::MemoryImage> memory) const {
    Runtime other(*this);
    other.memory_ = std::move(memory);
    return other;
  }

  const ImageInfo& info() const noexcept { return info_; }
  const std::shared_ptr<const wasm::MemoryImage>& memory() const noexcept { return memory_; }
  /// Packages that the image holds itself; null: none.
  const std::shared_ptr<const wasi::PackageLayer>& packages() const noexcept { return packages_; }

 private:
  Runtime() = default;

  ImageInfo info_;
  std::shared_ptr<const wasm::Program> program_;
  std::shared_ptr<const wasm::MemoryImage> memory_;
  std::shared_ptr<const wasi::PackageLayer> packages_;
};

}  // namespace goru::guest
