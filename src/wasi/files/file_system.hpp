// A tree of files that a guest may see a part of its own tree in: memory, a directory of the host, packages.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "wasi/abi.hpp"
#include "wasi/packages/disk_wait.hpp"

namespace goru::wasi {

/// What is asked of an open.
struct OpenHow {
  bool read = false;
  bool write = false;
  bool create = false;
  bool exclusive = false;
  bool truncate = false;
  bool must_be_directory = false;
  /// A symbolic link at the end is followed.
  bool follow = true;
};

/// Nanoseconds since 1970; nothing: the time stays.
struct FileTimes {
  std::optional<uint64_t> accessed;
  std::optional<uint64_t> modified;
};

struct DirectoryName {
  std::string name;
  uint64_t inode = 1;
  uint8_t type = kTypeUnknown;
  /// Where a listing goes on behind this name; never 0.
  uint64_t next = 0;
};

/// A file or directory that is open. One thread at a time. `stop` is the run's: it ends what has to wait (kEintr).
class File {
 public:
  /// The names that one step of a listing gives.
  static constexpr size_t kNamesAtOnce = 64;

  virtual ~File() = default;
  virtual bool is_directory() const noexcept = 0;
  /// The standard stream (0, 1, 2) that it is another name of; -1: none.
  virtual int standard_stream() const noexcept { return -1; }

  /// Reads at `offset`; `count` is how many bytes came, 0 = behind the end. May give fewer than there are.
  virtual Errno Read(uint64_t offset, std::span<uint8_t> into, size_t& count, const SharedStop& stop) = 0;
  /// Writes at `offset`, or with `append` at the end; `offset` becomes the place behind what was written, and `count`
  /// how many bytes that is, which may be fewer than there are.
  virtual Errno Write(uint64_t& offset, bool append, std::span<const uint8_t> bytes, size_t& count,
                      const SharedStop& stop) = 0;
  virtual Errno Stat(Filestat& stat, const SharedStop& stop) = 0;
  virtual Errno SetSize(uint64_t size, const SharedStop& stop) = 0;
  virtual Errno SetTimes(const FileTimes& times, const SharedStop& stop) = 0;
  virtual Errno Sync(const SharedStop& stop) = 0;
  /// Of a directory: appends the next names, at most kNamesAtOnce; none: that is all. `cookie` is 0 or the `next` of a
  /// name.
  virtual Errno ReadNames(uint64_t cookie, std::vector<DirectoryName>& names, const SharedStop& stop) = 0;
  /// Gives back what the machine has few of, until the next use.
  virtual void Rest() noexcept {}

  File() = default;
  File(const File&) = delete;
  File& operator=(const File&) = delete;
};

/// Paths are relative and normal: no empty component, no "." and no ".."; "" is the tree itself. What they are made of
/// is the guest's: their lengths are bounded, and nothing else.
class FileSystem {
 public:
  virtual ~FileSystem() = default;

  virtual Errno Open(const std::string& path, const OpenHow& how, std::unique_ptr<File>& file,
                     const SharedStop& stop) = 0;
  virtual Errno Stat(const std::string& path, bool follow, Filestat& stat, const SharedStop& stop) = 0;
  virtual Errno MakeDirectory(const std::string& path, const SharedStop& stop) = 0;
  virtual Errno RemoveDirectory(const std::string& path, const SharedStop& stop) = 0;
  virtual Errno Unlink(const std::string& path, const SharedStop& stop) = 0;
  virtual Errno Rename(const std::string& from, const std::string& to, const SharedStop& stop) = 0;
  virtual Errno SetTimes(const std::string& path, bool follow, const FileTimes& times, const SharedStop& stop) = 0;
  /// What a symbolic link says. kEinval: it is none.
  virtual Errno ReadLink(const std::string& path, std::string& target, const SharedStop& stop) = 0;
  /// Nothing in it can be changed by anybody through it.
  virtual bool read_only() const noexcept { return false; }

  FileSystem() = default;
  FileSystem(const FileSystem&) = delete;
  FileSystem& operator=(const FileSystem&) = delete;
};

/// What an errno of the system is to a guest.
Errno ToErrno(int error) noexcept;

}  // namespace goru::wasi
