// Entries of the package cache that are in use, and those that are not any more.
#pragma once

#include <cstdint>
#include <ctime>
#include <memory>
#include <string>
#include <vector>

#include "goru/error.hpp"
#include "support/unique_fd.hpp"

namespace goru::packages {

/// A directory that somebody uses, open. Nobody removes it while one of these is there, in whatever process: it has a
/// shared lock (flock), which ends with the last descriptor. Null: nothing is held.
using CacheHold = std::shared_ptr<const support::UniqueFd>;

/// Holds the directory `path`, and notes that it was used now. Null: there is none, or it is just being removed.
CacheHold HoldEntry(const std::string& path);

/// A part of the cache that is kept or removed as a whole.
struct CacheEntry {
  /// A directory; or a file, which may be removed at any time.
  std::string path;
  /// What is held, the directory itself or one in it; empty for a file.
  std::string held;
  timespec used = {};
  /// On the disk.
  uint64_t bytes = 0;
};

/// What a directory and all below it take on the disk. Links are not followed.
uint64_t DiskBytes(const std::string& directory);

/// Removes an entry: renames it into the directory `grave` first, so that nobody finds half of it. False: somebody uses
/// it, or it cannot be removed.
bool RemoveEntry(const CacheEntry& entry, const std::string& grave);

}  // namespace goru::packages
