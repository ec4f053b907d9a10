#include "guest/image_directory.hpp"

#include <dlfcn.h>
#include <unistd.h>
#include <wasm.h>

#include <cstdlib>
#include <filesystem>
#include <vector>

namespace goru::guest {
namespace {

namespace fs = std::filesystem;

/// The directory of the file that the code or data at `address` was loaded from.
fs::path DirectoryOf(const void* address) {
  Dl_info info = {};
  if (::dladdr(address, &info) == 0 || info.dli_fname == nullptr) return {};
  std::error_code failed;
  return fs::canonical(info.dli_fname, failed).parent_path();
}

/// Where images are looked for, the first place first.
std::vector<fs::path> Candidates(const std::string& directory) {
  std::vector<fs::path> candidates;
  const char* from_environment = std::getenv("GORU_IMAGE_DIR");
  if (!directory.empty()) {
    candidates.emplace_back(directory);
  } else if (from_environment != nullptr && from_environment[0] != '\0') {
    candidates.emplace_back(from_environment);
  } else {
    std::error_code failed;
    const fs::path program = fs::read_symlink("/proc/self/exe", failed).parent_path();
    for (const fs::path& start : {program, DirectoryOf(reinterpret_cast<const void*>(&FindImage)),
                                  DirectoryOf(reinterpret_cast<const void*>(&wasm_engine_new))}) {
      if (start.empty()) continue;
      // bin/goru, lib/<triplet>/libgoru.so and lib/goru/libgoru-wasmtime.so all have share/ at most three levels up.
      fs::path at = start;
      for (int level = 0; level < 4 && !at.empty(); ++level) {
        candidates.push_back(at / "share/goru/images");
        at = at.parent_path();
      }
    }
  }
  return candidates;
}

constexpr std::string_view kEnding = ".img";

}  // namespace

Expected<std::string> FindImage(const std::string& directory, const std::string& name) {
  for (const fs::path& candidate : Candidates(directory)) {
    std::error_code failed;
    fs::path file = candidate / (name + ".img");
    if (fs::is_regular_file(file, failed)) return file.string();
  }
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
