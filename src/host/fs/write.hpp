// Writing files: whole ones atomically, and at the end of one.
#pragma once

#include <string_view>

#include "host/fs/access.hpp"

namespace goru::host::fs {

/// Replaces the file's content, or makes the file. Whoever reads it sees the old content or the new, also after a
/// crash or on a full disk; a symbolic link stays and what it points to is replaced. Throws FsError.
void WriteFile(const Access& access, const VirtualPath& path, std::string_view data);

/// Writes behind the file's end, or makes the file. Where that fails the file is as it was. Throws FsError.
void AppendFile(const Access& access, const VirtualPath& path, std::string_view data);

}  // namespace goru::host::fs
