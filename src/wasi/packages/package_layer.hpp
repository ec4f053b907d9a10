// One of the things that /packages is made of: a tree of files that nobody can change through it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "goru/error.hpp"
#include "support/unique_fd.hpp"
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

/// Whether an answer may take long.
enum class Patience {
  /// It has to be there at once: kEagain where a disk would have to be waited for.
  kNone,
  kForDisk,
};

/// An open file. One thread at a time.
class PackageFile {
 public:
  virtual ~PackageFile() = default;
  /// Reads at `offset`; `count` is how many bytes came, 0 = behind the end. There may be more where fewer came than
  /// `into` has room for.
  virtual Errno Read(uint64_t offset, std::span<uint8_t> into, size_t& count, Patience patience) = 0;
  /// Gives back what the machine has few of, until the next read.
  virtual void Rest() noexcept {}
};

/// Immutable as far as sandboxes are concerned, shared by sessions, thread-safe. Paths are relative and normal: no
/// empty component, no "." and no ".."; "" is the layer itself.
class PackageLayer {
 public:
  virtual ~PackageLayer() = default;
  virtual Errno Stat(const std::string& path, PackageEntry& entry, Patience patience) const = 0;
  /// Appends at most `limit` names.
  virtual Errno List(const std::string& path, size_t limit, std::vector<PackageName>& names,
                     Patience patience) const = 0;
  virtual Errno Open(const std::string& path, PackageEntry& entry, std::unique_ptr<PackageFile>& file,
                     Patience patience) const = 0;

  PackageLayer() = default;
  PackageLayer(const PackageLayer&) = delete;
  PackageLayer& operator=(const PackageLayer&) = delete;
};

/// Whether names and descriptions of the file system of `fd` are in the kernel's memory once they were looked up, and
/// where opening a file asks nobody. Others (NFS, FUSE, ...) may wait for a server or a process at
/// any step.
bool IsLocalFileSystem(int fd) noexcept;
/// Whether all of the file system of `fd` is in memory, so that no change of it waits for a disk either.
bool IsMemoryFileSystem(int fd) noexcept;

/// A directory of the host, opened now and held: it may be renamed or replaced later. Only regular files and
/// directories below it are seen; links, whatever they lead to, are not.
Expected<std::shared_ptr<const PackageLayer>> OpenPackageDirectory(const std::string& directory);
/// The same of a directory that is open already, and stays so as long as the layer is there.
std::shared_ptr<const PackageLayer> PackageDirectoryOf(std::shared_ptr<const support::UniqueFd> directory);

}  // namespace goru::wasi
