// Packages inside an image file: what was imported when the image was made stays importable wherever it goes.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "goru/error.hpp"
#include "support/unique_fd.hpp"
#include "wasi/packages/package_layer.hpp"

namespace goru::wasi {

/// All files of these layers, one behind another with an index; where two have the same file, the first one's.
Expected<std::vector<uint8_t>> PackArchive(std::span<const std::shared_ptr<const PackageLayer>> layers);

/// The archive of `size` bytes at `offset` of a file, read in place. kUnavailable: it is damaged.
Expected<std::shared_ptr<const PackageLayer>> OpenArchive(support::UniqueFd file, uint64_t offset, uint64_t size);

}  // namespace goru::wasi
