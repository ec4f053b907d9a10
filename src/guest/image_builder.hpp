// Building images: boot a guest once, and keep what it has become.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "goru/error.hpp"
#include "guest/image_file.hpp"
#include "guest/loader.hpp"
#include "guest/port.hpp"
#include "guest/recipe.hpp"
#include "wasi/packages/package_layer.hpp"

namespace goru::guest {

/// Boots the guest in `module` as its recipe says and writes its image. `prelude` is the source that it starts with, if
/// any. The same inputs give the same file: clocks and entropy are fixed while the guest boots.
Expected<void> BuildImage(const Recipe& recipe, std::span<const uint8_t> module, const std::string& prelude,
                          const std::string& output);

/// Writes an image of what `base` becomes when it has run `job` with these packages, which the image will hold.
/// Its module is the base's. `provides` is what these packages are, for the image's description. kInvalidArgument: the
/// job failed; the message says what it came to.
Expected<void> ExtendImage(const Loader& loader, const ImageFile& base,
                           std::span<const std::shared_ptr<const wasi::PackageLayer>> packages,
                           std::vector<ProvidedPackage> provides, const Job& job, const std::string& output);

/// Starts a command with an empty prelude, lets its first read of standard input trap, and returns the indices of the
/// functions that are on the stack then: those that asyncify must be able to leave.
Expected<std::vector<uint32_t>> FunctionsOnStackAtRest(const Recipe& recipe, std::span<const uint8_t> module);

}  // namespace goru::guest
