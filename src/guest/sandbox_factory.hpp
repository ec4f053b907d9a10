// Where sandboxes of one image come from and go to.
#pragma once

#include <cstddef>
#include <memory>

#include "goru/error.hpp"
#include "guest/image_info.hpp"
#include "guest/sandbox.hpp"
#include "wasi/packages/package_layer.hpp"

namespace goru::guest {

/// Thread-safe. Outlives its sandboxes.
class SandboxFactory {
 public:
  SandboxFactory() = default;
  virtual ~SandboxFactory() = default;
  SandboxFactory(const SandboxFactory&) = delete;
  SandboxFactory& operator=(const SandboxFactory&) = delete;

  /// A sandbox that no code has run in.
  virtual Expected<std::unique_ptr<Sandbox>> Make() = 0;
  /// Does ahead of need what the first run of a sandbox that Make gave would otherwise wait for. No code of the guest
  /// runs.
  virtual void Warm(Sandbox& sandbox) noexcept = 0;
  /// Ends a sandbox of this factory. What can be used again is cleaned and kept for Make; nothing that its code left
  /// behind is. Packages have been taken away from it and nobody can stop it.
  virtual void Recycle(std::unique_ptr<Sandbox> sandbox) noexcept = 0;
  /// How many sandboxes can be made of what Recycle has kept.
  virtual size_t spares() const noexcept = 0;

  /// What the image says of itself.
  virtual const ImageInfo& info() const noexcept = 0;
  /// Packages that the image holds itself; null: none.
  virtual const std::shared_ptr<const wasi::PackageLayer>& packages() const noexcept = 0;
  /// Memory that a sandbox has before its first run, in bytes.
  virtual size_t InitialMemoryBytes() const noexcept = 0;
};

}  // namespace goru::guest
