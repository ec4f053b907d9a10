#include "guest/image_directory.hpp"

#include <dlfcn.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <vector>

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

/// The image in one of the directories that belong to a program or library in `start`; empty where there is none.
std::string FindAround(const fs::path& start, const std::string& file) {
  fs::path at = start;
  for (int level = 0; level < kLevels && !at.empty(); ++level) {
    std::error_code failed;
    fs::path candidate = at / kImages / file;
    if (fs::is_regular_file(candidate, failed)) return candidate.string();
    at = at.parent_path();
  }
  return {};
}

/// The image beside the program, this library or the engine: a program that has the library inside may lie anywhere.
std::string FindBesideUs(const std::string& file) {
  std::error_code failed;
  std::string found = FindAround(fs::read_symlink("/proc/self/exe", failed).parent_path(), file);
  if (found.empty()) found = FindAround(DirectoryOf(FileOf(reinterpret_cast<const void*>(&FindImage))), file);
  if (found.empty()) found = FindAround(DirectoryOf(wasm::WasmtimeFile()), file);
  return found;
}

/// All places where images are looked for, the first place first.
std::vector<fs::path> Candidates(const std::string& directory) {
  std::vector<fs::path> candidates;
  const char* from_environment = std::getenv("GORU_IMAGE_DIR");
  if (!directory.empty()) {
    candidates.emplace_back(directory);
  } else if (from_environment != nullptr && from_environment[0] != '\0') {
    candidates.emplace_back(from_environment);
  } else {
    std::error_code failed;
    for (fs::path at :
         {fs::read_symlink("/proc/self/exe", failed).parent_path(),
          DirectoryOf(FileOf(reinterpret_cast<const void*>(&FindImage))), DirectoryOf(wasm::WasmtimeFile())}) {
      for (int level = 0; level < kLevels && !at.empty(); ++level) {
        candidates.push_back(at / kImages);
        at = at.parent_path();
      }
    }
  }
  return candidates;
}

constexpr std::string_view kEnding = ".img";

}  // namespace

Expected<std::string> FindImage(const std::string& directory, const std::string& name) {
  std::string in = directory;
  if (const char* named = std::getenv("GORU_IMAGE_DIR"); in.empty() && named != nullptr) in = named;
  const std::string file = name + ".img";
  std::string found;
  if (in.empty()) {
    found = FindBesideUs(file);
  } else {
    std::error_code failed;
    const fs::path candidate = fs::path(in) / file;
    if (fs::is_regular_file(candidate, failed)) found = candidate.string();
  }
  if (!found.empty()) return found;
  return Error{
      ErrorKind::kUnavailable,
      "the image " + name + ".img was not found" +
          (directory.empty() ? std::string(" in share/goru/images beside the program") : " in " + directory) +
          "; build it with `make build` or say where it is with WithImageDirectory, --image-dir or GORU_IMAGE_DIR"};
}

std::map<std::string, std::string> FindImages(const std::string& directory) {
  std::map<std::string, std::string> out;
  for (const fs::path& candidate : Candidates(directory)) {
    std::error_code failed;
    for (fs::directory_iterator at(candidate, failed), end; !failed && at != end; at.increment(failed)) {
      const std::string file = at->path().filename().string();
      std::error_code other;
      if (!file.ends_with(kEnding) || !at->is_regular_file(other)) continue;
      out.emplace(file.substr(0, file.size() - kEnding.size()), at->path().string());
    }
  }
  return out;
}

bool IsImageName(std::string_view text) { return text.find('/') == std::string_view::npos && !text.ends_with(kEnding); }

}  // namespace goru::guest
