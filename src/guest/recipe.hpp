// What an image is made by: language/<name>/image.json. The names and file suffixes in it are for the build, which puts
// them where options are read (cmake/Languages.cmake).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "goru/error.hpp"
#include "guest/image_info.hpp"
#include "guest/word_patch.hpp"

namespace goru::guest {

struct Recipe {
  /// How the guest gets the source that it starts with.
  enum class Prelude {
    /// There is none.
    kNone,
    /// As the last of its arguments.
    kArgument,
    /// Through goru_translator.
    kTranslator,
  };

  LanguageInfo language;
  Prelude prelude = Prelude::kNone;
  /// The command line, without the prelude.
  std::vector<std::string> arguments;
  /// Of a resumable guest: a stack of so many WebAssembly pages (64 KiB) takes the place of its own; 0: it keeps it.
  uint32_t stack_pages = 0;
  std::optional<WordPatch> patch;
};

/// kInvalidArgument: `text` is no such JSON; the message names the member.
Expected<Recipe> ReadRecipe(std::span<const uint8_t> text);

}  // namespace goru::guest
