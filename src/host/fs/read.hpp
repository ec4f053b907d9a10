// Reading a file as a whole.
#pragma once

#include <cstdint>
#include <vector>

#include "host/fs/access.hpp"

namespace goru::host::fs {

/// Throws FsError.
std::vector<uint8_t> ReadFile(const Access& access, const VirtualPath& path);

}  // namespace goru::host::fs
