#include "goru/version.hpp"
#include "guest/image_directory.hpp"
#include "guest/image_file.hpp"

namespace goru {

Expected<std::string> RuntimeVersion(const Language& language, const std::string& image_directory) {
  const auto path = guest::FindImage(image_directory, language.image());
  if (!path) return path.error();
  const auto info = guest::ImageFile::ReadInfo(*path);
  if (!info) return info.error();
  return info->version;
}

}  // namespace goru
