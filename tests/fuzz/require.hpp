// What the targets have in common.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

#include "support/file.hpp"
#include "support/unique_fd.hpp"

namespace goru::fuzz {

/// What holds whatever the input is; anything else is a finding.
inline void Require(bool condition) {
  if (!condition) std::abort();
}

inline std::string_view Text(const uint8_t* data, size_t size) { return {reinterpret_cast<const char*>(data), size}; }

/// A file in memory with `bytes`, and `zeros` behind them.
inline support::UniqueFd FileOf(std::span<const uint8_t> bytes, size_t zeros = 0) {
  support::UniqueFd file(::memfd_create("input", MFD_CLOEXEC));
  Require(::ftruncate(file.get(), static_cast<off_t>(bytes.size() + zeros)) == 0);
  Require(support::WriteSparse(file.get(), bytes, 0));
  return file;
}

/// A directory of this process, gone with it where it ends well.
class Folder {
 public:
  Folder() : path_((std::filesystem::temp_directory_path() / "goru-fuzz-XXXXXX").string()) {
    Require(::mkdtemp(path_.data()) != nullptr);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// Whether it leads from a directory to something below it and nowhere else.
inline bool IsBelow(std::string_view path) {
  const std::string around = "/" + std::string(path) + "/";
  return !path.empty() && path.find('\0') == std::string_view::npos && around.find("/../") == std::string::npos &&
         around.find("/./") == std::string::npos && around.find("//") == std::string::npos;
}

}  // namespace goru::fuzz
