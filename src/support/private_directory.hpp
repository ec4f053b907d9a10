// A directory that belongs to the user alone, with files that are known to be what was once written.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "goru/error.hpp"
#include "support/unique_fd.hpp"

namespace goru::support {

/// What is made once and used by many processes: compiled code, memory images. Entries are written beside, renamed into
/// place, and never written to again. A seal beside each holds a hash of the content and what the file looked like when
/// that was last checked (ctime cannot be set); while it looks the same nobody has written to it, and reading tens of
/// megabytes to hash them is saved.
///
/// Safe with any number of processes. Thread-safe.
class PrivateDirectory {
 public:
  /// Uses `path`, made with mode 0700 where it is missing. Refused where it belongs to someone else or where others may
  /// enter it.
  static Expected<PrivateDirectory> Open(std::string path);

  /// The entry `name`, open for reading; nothing where there is none, or where it is not what was written.
  UniqueFd Find(const std::string& name) const;

  /// Writes an entry from its beginning to its end.
  class Writer {
   public:
    ~Writer();
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;
    /// Blocks of zeros become holes. False: the disk is full, for example.
    [[nodiscard]] bool Append(std::span<const uint8_t> bytes);

   private:
    friend class PrivateDirectory;
    Writer();
    struct State;
    std::unique_ptr<State> state_;
  };

  /// Makes the entry `name` of what `write` appends, in the place of one that is there. Where `write` returns false, or
  /// the disk is full, there is none. Afterwards entries that were not used longest go, until all have less than
  /// kMaxBytes.
  void Put(const std::string& name, const std::function<bool(Writer&)>& write) const;

  /// Whether the open file `fd`, which need not lie here, looks as it did when Remember was called for it and `hash`.
  bool Remembers(const std::string& hash, int fd) const;
  /// Notes that the content of the open file `fd` hashes to `hash`, so that it need not be read again to know. May fail
  /// without a word: then it is read again.
  void Remember(const std::string& hash, int fd) const;

  /// What all entries may take on the disk.
  static constexpr uint64_t kMaxBytes = uint64_t{2} << 30;

  const std::string& path() const noexcept { return path_; }
  std::string PathOf(const std::string& name) const { return path_ + "/" + name; }

 private:
  explicit PrivateDirectory(std::string path) : path_(std::move(path)) {}

  void DropUnused(const std::string& keep) const;

  std::string path_;
};

}  // namespace goru::support
