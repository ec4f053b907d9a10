// A directory of installed packages, and how it changes: all at once or not at all.
#pragma once

#include <map>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "goru/error.hpp"
#include "packages/package_cache.hpp"
#include "support/unique_fd.hpp"

namespace goru::packages {

/// What a directory holds, in goru-packages.json inside it.
struct SetPackage {
  std::string name;
  std::string version;
  std::string sha256;
  bool native_removed = false;
  std::vector<std::string> requires_names;
  /// All its files; known once it is in a directory.
  std::vector<std::string> files;
};
struct PackageSet {
  /// The version of Python that it was made for.
  std::string python;
  /// Requirements that people asked for.
  std::vector<std::string> requested;
  /// Sorted by name.
  std::vector<SetPackage> packages;
};

/// An empty set where the directory does not exist. kInvalidArgument: it holds other things than packages installed
/// here.
Expected<PackageSet> ReadPackageSet(const std::string& directory);

/// The version of Python that a directory's packages were made for; empty where goru did not install them. Reads a file
/// of a few bytes.
std::string PythonOfPackages(const std::string& directory);

/// Held while a directory changes: a second installer waits.
class DirectoryLock {
 public:
  /// kCancelled: `stop` came first.
  static Expected<DirectoryLock> Take(const std::string& directory, const std::stop_token& stop);

 private:
  explicit DirectoryLock(support::UniqueFd fd) : fd_(std::move(fd)) {}
  support::UniqueFd fd_;
};

/// The directory as it will be, built beside the present one. Removed where it was not committed.
class StagedSet {
 public:
  /// Removes what earlier installations left behind when they were killed; the directory's lock is held.
  /// Add and AddPresent end with kCancelled once `stop` has come.
  static Expected<StagedSet> Begin(const std::string& directory, const std::stop_token& stop);
  ~StagedSet();
  StagedSet(StagedSet&& other) noexcept
      : directory_(std::move(other.directory_)),
        path_(std::exchange(other.path_, {})),
        stop_(std::move(other.stop_)),
        files_(std::move(other.files_)),
        owners_(std::move(other.owners_)) {}
  StagedSet(const StagedSet&) = delete;
  StagedSet& operator=(const StagedSet&) = delete;
  StagedSet& operator=(StagedSet&&) = delete;

  /// Copies a package's files. kUnavailable: another one has a different file of the same name.
  Expected<void> Add(const CachedPackage& package);
  /// Copies what `kept` still has from the directory as it is.
  Expected<void> AddPresent(const std::vector<SetPackage>& kept);
  const std::string& path() const noexcept { return path_; }

  /// Puts it in the place of the present directory.
  Expected<void> Commit(const PackageSet& set);

 private:
  StagedSet(std::string directory, std::string path, std::stop_token stop)
      : directory_(std::move(directory)), path_(std::move(path)), stop_(std::move(stop)) {}

  std::string directory_;
  std::string path_;
  std::stop_token stop_;
  /// By package.
  std::map<std::string, std::vector<std::string>> files_;
  /// By file.
  std::map<std::string, std::string> owners_;
};

}  // namespace goru::packages
