// Changes of the tree of folders and names. Mounts, and folders that lead to some, stay as they are.
#pragma once

#include "host/fs/access.hpp"

namespace goru::host::fs {

/// What is to happen beyond making one folder.
struct MakeOptions {
  /// Make the folders above it as well.
  bool parents = false;
  /// A folder that is there already is no error.
  bool exist_ok = false;
};

/// Throws FsError.
void MakeDirectory(const Access& access, const VirtualPath& path, const MakeOptions& options);

/// What may be removed.
enum class Removed { kAny, kFile, kFolder };

/// Removes a file, a symbolic link itself, or an empty folder. Throws FsError.
void Remove(const Access& access, const VirtualPath& path, Removed what = Removed::kAny);

/// Gives a file or folder another name in the same mount, in place of a file of that name. Symbolic links are renamed
/// and replaced themselves. Throws FsError.
void Rename(const Access& access, const VirtualPath& from, const VirtualPath& to);

}  // namespace goru::host::fs
