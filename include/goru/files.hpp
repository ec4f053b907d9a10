// Files of a session's scratch, as the host sees them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace goru {

/// What WithSessionScratch and `--scratch` give where they name no size.
inline constexpr size_t kDefaultScratch = size_t{64} << 20;

/// A file or folder of a session's scratch.
struct FileInfo {
  /// Absolute: "/work/out.csv".
  std::string path = {};
  bool is_dir = false;
  /// Bytes; 0 of a folder.
  uint64_t size = 0;
  /// Seconds since 1970.
  double mod_time = 0;
};

}  // namespace goru
