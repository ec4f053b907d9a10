// What the targets of wheels check.
#pragma once

#include <set>
#include <string>

#include "packages/wheel.hpp"
#include "require.hpp"

namespace goru::fuzz {

/// What is unpacked lies below its directory, is there once, and is neither native nor made elsewhere.
inline void CheckWheel(const packages::Wheel& wheel, const packages::WheelLimits& limits) {
  std::set<std::string> paths;
  uint64_t bytes = 0;
  for (const packages::WheelFile& file : wheel.files) {
    Require(IsBelow(file.path) && file.path.find('\\') == std::string::npos);
    Require(paths.insert(file.path).second);
    for (const char* ending : {".so", ".pyc", ".pyd"}) Require(!file.path.ends_with(ending));
    bytes += file.bytes.size();
  }
  for (const std::string& path : paths) {
    for (size_t slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1)) {
      Require(!paths.contains(path.substr(0, slash)));
    }
  }
  Require(bytes <= limits.total_bytes && paths.size() <= limits.files);
  Require(wheel.name == "cup" && wheel.version == "1.0");
}

}  // namespace goru::fuzz
