#include "executor/packages/provided_packages.hpp"

#include <algorithm>
#include <map>
#include <string>

namespace goru::internal {
namespace {

using packages::Provided;
using wasi::PackageLayer;
using wasi::Patience;

constexpr size_t kMaxNames = 100'000;
// The headers come first; more than this is description.
constexpr size_t kMaxMetadata = size_t{1} << 20;

std::string ReadMetadata(const PackageLayer& layer, const std::string& path) {
  wasi::PackageEntry entry;
  std::unique_ptr<wasi::PackageFile> file;
  if (layer.Open(path, entry, file, Patience::kForDisk) != wasi::kSuccess) return {};
  std::string text(std::min<uint64_t>(entry.size, kMaxMetadata), '\0');
  size_t done = 0;
  while (done < text.size()) {
    size_t count = 0;
    const std::span<uint8_t> rest(reinterpret_cast<uint8_t*>(text.data()) + done, text.size() - done);
    if (file->Read(done, rest, count, Patience::kForDisk) != wasi::kSuccess || count == 0) break;
    done += count;
  }
  text.resize(done);
  return text;
}

}  // namespace

std::vector<Provided> ProvidedBy(std::span<const std::shared_ptr<const PackageLayer>> layers) {
  std::map<std::string, Provided> found;
  for (const auto& layer : layers) {
    if (!layer) continue;
    std::vector<wasi::PackageName> names;
    if (layer->List("", kMaxNames, names, Patience::kForDisk) != wasi::kSuccess) continue;
    for (const wasi::PackageName& name : names) {
      if (!name.entry.is_directory || !name.name.ends_with(".dist-info")) continue;
      auto provided = packages::ReadProvided(ReadMetadata(*layer, name.name + "/METADATA"));
      if (provided) found.emplace(provided->name, *provided);
    }
  }
  std::vector<Provided> out;
  out.reserve(found.size());
  for (auto& [name, provided] : found) out.push_back(std::move(provided));
  return out;
}

std::vector<Provided> ProvidedBy(const std::shared_ptr<const PackageLayer>& layer) {
  return ProvidedBy(std::span(&layer, 1));
}

}  // namespace goru::internal
