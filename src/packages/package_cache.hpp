// Wheels, and packages unpacked from them, kept between installations.
//
//   wheels/<sha256>/<file name>              as downloaded
//   packages/<python>/<sha256>/files/...     unpacked, checked and compiled to this version's bytecode
//   packages/<python>/<sha256>/package.json  what it is
//   answers/<hash>.json                      what pip answered lately
//
// Entries are renamed into place when they are whole and never change. The directory belongs to the user alone.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "goru/error.hpp"
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
};

/// Thread-safe, also between processes.
class PackageCache {
 public:
  /// Empty: the user's cache directory ($XDG_CACHE_HOME or ~/.cache, "goru/packages"). Made with mode 0700.
  /// kUnavailable: others own or can enter it.
  static Expected<PackageCache> Open(const std::string& directory);
  static std::string DefaultDirectory();

  /// The wheel with this hash; empty where it is not there.
  std::string FindWheel(const std::string& sha256) const;
  Expected<void> AddWheel(const std::string& path, const std::string& sha256) const;

  std::optional<CachedPackage> FindPackage(const std::string& python, const std::string& sha256) const;
  /// Unpacks, compiles and keeps.
  Expected<CachedPackage> AddPackage(const Wheel& wheel, const std::string& file_name, SandboxCheck& check) const;

  /// What pip answered to `question` in the last day; empty where that is not known.
  std::string FindAnswer(const std::string& question) const;
  void AddAnswer(const std::string& question, const std::string& answer) const;

  /// An empty directory for one installation, removed with the result.
  class Scratch {
   public:
    explicit Scratch(std::string path) : path_(std::move(path)) {}
    ~Scratch();
    Scratch(Scratch&& other) noexcept : path_(std::exchange(other.path_, {})) {}
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    Scratch& operator=(Scratch&&) = delete;
    const std::string& path() const noexcept { return path_; }

   private:
    std::string path_;
  };
  Expected<Scratch> NewScratch() const;

  /// Removes everything; returns the bytes freed.
  Expected<uint64_t> Clear() const;

  const std::string& directory() const noexcept { return directory_; }

 private:
  explicit PackageCache(std::string directory) : directory_(std::move(directory)) {}

  std::string directory_;
};

/// Copies a file to where there is none yet, and makes its directories.
Expected<void> CopyToNewFile(const std::string& from, const std::string& to);

/// Writes `bytes` to a file that must not exist yet, and makes its directories.
Expected<void> WriteNewFile(const std::string& path, std::span<const uint8_t> bytes);

}  // namespace goru::packages
