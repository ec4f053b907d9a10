// What images there are, without starting anything from them.
#include "goru/images.hpp"

#include <filesystem>
#include <utility>

#include "executor/image_path.hpp"
#include "guest/image_directory.hpp"
#include "guest/image_file.hpp"

namespace goru {
namespace {

Expected<ImageDescription> Describe(const std::string& name, const std::string& path) {
  auto info = guest::ImageFile::ReadInfo(path);
  if (!info) return info.error();
  ImageDescription out;
  out.name = name;
  out.path = path;
  out.language = std::move(info->language);
  out.version = std::move(info->variant);
  out.runtime = info->runtime + " " + info->version;
  out.provides = std::move(info->provides);
  std::error_code failed;
  out.bytes = std::filesystem::file_size(path, failed);
  if (failed) return Error{ErrorKind::kUnavailable, "cannot read " + path + ": " + failed.message()};
  return out;
}

}  // namespace

Expected<ImageDescription> DescribeImage(const std::string& image, const std::string& image_directory) {
  const auto path = internal::NamedImage(image, image_directory);
  if (!path) return path.error();
  return Describe(image, *path);
}

std::vector<ImageDescription> ListImages(const std::string& image_directory) {
  std::vector<ImageDescription> out;
  for (const auto& [name, path] : guest::FindImages(image_directory)) {
    auto described = Describe(name, path);
    if (!described) {
      ImageDescription unknown;
      unknown.name = name;
      unknown.path = path;
      unknown.problem = described.error().message;
      described = std::move(unknown);
    }
    out.push_back(std::move(*described));
  }
  return out;
}

}  // namespace goru
