// A tree of files in memory: what a session's scratch is. Only data, so that a session can be written down whole.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "support/byte_budget.hpp"
#include "wasi/files/file_system.hpp"
#include "wasi/files/memory_file.hpp"

namespace goru::wasi {

struct MemoryTreeLimits {
  /// All files together, holes included. A file or directory that still is open counts when its name is gone.
  uint64_t bytes = 0;
  /// Files and directories.
  size_t entries = 65'536;
  /// Directories in one another.
  size_t depth = 256;
  /// Bytes of a path within the tree: a listing of all of it takes memory of the host.
  size_t path = 1024;
};

/// There are no links and no permissions. Thread-safe: host functions look into it while the guest runs. Everything a
/// guest passes in is hostile.
class MemoryTree final : public FileSystem {
 public:
  /// `held` counts what the tree takes of memory that all sessions share; none: nothing is counted.
  explicit MemoryTree(const MemoryTreeLimits& limits, support::HeldBytes held = {});
  ~MemoryTree() override;

  Errno Open(const std::string& path, const OpenHow& how, std::unique_ptr<File>& file, const SharedStop& stop) override;
  Errno Stat(const std::string& path, bool follow, Filestat& stat, const SharedStop& stop) override;
  Errno MakeDirectory(const std::string& path, const SharedStop& stop) override;
  Errno RemoveDirectory(const std::string& path, const SharedStop& stop) override;
  Errno Unlink(const std::string& path, const SharedStop& stop) override;
  Errno Rename(const std::string& from, const std::string& to, const SharedStop& stop) override;
  Errno SetTimes(const std::string& path, bool follow, const FileTimes& times, const SharedStop& stop) override;
  Errno ReadLink(const std::string& path, std::string& target, const SharedStop& stop) override;

  // For the host.

  /// Replaces a file's content at once, or makes the file: nobody sees it half written.
  Errno Replace(const std::string& path, std::span<const uint8_t> bytes);
  /// kEfbig: the file has more than `limit` bytes.
  Errno ReadAll(const std::string& path, uint64_t limit, std::vector<uint8_t>& bytes) const;

  struct Listed {
    /// With the directories that it is in.
    std::string path;
    bool is_directory = false;
    uint64_t size = 0;
    /// Nanoseconds since 1970.
    uint64_t modified = 0;
    /// Made, or its bytes changed, at this step of the tree (see step()).
    uint64_t made = 0;
    uint64_t changed = 0;
  };
  /// All below `path`, sorted. kEnotdir, kEnoent.
  Errno ListAll(const std::string& path, std::vector<Listed>& out) const;
  /// Grows with each change.
  uint64_t step() const;
  /// Bytes of all files.
  uint64_t used() const;
  uint64_t limit() const noexcept { return limits_.bytes; }

 private:
  class OpenFile;
  struct Node;
  using NodePtr = std::shared_ptr<Node>;

  NodePtr Find(std::string_view path, Errno& error) const;
  /// The directory that `path` is in, and its last component.
  NodePtr FindParent(std::string_view path, std::string_view& name, Errno& error) const;
  Errno Add(const NodePtr& parent, std::string_view name, bool is_directory, NodePtr& node);
  void Detach(Node& node) noexcept;
  void Forget(Node& node) noexcept;
  Filestat Describe(const Node& node) const;
  void Touch(Node& node);
  /// Makes room for `size` bytes in the file; what is too much, and was counted, is given back by the caller.
  Errno Reserve(Node& node, uint64_t size);
  Errno ResizeLocked(Node& node, uint64_t size);
  bool Hold(uint64_t bytes);
  void Give(uint64_t bytes) noexcept;
  /// Memory that is not there is an errno.
  template <typename Work>
  static Errno Guard(const Work& work);

  const MemoryTreeLimits limits_;
  mutable std::mutex mutex_;
  support::HeldBytes held_;
  uint64_t used_ = 0;
  size_t entries_ = 0;
  uint64_t next_inode_ = 1;
  uint64_t step_ = 0;
  NodePtr root_;
};

}  // namespace goru::wasi
