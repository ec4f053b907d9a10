// Where the image of a language lies.
#pragma once

#include <string>

#include "goru/error.hpp"
#include "goru/language.hpp"

namespace goru::internal {

/// The file that the language itself names, else what guest::FindImage finds in `directory` (empty: in the usual
/// places).
Expected<std::string> ImagePath(const Language& language, const std::string& directory);

}  // namespace goru::internal
