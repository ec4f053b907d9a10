// Where the image of a language lies.
#pragma once

#include <string>

#include "goru/error.hpp"
#include "goru/language.hpp"

namespace goru::internal {

/// The file that the language itself names, else what guest::FindImage finds in `directory` (empty: in the usual
/// places).
Expected<std::string> ImagePath(const Language& language, const std::string& directory);

/// The file of an image that is given by name or by path, as WithImage takes it: a text with a '/', or that ends in
/// ".img", is a path, any other the name of an image that goru comes with, in `directory`. kUnavailable: there is none.
Expected<std::string> NamedImage(const std::string& image, const std::string& directory);

}  // namespace goru::internal
