// One of the things that /packages is made of: a tree of files that nobody can change through it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "goru/error.hpp"
#include "wasi/abi.hpp"

namespace goru::wasi {

struct PackageEntry {
  bool is_directory = false;
  uint64_t size = 0;
  /// Never 0.
  uint64_t inode = 1;
};

struct PackageName {
  std::string name;
  PackageEntry entry;
};

/// An open file. One thread at a time.
class PackageFile {
 public:
  virtual ~PackageFile() = default;
  /// Reads at `offset`; `count` is how many bytes there were, 0 = behind the end.
  virtual Errno Read(uint64_t offset, std::span<uint8_t> into, size_t& count) = 0;
  /// Gives back what the machine has few of, until the next read.
  virtual void Rest() noexcept {}
};

/// Immutable as far as sandboxes are concerned, shared by sessions, thread-safe. Paths are relative and normal: no
/// empty component, no "." and no ".."; "" is the layer itself.
class PackageLayer {
 public:
  virtual ~PackageLayer() = default;
  virtual Errno Stat(const std::string& path, PackageEntry& entry) const = 0;
  /// Appends at most `limit` names.
  virtual Errno List(const std::string& path, size_t limit, std::vector<PackageName>& names) const = 0;
  virtual Errno Open(const std::string& path, PackageEntry& entry, std::unique_ptr<PackageFile>& file) const = 0;

  PackageLayer() = default;
  PackageLayer(const PackageLayer&) = delete;
  PackageLayer& operator=(const PackageLayer&) = delete;
};

/// A directory of the host, opened now and held: it may be renamed or replaced later. Only regular files and
/// directories below it are seen; links, whatever they lead to, are not.
Expected<std::shared_ptr<const PackageLayer>> OpenPackageDirectory(const std::string& directory);

}  // namespace goru::wasi
