// What is known of the memory of the stock CPython 3.12, whose source is not compiled here.
#pragma once

#include <cstdint>
#include <span>

#include "goru/error.hpp"

namespace goru::guest {

/// Lets calls through C nest `depth` deep instead of the 500 of its build for WASI. The count stands in the one thread
/// state of an interpreter at rest. An error where `memory` does not hold exactly one.
Expected<void> AllowCRecursion(std::span<uint8_t> memory, uint32_t depth);

}  // namespace goru::guest
