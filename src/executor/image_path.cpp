#include "executor/image_path.hpp"

#include "guest/image_directory.hpp"

namespace goru::internal {

Expected<std::string> ImagePath(const Language& language, const std::string& directory) {
  if (!language.image_file().empty()) return language.image_file();
  return guest::FindImage(directory, language.image());
}

}  // namespace goru::internal
