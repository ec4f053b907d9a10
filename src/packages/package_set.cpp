#include "packages/package_set.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <system_error>
#include <thread>

#include "packages/cancelled.hpp"
#include "support/file.hpp"
#include "support/json_number.hpp"

namespace goru::packages {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* kManifest = "goru-packages.json";
// As other tools name it.
constexpr const char* kPythonVersion = ".python-version";
constexpr size_t kMaxVersion = 64;
constexpr unsigned kFormat = 1;
constexpr size_t kMaxManifest = size_t{16} << 20;

struct Place {
  fs::path parent;
  std::string name;

  fs::path Beside(const std::string& what) const { return parent / ("." + name + "." + what); }
};

/// Where the directory lies; a link to it is followed, so that the link stays.
Expected<Place> Locate(const std::string& directory) {
  std::error_code failed;
  fs::path path = fs::weakly_canonical(directory, failed);
  if (failed || path.empty())
    return Error{ErrorKind::kInvalidArgument, "'" + directory + "' is not a directory's name"};
  if (!path.has_filename()) path = path.parent_path();
  if (path.filename().empty())
    return Error{ErrorKind::kInvalidArgument, "packages cannot take the place of '" + directory + "'"};
  return Place{path.parent_path(), path.filename().string()};
}

bool SameContent(const std::string& a, const std::string& b) {
  constexpr size_t kMax = size_t{64} << 20;
  auto first = support::ReadFile(a, kMax);
  auto second = support::ReadFile(b, kMax);
  return first && second && *first == *second;
}

}  // namespace

Expected<PackageSet> ReadPackageSet(const std::string& directory) {
  std::error_code failed;
  PackageSet set;
  const auto entries = fs::directory_iterator(directory, failed);
  if (failed == std::errc::no_such_file_or_directory || (!failed && entries == fs::directory_iterator())) return set;
  if (failed) return Error{ErrorKind::kUnavailable, "cannot read " + directory + ": " + failed.message()};
  const Error foreign = {ErrorKind::kInvalidArgument, directory +
                                                          " holds other things than packages that goru installed; name "
                                                          "another directory with --dir"};
  auto text = support::ReadFile(directory + "/" + kManifest, kMaxManifest);
  if (!text) return foreign;
  const json manifest = json::parse(text->begin(), text->end(), nullptr, false);
  try {
    if (support::WholeNumber<unsigned>(manifest.at("format")) != kFormat) return foreign;
    set.python = manifest.at("python").get<std::string>();
    set.requested = manifest.at("requested").get<std::vector<std::string>>();
    for (const json& item : manifest.at("packages")) {
      set.packages.push_back({item.at("name").get<std::string>(), item.at("version").get<std::string>(),
                              item.at("sha256").get<std::string>(), item.at("native_removed").get<bool>(),
                              item.at("requires").get<std::vector<std::string>>(),
                              item.at("files").get<std::vector<std::string>>()});
    }
  } catch (const json::exception&) {
    return foreign;
  }
  return set;
}

std::string PythonOfPackages(const std::string& directory) {
  auto text = support::ReadFile(directory + "/" + kPythonVersion, kMaxVersion);
  if (!text) return {};
  const std::string version(text->begin(), text->end());
  return version.substr(0, version.find_first_of("\r\n \t"));
}

Expected<DirectoryLock> DirectoryLock::Take(const std::string& directory, const std::stop_token& stop) {
  auto place = Locate(directory);
  if (!place) return place.error();
  std::error_code failed;
  fs::create_directories(place->parent, failed);
  const std::string path = place->Beside("lock").string();
  support::UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644));
  if (!fd) return support::SystemError("cannot lock", path);
  while (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) return support::SystemError("cannot lock", path);
    if (stop.stop_requested()) return Cancelled();
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return DirectoryLock(std::move(fd));
}

Expected<StagedSet> StagedSet::Begin(const std::string& directory, const std::stop_token& stop) {
  auto place = Locate(directory);
  if (!place) return place.error();
  std::error_code failed;
  const fs::path target = place->parent / place->name;
  const fs::path old = place->Beside("old");
  // A kill between two renames, where the kernel cannot exchange.
  if (fs::exists(old, failed) && !fs::exists(target, failed)) fs::rename(old, target, failed);
  fs::remove_all(old, failed);
  const fs::path path = place->Beside("new");
  fs::remove_all(path, failed);
  if (failed || ::mkdir(path.c_str(), 0755) != 0) return support::SystemError("cannot make", path.string());
  return StagedSet(target.string(), path.string(), stop);
}

StagedSet::~StagedSet() {
  std::error_code failed;
  if (!path_.empty()) fs::remove_all(path_, failed);
}

Expected<void> StagedSet::Add(const CachedPackage& package) {
  std::error_code failed;
  for (const auto& entry : fs::recursive_directory_iterator(package.directory, failed)) {
    const std::string from = entry.path().string();
    const std::string name = from.substr(package.directory.size() + 1);
    const std::string to = path_ + "/" + name;
    std::error_code wrong;
    if (entry.is_directory(wrong)) {
      fs::create_directories(to, wrong);
      if (!wrong) continue;
    }
    files_[package.name].push_back(name);
    if (const auto owner = owners_.find(name); owner != owners_.end()) {
      // Packages that share a namespace bring the same __init__.py; stray tests at the top are nobody's.
      const bool stray = name.starts_with("tests/") || name.starts_with("test/") || name.starts_with("docs/") ||
                         name.ends_with(".pyc");
      if (!stray && !SameContent(from, to)) {
        return Error{ErrorKind::kUnavailable, owner->second + " and " + package.name + " both have a file " + name};
      }
    } else {
      if (auto copied = CopyToNewFile(from, to, stop_); !copied) return copied;
      owners_[name] = package.name;
    }
    if (wrong) return Error{ErrorKind::kUnavailable, "cannot write " + to + ": " + wrong.message()};
  }
  if (failed) return Error{ErrorKind::kUnavailable, "cannot read " + package.directory + ": " + failed.message()};
  return {};
}

Expected<void> StagedSet::AddPresent(const std::vector<SetPackage>& kept) {
  for (const SetPackage& package : kept) {
    for (const std::string& name : package.files) {
      const fs::path plain = fs::path(name).lexically_normal();
      if (plain.is_absolute() || plain.empty() || *plain.begin() == "..") {
        return Error{ErrorKind::kInvalidArgument, directory_ + " has a damaged list of files; install it again"};
      }
      if (!owners_.contains(name)) {
        if (auto copied = CopyToNewFile(directory_ + "/" + name, path_ + "/" + name, stop_); !copied) return copied;
      }
      owners_[name] = package.name;
      files_[package.name].push_back(name);
    }
  }
  return {};
}

Expected<void> StagedSet::Commit(const PackageSet& set) {
  json packages = json::array();
  for (const SetPackage& package : set.packages) {
    packages.push_back({{"name", package.name},
                        {"version", package.version},
                        {"sha256", package.sha256},
                        {"native_removed", package.native_removed},
                        {"requires", package.requires_names},
                        {"files", files_[package.name]}});
  }
  const std::string text =
      json{{"format", kFormat}, {"python", set.python}, {"requested", set.requested}, {"packages", packages}}.dump(2) +
      "\n";
  for (const auto& [name, content] : {std::pair(kManifest, text), std::pair(kPythonVersion, set.python + "\n")}) {
    const auto written =
        WriteNewFile(path_ + "/" + name, {reinterpret_cast<const uint8_t*>(content.data()), content.size()});
    if (!written) return written.error();
  }
  const auto rename = [this](unsigned flags) {
    return ::renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, directory_.c_str(), flags) == 0;
  };
  std::error_code failed;
  if (!fs::exists(directory_, failed)) {
    if (!rename(RENAME_NOREPLACE) && !rename(0)) return support::SystemError("cannot make", directory_);
    path_.clear();
    return {};
  }
  // The old set is in our place now and goes with us.
  if (rename(RENAME_EXCHANGE)) return {};
  const fs::path old = fs::path(directory_).parent_path() / ("." + fs::path(directory_).filename().string() + ".old");
  fs::rename(directory_, old, failed);
  if (!failed) fs::rename(path_, directory_, failed);
  if (failed) {
    const std::string why = failed.message();
    fs::rename(old, directory_, failed);
    return Error{ErrorKind::kUnavailable, "cannot change " + directory_ + ": " + why};
  }
  path_.clear();
  fs::remove_all(old, failed);
  return {};
}

}  // namespace goru::packages
