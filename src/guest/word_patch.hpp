// One word of a guest's memory that its image has changed: a setting of a runtime that cannot be compiled here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "goru/error.hpp"

namespace goru::guest {

/// Which word, and what it becomes.
struct WordPatch {
  /// Aligned 32-bit words that lie together in one place and nowhere else; those without a value may be any.
  std::vector<std::optional<uint32_t>> find;
  /// The one of them that gets `value`.
  size_t at = 0;
  uint32_t value = 0;
};

/// kInvalidArgument: `memory` does not hold these words in exactly one place.
Expected<void> Apply(const WordPatch& patch, std::span<uint8_t> memory);

}  // namespace goru::guest
