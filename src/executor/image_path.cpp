#include "executor/image_path.hpp"

#include "guest/image_directory.hpp"

namespace goru::internal {

Expected<std::string> ImagePath(const Language& language, const std::string& directory) {
  if (!language.image_file().empty()) return language.image_file();
  return guest::FindImage(directory, language.image());
}

Expected<std::string> NamedImage(const std::string& image, const std::string& directory) {
  if (!guest::IsImageName(image)) return image;
  auto found = guest::FindImage(directory, image);
  if (found) return found;
  return Error{found.error().kind, found.error().message +
                                       ". It was looked for by its name (`make data` builds the one " +
                                       "called data); the path of a file has a '/' or ends in .img"};
}

}  // namespace goru::internal
