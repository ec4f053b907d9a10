// What fs does in a session's scratch: the same as in a mount, with the same errors.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "host/fs/access.hpp"
#include "host/fs/listing.hpp"
#include "host/fs/status.hpp"
#include "host/fs/tree.hpp"
#include "wasi/files/memory_tree.hpp"

namespace goru::host::fs {

/// The folder that relative paths begin in, and the program with them.
inline constexpr std::string_view kWorkFolder = "/work";
/// What there is beside that from the beginning.
inline constexpr std::string_view kTemporaryFolder = "/tmp";
inline constexpr std::string_view kHomeFolder = "/home";

/// A path of the tree that no mount has. All of it throws FsError.
class Scratch {
 public:
  Scratch(wasi::MemoryTree& tree, const Access& access) noexcept : tree_(tree), access_(access) {}

  std::vector<uint8_t> Read(const VirtualPath& path) const;
  void Write(const VirtualPath& path, std::string_view data) const;
  void Append(const VirtualPath& path, std::string_view data) const;
  std::vector<Listed> List(const VirtualPath& path) const;
  bool Exists(const VirtualPath& path) const;
  Status GetStatus(const VirtualPath& path) const;
  void MakeDirectory(const VirtualPath& path, const MakeOptions& options) const;
  void Remove(const VirtualPath& path) const;
  void Rename(const VirtualPath& from, const VirtualPath& to) const;

 private:
  /// Throws where the path is a mount's folder, or one that the sandbox itself has.
  void RequireChange(const VirtualPath& path) const;
  void RequireSize(size_t size) const;
  void Check(wasi::Errno error) const;

  wasi::MemoryTree& tree_;
  const Access& access_;
};

}  // namespace goru::host::fs
