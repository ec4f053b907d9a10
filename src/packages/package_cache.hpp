// Wheels, and packages unpacked from them, kept between installations.
//
//   wheels/<sha256>/<file name>              as downloaded
//   packages/<python>/<sha256>/files/...     unpacked, checked and compiled to this version's bytecode
//   packages/<python>/<sha256>/package.json  what it is
//   answers/<hash>.json                      what pip answered lately
//   scratch/<random>/                        of an installation that is under way
//
// Entries are renamed into place when they are whole and never change. They are locked while they are used, and their
// time of change is when that was last. What was not used longest goes when they take more than they may (Trim). The
// directory belongs to the user alone.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "goru/error.hpp"
#include "packages/cache_entry.hpp"
#include "packages/sandbox_check.hpp"
#include "packages/wheel.hpp"

namespace goru::packages {

/// One unpacked package.
struct CachedPackage {
  std::string name;
  std::string version;
  std::string sha256;
  /// Of the wheel.
  std::string file_name;
  bool native_removed = false;
  std::vector<std::string> requires_names;
  /// What can be imported from its top.
  std::vector<std::string> modules;
  /// Holds its files.
  std::string directory;
  /// The same, open: it stays as long as this does.
  CacheHold hold;
};

/// A wheel, which stays as long as it is held.
struct CachedWheel {
  std::string path;
  CacheHold hold;
};

/// What a cache holds.
struct CacheContents {
  size_t wheels = 0;
  size_t packages = 0;
  /// On the disk, all together.
  uint64_t bytes = 0;
};

/// Thread-safe, also between processes.
class PackageCache {
 public:
  /// Empty: the user's cache directory ($XDG_CACHE_HOME or ~/.cache, "goru/packages"). Made with mode 0700.
  /// kUnavailable: others own or can enter it.
  static Expected<PackageCache> Open(const std::string& directory);
  static std::string DefaultDirectory();

  /// The wheel with this hash; nothing where it is not there.
  std::optional<CachedWheel> FindWheel(const std::string& sha256) const;
  /// Copies the file at `path`. kCancelled: `stop` came first.
  Expected<CachedWheel> AddWheel(const std::string& path, const std::string& sha256, const std::stop_token& stop) const;

  std::optional<CachedPackage> FindPackage(const std::string& python, const std::string& sha256) const;
  /// Unpacks, compiles and keeps. kCancelled: `stop` came first.
  Expected<CachedPackage> AddPackage(const Wheel& wheel, const std::string& file_name, SandboxCheck& check,
                                     const std::stop_token& stop) const;

  /// What pip answered to `question` in the last day; empty where that is not known.
  std::string FindAnswer(const std::string& question) const;
  void AddAnswer(const std::string& question, const std::string& answer) const;

  /// An empty directory for one installation, removed with the result.
  class Scratch {
   public:
    Scratch(std::string path, CacheHold hold) : path_(std::move(path)), hold_(std::move(hold)) {}
    ~Scratch();
    Scratch(Scratch&& other) noexcept : path_(std::exchange(other.path_, {})), hold_(std::move(other.hold_)) {}
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    Scratch& operator=(Scratch&&) = delete;
    const std::string& path() const noexcept { return path_; }

   private:
    std::string path_;
    CacheHold hold_;
  };
  Expected<Scratch> NewScratch() const;

  /// Removes what was not used longest until the rest takes no more than `most` bytes, and what killed installations
  /// left behind. What is in use stays. Returns the bytes freed: 0 also where another process is at it.
  uint64_t Trim(uint64_t most) const noexcept;
  CacheContents Contents() const;
  /// Whether wheels or packages were added through this object.
  bool changed() const noexcept { return *changed_; }

  const std::string& directory() const noexcept { return directory_; }

 private:
  explicit PackageCache(std::string directory) : directory_(std::move(directory)) {}

  std::vector<CacheEntry> Entries() const;
  uint64_t RemoveAbandoned(const std::string& scratch) const;
  uint64_t RemoveUnused(uint64_t most, const std::string& scratch) const;

  std::string directory_;
  std::shared_ptr<std::atomic<bool>> changed_ = std::make_shared<std::atomic<bool>>(false);
};

/// Copies a file to where there is none yet, and makes its directories. kCancelled: `stop` came first.
Expected<void> CopyToNewFile(const std::string& from, const std::string& to, const std::stop_token& stop);

/// Writes `bytes` to a file that must not exist yet, and makes its directories.
Expected<void> WriteNewFile(const std::string& path, std::span<const uint8_t> bytes);

}  // namespace goru::packages
