// Reading a file as a whole.
#pragma once

#include <string>

#include "host/fs/access.hpp"

namespace goru::host::fs {

/// Throws FsError.
std::string ReadFile(const Access& access, const VirtualPath& path);

}  // namespace goru::host::fs
