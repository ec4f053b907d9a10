#include "packages/package_cache.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "packages/digest.hpp"
#include "packages/names.hpp"
#include "support/file.hpp"
#include "support/unique_fd.hpp"

namespace goru::packages {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr size_t kMaxDescription = size_t{16} << 20;
constexpr std::chrono::hours kAnswerAge{24};

/// Bytecode of a source can be larger than it, but not by much.
constexpr size_t kBytecodeFactor = 8;
constexpr size_t kBytecodeRoom = size_t{64} << 10;

bool IsSource(const std::string& path) { return path.ends_with(".py"); }

/// Tests come with many packages and are never imported: compiling them would take most of the time.
bool IsTest(const std::string& path) {
  return path.starts_with("tests/") || path.starts_with("test/") || path.find("/tests/") != std::string::npos ||
         path.find("/test/") != std::string::npos;
}

/// PEP 3147, and the version without its dot: "3.13" gives "cpython-313".
std::string BytecodePath(const std::string& source, const std::string& python) {
  const size_t slash = source.rfind('/');
  const std::string folder = slash == std::string::npos ? std::string() : source.substr(0, slash + 1);
  const std::string name = slash == std::string::npos ? source : source.substr(slash + 1);
  return folder + "__pycache__/" + name.substr(0, name.size() - 2) + "cpython-" + VersionDigits(python) + ".pyc";
}

std::span<const uint8_t> Bytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

Expected<std::string> ReadText(const std::string& path) {
  auto bytes = support::ReadFile(path, kMaxDescription);
  if (!bytes) return bytes.error();
  return std::string(bytes->begin(), bytes->end());
}

}  // namespace

Expected<void> WriteNewFile(const std::string& path, std::span<const uint8_t> bytes) {
  std::error_code failed;
  fs::create_directories(fs::path(path).parent_path(), failed);
  if (failed) return Error{ErrorKind::kUnavailable, "cannot make a directory for " + path + ": " + failed.message()};
  const support::UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644));
  if (!fd) return support::SystemError("cannot create", path);
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd.get(), bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return support::SystemError("cannot write", path);
    bytes = bytes.subspan(static_cast<size_t>(n));
  }
  return {};
}

Expected<void> CopyToNewFile(const std::string& from, const std::string& to) {
  auto bytes = support::ReadFile(from, WheelLimits().wheel_bytes);
  if (!bytes) return bytes.error();
  return WriteNewFile(to, *bytes);
}

std::string PackageCache::DefaultDirectory() {
  const char* base = std::getenv("XDG_CACHE_HOME");
  if (base != nullptr && base[0] == '/') return std::string(base) + "/goru/packages";
  const char* home = std::getenv("HOME");
  return home != nullptr && home[0] == '/' ? std::string(home) + "/.cache/goru/packages" : std::string();
}

Expected<PackageCache> PackageCache::Open(const std::string& directory) {
  const std::string chosen = directory.empty() ? DefaultDirectory() : directory;
  if (chosen.empty()) {
    return Error{ErrorKind::kUnavailable, "there is no HOME to keep packages in; name a directory with --cache-dir"};
  }
  std::error_code failed;
  const fs::path path = fs::absolute(chosen, failed);
  fs::create_directories(path.parent_path(), failed);
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
    return support::SystemError("cannot make the package cache", path.string());
  }
  struct stat status = {};
  if (::stat(path.c_str(), &status) != 0) return support::SystemError("cannot use the package cache", path.string());
  constexpr mode_t kOthersWrite = S_IWGRP | S_IWOTH;
  if (!S_ISDIR(status.st_mode) || status.st_uid != ::geteuid() || (status.st_mode & kOthersWrite) != 0) {
    return Error{ErrorKind::kUnavailable,
                 "the package cache " + path.string() +
                     " is not a directory of yours alone; 'chmod go-w' it or name another one"};
  }
  return PackageCache(path.string());
}

PackageCache::Scratch::~Scratch() {
  std::error_code failed;
  if (!path_.empty()) fs::remove_all(path_, failed);
}

Expected<PackageCache::Scratch> PackageCache::NewScratch() const {
  std::error_code failed;
  fs::create_directories(directory_ + "/scratch", failed);
  std::string path = directory_ + "/scratch/XXXXXX";
  if (::mkdtemp(path.data()) == nullptr) return support::SystemError("cannot make a directory in", directory_);
  return Scratch(std::move(path));
}

std::string PackageCache::FindWheel(const std::string& sha256) const {
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(directory_ + "/wheels/" + sha256, failed)) {
    if (entry.is_regular_file(failed) && entry.path().extension() == ".whl") return entry.path().string();
  }
  return {};
}

Expected<void> PackageCache::AddWheel(const std::string& path, const std::string& sha256) const {
  if (!FindWheel(sha256).empty()) return {};
  auto scratch = NewScratch();
  if (!scratch) return scratch.error();
  std::error_code failed;
  const std::string made = scratch->path() + "/wheel";
  if (auto copied = CopyToNewFile(path, made + "/" + fs::path(path).filename().string()); !copied) return copied;
  fs::create_directories(directory_ + "/wheels", failed);
  fs::rename(made, directory_ + "/wheels/" + sha256, failed);
  if (failed && FindWheel(sha256).empty()) {
    return Error{ErrorKind::kUnavailable, "cannot keep " + path + ": " + failed.message()};
  }
  return {};
}

std::optional<CachedPackage> PackageCache::FindPackage(const std::string& python, const std::string& sha256) const {
  const std::string entry = directory_ + "/packages/" + python + "/" + sha256;
  auto text = ReadText(entry + "/package.json");
  if (!text) return std::nullopt;
  const json description = json::parse(*text, nullptr, false);
  CachedPackage package;
  try {
    package.name = description.at("name").get<std::string>();
    package.version = description.at("version").get<std::string>();
    package.sha256 = sha256;
    package.file_name = description.at("wheel").get<std::string>();
    package.native_removed = description.at("native_removed").get<bool>();
    package.requires_names = description.at("requires").get<std::vector<std::string>>();
    package.modules = description.at("modules").get<std::vector<std::string>>();
  } catch (const json::exception&) {
    return std::nullopt;
  }
  package.directory = entry + "/files";
  return package;
}

Expected<CachedPackage> PackageCache::AddPackage(const Wheel& wheel, const std::string& file_name,
                                                 SandboxCheck& check) const {
  auto scratch = NewScratch();
  if (!scratch) return scratch.error();
  const std::string entry = scratch->path() + "/package";
  const std::string files = entry + "/files";
  std::vector<std::string> sources;
  std::map<std::string, size_t> sizes;
  for (const WheelFile& file : wheel.files) {
    if (auto written = WriteNewFile(files + "/" + file.path, file.bytes); !written) return written.error();
    if (IsSource(file.path) && !IsTest(file.path)) sources.push_back(file.path);
    if (IsSource(file.path)) sizes[file.path] = file.bytes.size();
  }
  Expected<void> stored;
  const auto compiled = check.Compile(files, sources, [&](const std::string& source, std::string_view bytecode) {
    const auto known = sizes.find(source);
    // A sandbox answers only what it was asked, once, and in proportion.
    if (known == sizes.end() || bytecode.size() > known->second * kBytecodeFactor + kBytecodeRoom) return false;
    sizes.erase(known);
    stored = WriteNewFile(files + "/" + BytecodePath(source, check.python()), Bytes(bytecode));
    return stored.ok();
  });
  if (!stored) return stored.error();
  if (!compiled) return compiled.error();
  const json description = {{"name", wheel.name},
                            {"version", wheel.version},
                            {"wheel", file_name},
                            {"native_removed", wheel.native_removed},
                            {"requires", wheel.requires_names},
                            {"modules", wheel.modules}};
  if (auto written = WriteNewFile(entry + "/package.json", Bytes(description.dump())); !written) return written.error();
  std::error_code failed;
  const std::string kept = directory_ + "/packages/" + check.python();
  fs::create_directories(kept, failed);
  fs::rename(entry, kept + "/" + wheel.sha256, failed);
  auto package = FindPackage(check.python(), wheel.sha256);
  if (!package) return Error{ErrorKind::kUnavailable, "cannot keep " + wheel.name + ": " + failed.message()};
  return *package;
}

std::string PackageCache::FindAnswer(const std::string& question) const {
  auto key = Sha256Hex(Bytes(question));
  if (!key) return {};
  const std::string path = directory_ + "/answers/" + *key + ".json";
  struct stat status = {};
  if (::stat(path.c_str(), &status) != 0) return {};
  const auto made = std::chrono::system_clock::from_time_t(status.st_mtime);
  if (std::chrono::system_clock::now() - made > kAnswerAge) return {};
  auto text = ReadText(path);
  return text ? *text : std::string();
}

void PackageCache::AddAnswer(const std::string& question, const std::string& answer) const {
  auto key = Sha256Hex(Bytes(question));
  if (!key) return;
  std::error_code failed;
  fs::create_directories(directory_ + "/answers", failed);
  const std::array<std::span<const uint8_t>, 1> parts = {Bytes(answer)};
  // Not being able to remember is no failure.
  (void)support::WriteFileAtomically(directory_ + "/answers/" + *key + ".json", parts, 0600);
}

Expected<uint64_t> PackageCache::Clear() const {
  uint64_t bytes = 0;
  std::error_code failed;
  for (const char* part : {"wheels", "packages", "answers", "scratch"}) {
    const fs::path path = fs::path(directory_) / part;
    for (const auto& entry :
         fs::recursive_directory_iterator(path, fs::directory_options::skip_permission_denied, failed)) {
      std::error_code ignored;
      if (entry.is_regular_file(ignored) && !entry.is_symlink(ignored)) bytes += entry.file_size(ignored);
    }
    failed.clear();
    fs::remove_all(path, failed);
    if (failed) return Error{ErrorKind::kUnavailable, "cannot remove " + path.string() + ": " + failed.message()};
  }
  return bytes;
}

}  // namespace goru::packages
