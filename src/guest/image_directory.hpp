// Finding the image files.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "goru/error.hpp"

namespace goru::guest {

/// The file of the image called `name`: in `directory` where that is not empty, else in $GORU_IMAGE_DIR where that is
/// set, else in share/goru/images beside or above the program, the goru library or the engine's library.
Expected<std::string> FindImage(const std::string& directory, const std::string& name);

/// All images in the places where FindImage looks, by name; of those with one name the one that it finds.
std::map<std::string, std::string> FindImages(const std::string& directory);

/// Whether a text that says an image is the name of one that goru comes with. Else, with a '/' or ".img" at its end, it
/// is the path of a file.
bool IsImageName(std::string_view text);

}  // namespace goru::guest
