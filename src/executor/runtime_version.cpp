#include "executor/image_path.hpp"
#include "goru/version.hpp"
#include "guest/image_file.hpp"

namespace goru {
namespace {

Expected<guest::ImageInfo> InfoOf(const Language& language, const std::string& image_directory) {
  const auto path = internal::ImagePath(language, image_directory);
  if (!path) return path.error();
  return guest::ImageFile::ReadInfo(*path);
}

}  // namespace

Expected<std::string> RuntimeVersion(const Language& language, const std::string& image_directory) {
  auto info = InfoOf(language, image_directory);
  if (!info) return info.error();
  return std::move(info->version);
}

Expected<std::string> RuntimeName(const Language& language, const std::string& image_directory) {
  const auto info = InfoOf(language, image_directory);
  if (!info) return info.error();
  return info->runtime + " " + info->version + (info->edition.empty() ? "" : " (" + info->edition + ")");
}

}  // namespace goru
