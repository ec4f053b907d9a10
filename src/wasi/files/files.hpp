// What one session's guest sees of files: trees, one within another, and what the guest has open of them.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "wasi/files/file_system.hpp"

namespace goru::wasi {

struct FilesLimits {
  /// Files and directories that the guest has open.
  size_t open_files = 256;
};

/// A tree and where it is: "" or "data/in", a normal path without a slash in front.
struct PlacedTree {
  std::string path;
  std::shared_ptr<FileSystem> tree;
};

/// Everything a guest passes in is hostile. Used by the run's thread alone.
class Files {
 public:
  /// The deepest tree counts. Where trees are, and what leads to them, stays as it is.
  explicit Files(std::vector<PlacedTree> trees, FilesLimits limits = {});
  ~Files();
  Files(const Files&) = delete;
  Files& operator=(const Files&) = delete;

  /// Where `path`, relative to an open directory, leads; kRootDir stands for "/". `must_be_directory`: a slash ends it.
  Errno Resolve(uint32_t directory, std::string_view path, std::string& resolved, bool& must_be_directory) const;

  // Of paths that Resolve gave. `stop` is the run's: it ends what has to wait (kEintr).

  Errno Open(const std::string& path, const OpenHow& how, uint16_t flags, uint32_t& descriptor, const SharedStop& stop);
  Errno StatPath(const std::string& path, bool follow, Filestat& stat, const SharedStop& stop);
  Errno MakeDirectory(const std::string& path, const SharedStop& stop);
  Errno RemoveDirectory(const std::string& path, const SharedStop& stop);
  Errno Unlink(const std::string& path, const SharedStop& stop);
  Errno Rename(const std::string& from, const std::string& to, const SharedStop& stop);
  Errno SetTimesOf(const std::string& path, bool follow, const FileTimes& times, const SharedStop& stop);
  Errno ReadLink(const std::string& path, std::string& target, const SharedStop& stop);

  // Of descriptors from kFirstFile on.

  bool IsOpen(uint32_t descriptor) const noexcept { return Find(descriptor) != nullptr; }
  /// At the descriptor's position, which moves.
  Errno Read(uint32_t descriptor, std::span<uint8_t> into, size_t& count, const SharedStop& stop);
  Errno Write(uint32_t descriptor, std::span<const uint8_t> bytes, size_t& count, const SharedStop& stop);
  Errno ReadAt(uint32_t descriptor, uint64_t offset, std::span<uint8_t> into, size_t& count, const SharedStop& stop);
  Errno WriteAt(uint32_t descriptor, uint64_t offset, std::span<const uint8_t> bytes, size_t& count,
                const SharedStop& stop);
  Errno Seek(uint32_t descriptor, int64_t offset, uint32_t whence, uint64_t& position, const SharedStop& stop);
  Errno Describe(uint32_t descriptor, Fdstat& stat, const SharedStop& stop);
  Errno SetFlags(uint32_t descriptor, uint16_t flags);
  Errno Stat(uint32_t descriptor, Filestat& stat, const SharedStop& stop);
  Errno SetSize(uint32_t descriptor, uint64_t size, const SharedStop& stop);
  /// Makes the file at least so large.
  Errno Allocate(uint32_t descriptor, uint64_t offset, uint64_t length, const SharedStop& stop);
  Errno SetTimes(uint32_t descriptor, const FileTimes& times, const SharedStop& stop);
  Errno Sync(uint32_t descriptor, const SharedStop& stop);
  /// Writes entries from `cookie` on; the last one may be cut off, as WASI has it. kRootDir stands for "/".
  Errno ReadDirectory(uint32_t descriptor, uint64_t cookie, std::span<uint8_t> into, size_t& count,
                      const SharedStop& stop);
  /// `to`, which is open, becomes what `from` was.
  Errno Renumber(uint32_t from, uint32_t to);
  Errno Close(uint32_t descriptor);
  /// The standard stream that the descriptor is another name of, for reading or for writing; -1: none.
  int StreamOf(uint32_t descriptor, bool writes) const noexcept;

  /// The run has ended: an idle session holds nothing that the machine has few of.
  void Rest() noexcept;

 private:
  struct Opened;
  struct Place {
    FileSystem* tree = nullptr;
    /// As the tree sees it.
    std::string path;
    /// A tree lies here or below.
    bool pinned = false;
  };

  Opened* Find(uint32_t descriptor) const noexcept;
  Place PlaceOf(const std::string& path) const;
  Errno OpenDirectory(const std::string& path, std::unique_ptr<File>& file, const SharedStop& stop);
  /// The file behind a descriptor, where it may be used so.
  Errno Usable(uint32_t descriptor, bool writes, Opened*& opened) const noexcept;
  Errno List(Opened& opened, uint64_t cookie, std::span<uint8_t> into, size_t& count, const SharedStop& stop);

  const FilesLimits limits_;
  /// The longest paths come first.
  std::vector<PlacedTree> trees_;
  /// When folders that only lead to trees came, in nanoseconds since 1970.
  const uint64_t made_;
  std::vector<std::unique_ptr<Opened>> opened_;
  /// The listing of "/" through kRootDir.
  std::unique_ptr<Opened> root_;
};

}  // namespace goru::wasi
