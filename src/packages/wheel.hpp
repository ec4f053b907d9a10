// Reading a wheel (PEP 427). Everything in it is hostile.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include "goru/error.hpp"
#include "packages/names.hpp"

namespace goru::packages {

/// Caps that hold whatever a wheel says of itself.
struct WheelLimits {
  /// The wheel file.
  uint64_t wheel_bytes = uint64_t{512} << 20;
  /// One file in it, unpacked.
  uint64_t file_bytes = uint64_t{64} << 20;
  /// All files of it, unpacked.
  uint64_t total_bytes = uint64_t{256} << 20;
  size_t files = 30'000;
};

/// Files of an archive, by path.
using ArchiveFiles = std::map<std::string, std::vector<uint8_t>>;

struct WheelFile {
  /// Where it goes, relative to the directory of the packages.
  std::string path;
  std::vector<uint8_t> bytes;
};

/// A wheel, read and checked as a whole.
struct Wheel {
  /// Canonical, and as the file's name has it.
  std::string name;
  std::string version;
  std::string sha256;
  /// Canonical names of what it says it needs, whatever the conditions.
  std::vector<std::string> requires_names;
  /// Modules and packages at its top, sorted: "yaml", "_yaml".
  std::vector<std::string> modules;
  /// Native files were left out.
  bool native_removed = false;
  std::vector<WheelFile> files;
};

/// Reads the wheel file at `path`. Checked are paths, kinds, sizes and duplicates of its entries, the hash of each
/// against RECORD, and that name and version of its METADATA and its .dist-info directory are those of the file's name.
/// Native files, scripts and data for other places are left out. kUnavailable: it cannot be read, or is refused; the
/// message says why. kCancelled: `stop` came first; no step goes on for long without a look at it.
Expected<Wheel> ReadWheel(const std::string& path, const WheelLimits& limits = {}, const std::stop_token& stop = {});

/// The same of an open file, which has this name.
Expected<Wheel> ReadOpenWheel(int fd, const std::string& file_name, const WheelLimits& limits,
                              const std::stop_token& stop);

/// What these files, whose paths are checked, are as a wheel of that name; without its hash.
Expected<Wheel> CheckWheel(ArchiveFiles files, const WheelName& name, const std::stop_token& stop);

}  // namespace goru::packages
