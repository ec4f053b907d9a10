// What a guest asks of /packages: paths, descriptors, offsets. Steps of five bytes (what, descriptor, length of a path,
// number), each followed by its path.
#include "wasi/packages/package_view.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "require.hpp"
#include "wasi/descriptors.hpp"

namespace {

using goru::fuzz::Require;

constexpr std::string_view kPublic = "public";

/// Two layers, and beside them what nobody may see.
struct Tree {
  goru::fuzz::Folder folder;
  goru::wasi::PackageView::Layers layers;

  Tree() {
    namespace fs = std::filesystem;
    const fs::path root = folder.path();
    std::ofstream(root / "secret") << "secret";
    for (const char* layer : {"a", "b"}) {
      fs::create_directories(root / layer / "cup/deep");
      std::ofstream(root / layer / "cup/deep/x.py") << kPublic;
      std::ofstream(root / layer / (std::string(layer) + ".py")) << kPublic;
      fs::create_symlink(root / "secret", root / layer / "link");
      fs::create_directory_symlink(root, root / layer / "cup/up");
      layers.push_back(*goru::wasi::OpenPackageDirectory((root / layer).string()));
    }
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const Tree tree;
  goru::wasi::PackageViewLimits limits;
  limits.open_files = 4;
  goru::wasi::PackageView view(tree.layers, 1, limits);
  std::vector<uint8_t> buffer(64);
  const auto descriptor = [](uint8_t byte) {
    return byte % 8 == 0 ? goru::wasi::kPackagesDir : goru::wasi::kFirstPackageFile + byte % 8 - 1;
  };
  constexpr size_t kStep = 5;
  while (size >= kStep) {
    const uint32_t fd = descriptor(data[1]);
    const size_t length = std::min<size_t>(data[2], size - kStep);
    const uint64_t number = data[3] + (uint64_t{data[4]} << (data[3] % 57));
    const std::string_view path = goru::fuzz::Text(data + kStep, length);
    goru::wasi::Filestat stat = {};
    size_t count = 0;
    uint32_t opened = 0;
    switch (data[0] % 7) {
      case 0:
        if (view.OpenPath(fd, path, data[3] % 2 == 0, opened) == goru::wasi::kSuccess) {
          Require(opened >= goru::wasi::kFirstPackageFile &&
                  opened < goru::wasi::kFirstPackageFile + limits.open_files);
        }
        break;
      case 1:
        (void)view.StatPath(fd, path, stat);
        break;
      case 2: {
        const auto into = std::span(buffer).first(number % buffer.size());
        if (view.Read(fd, into, count) == goru::wasi::kSuccess) {
          Require(count <= into.size());
          Require(kPublic.find(goru::fuzz::Text(into.data(), count)) != std::string_view::npos);
        }
        break;
      }
      case 3: {
        uint64_t position = 0;
        if (view.Seek(fd, static_cast<int64_t>(number - 5), data[4] % 4, position) == goru::wasi::kSuccess) {
          Require(position <= uint64_t{1} << 62);
        }
        break;
      }
      case 4:
        if (view.ReadDirectory(fd, number, std::span(buffer).first(data[4] % buffer.size()), count) ==
            goru::wasi::kSuccess) {
          Require(count <= data[4] % buffer.size());
        }
        break;
      case 5:
        (void)view.Close(fd);
        break;
      default:
        view.Rest();
        break;
    }
    data += kStep + length;
    size -= kStep + length;
  }
  return 0;
}
