#include "guest/image_directory.hpp"

#include <dlfcn.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "wasm/wasmtime_library.hpp"

namespace goru::guest {
namespace {

namespace fs = std::filesystem;

constexpr const char* kImages = "share/goru/images";
/// bin/goru, lib/<triplet>/libgoru.so and lib/goru/libgoru-wasmtime.so all have share/ at most three levels up.
constexpr int kLevels = 4;

/// The directory of a file; empty where there is none.
fs::path DirectoryOf(const fs::path& file) {
  std::error_code failed;
  return file.empty() ? fs::path() : fs::canonical(file, failed).parent_path();
}

/// The file that the code or data at `address` was loaded from.
fs::path FileOf(const void* address) {
  Dl_info info = {};
  if (::dladdr(address, &info) == 0 || info.dli_fname == nullptr) return {};
  return info.dli_fname;
}

/// Calls `visit` for the places where images are looked for, the first place first, until it returns true.
template <typename Visit>
void EachPlace(const std::string& directory, const Visit& visit) {
  std::string in = directory;
  if (const char* named = std::getenv("GORU_IMAGE_DIR"); in.empty() && named != nullptr) in = named;
  if (!in.empty()) {
    visit(fs::path(in));
    return;
  }
  // Beside the program, this library or the engine: a program that has the library inside may lie anywhere. The engine
  // is asked last, since that loads it.
  std::error_code failed;
  const auto around = [&visit](fs::path at) {
    for (int level = 0; level < kLevels && !at.empty(); ++level, at = at.parent_path()) {
      if (visit(at / kImages)) return true;
    }
    return false;
  };
  (void)(around(fs::read_symlink("/proc/self/exe", failed).parent_path()) ||
         around(DirectoryOf(FileOf(reinterpret_cast<const void*>(&FindImage)))) ||
         around(DirectoryOf(wasm::WasmtimeFile())));
}

constexpr std::string_view kEnding = ".img";

}  // namespace

Expected<std::string> FindImage(const std::string& directory, const std::string& name) {
  std::string found;
  EachPlace(directory, [&](const fs::path& place) {
    std::error_code failed;
    const fs::path candidate = place / (name + ".img");
    if (fs::is_regular_file(candidate, failed)) found = candidate.string();
    return !found.empty();
  });
  if (!found.empty()) return found;
  return Error{
      ErrorKind::kUnavailable,
      "the image " + name + ".img was not found" +
          (directory.empty() ? std::string(" in share/goru/images beside the program") : " in " + directory) +
          "; build it with `make build` or say where it is with WithImageDirectory, --image-dir or GORU_IMAGE_DIR"};
}

std::map<std::string, std::string> FindImages(const std::string& directory) {
  std::map<std::string, std::string> out;
  EachPlace(directory, [&out](const fs::path& place) {
    std::error_code failed;
    for (fs::directory_iterator at(place, failed), end; !failed && at != end; at.increment(failed)) {
      const std::string file = at->path().filename().string();
      std::error_code other;
      if (!file.ends_with(kEnding) || !at->is_regular_file(other)) continue;
      out.emplace(file.substr(0, file.size() - kEnding.size()), at->path().string());
    }
    return false;
  });
  return out;
}

bool IsImageName(std::string_view text) { return text.find('/') == std::string_view::npos && !text.ends_with(kEnding); }

}  // namespace goru::guest
