#include "guest/image_directory.hpp"

#include <dlfcn.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "wasm/wasmtime_library.hpp"

namespace goru::guest {
namespace {

namespace fs = std::filesystem;

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
  // bin/goru, lib/<triplet>/libgoru.so and lib/goru/libgoru-wasmtime.so all have share/ at most three levels up.
  fs::path at = start;
  for (int level = 0; level < 4 && !at.empty(); ++level) {
    std::error_code failed;
    fs::path candidate = at / "share/goru/images" / file;
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
      "the image " + file + " was not found" +
          (directory.empty() ? std::string(" in share/goru/images beside the program") : " in " + directory) +
          "; build it with `make build` or say where it is with WithImageDirectory, --image-dir or GORU_IMAGE_DIR"};
}

bool IsImageName(std::string_view text) { return text.find('/') == std::string_view::npos && !text.ends_with(".img"); }

}  // namespace goru::guest
