// Writing the smallest of zip archives.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace goru::packages {

/// An archive of these files, {name, content}, none of them compressed. They are small: all of it fits into 4 GiB.
std::vector<uint8_t> StoredZip(std::span<const std::pair<std::string, std::string>> files);

}  // namespace goru::packages
