// The file that a guest starts from: module, memory and what the host must know about them.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "goru/error.hpp"
#include "guest/image_info.hpp"
#include "support/private_directory.hpp"
#include "support/unique_fd.hpp"
#include "wasi/packages/package_layer.hpp"

namespace goru::wasm {
class MemoryImage;
}  // namespace goru::wasm

namespace goru::guest {

/// An opened image. Immutable, so any thread may use it.
///
/// Its memory and packages are a copy that nobody else can change, checked against the hashes in the description:
/// guests live on, unchanged, whatever happens to the file.
class ImageFile {
 public:
  /// Opens and checks `path`. The file is trusted as the program itself is: install it where only the owner writes. The
  /// copy is made once in `keep` and found there by later starts; where that is null, or has no room, it is made in
  /// memory each time. kUnavailable: there is no such image, or it is damaged.
  static Expected<std::shared_ptr<const ImageFile>> Open(const std::string& path,
                                                         const support::PrivateDirectory* keep);

  /// What the file says of itself, without opening all of it.
  static Expected<ImageInfo> ReadInfo(const std::string& path);

  /// Writes an image; `info.module_hash` is filled in. The bytes depend on the arguments alone. `packages` is an
  /// archive of PackArchive, or empty.
  static Expected<void> Write(const std::string& path, ImageInfo info, std::span<const uint8_t> module,
                              std::span<const uint8_t> memory, std::span<const uint8_t> packages = {});

  const ImageInfo& info() const noexcept { return info_; }
  const std::shared_ptr<const wasm::MemoryImage>& memory() const noexcept { return memory_; }
  /// The packages that it holds; null: none.
  const std::shared_ptr<const wasi::PackageLayer>& packages() const noexcept { return packages_; }
  /// The module's bytes, for compiling; read from the file, and refused where they are not what they were.
  Expected<std::vector<uint8_t>> ReadModule() const;

 private:
  ImageFile() = default;

  std::string path_;
  support::UniqueFd fd_;
  ImageInfo info_;
  uint64_t module_offset_ = 0;
  uint64_t module_size_ = 0;
  std::shared_ptr<const wasm::MemoryImage> memory_;
  std::shared_ptr<const wasi::PackageLayer> packages_;
};

}  // namespace goru::guest
