// The packages inside an image file. The input is the index; what it describes is zeros.
#include "wasi/packages/package_archive.hpp"

#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "require.hpp"

namespace {

using goru::fuzz::Require;
using goru::wasi::PackageLayer;
using goru::wasi::Patience;

void Walk(const PackageLayer& layer, const std::string& path, size_t depth, size_t& left) {
  Require(depth < 100);
  std::vector<goru::wasi::PackageName> names;
  Require(layer.List(path, 1000, names, Patience::kForDisk) == goru::wasi::kSuccess);
  for (const auto& item : names) {
    if (left == 0) return;
    --left;
    Require(goru::fuzz::IsBelow(item.name) && item.name.find('/') == std::string::npos);
    const std::string child = path.empty() ? item.name : path + "/" + item.name;
    goru::wasi::PackageEntry entry;
    std::unique_ptr<goru::wasi::PackageFile> file;
    Require(layer.Open(child, entry, file, Patience::kForDisk) == goru::wasi::kSuccess);
    Require(entry.is_directory == item.entry.is_directory && entry.is_directory == (file == nullptr));
    if (entry.is_directory) {
      Walk(layer, child, depth + 1, left);
      continue;
    }
    std::vector<uint8_t> bytes(1000);
    size_t count = 0;
    Require(file->Read(0, bytes, count, Patience::kForDisk) == goru::wasi::kSuccess);
    Require(count <= entry.size && count <= bytes.size());
    Require(file->Read(entry.size, bytes, count, Patience::kForDisk) == goru::wasi::kSuccess && count == 0);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr size_t kContent = 4096;
  const uint64_t index = size;
  std::vector<uint8_t> bytes(sizeof(index) + size);
  std::memcpy(bytes.data(), &index, sizeof(index));
  if (size > 0) std::memcpy(bytes.data() + sizeof(index), data, size);
  auto layer = goru::wasi::OpenArchive(goru::fuzz::FileOf(bytes, kContent), 0, bytes.size() + kContent);
  size_t left = 1000;
  if (layer) Walk(**layer, "", 0, left);
  // The same bytes with whatever size they say that the index has.
  (void)goru::wasi::OpenArchive(goru::fuzz::FileOf({data, size}), 0, size);
  return 0;
}
