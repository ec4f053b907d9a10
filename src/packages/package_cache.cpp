#include "packages/package_cache.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <thread>

#include "packages/cancelled.hpp"
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
constexpr std::chrono::seconds kScratchAge{600};

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

/// How much is copied between two looks at a stop.
constexpr off_t kPiece = off_t{1} << 20;

Expected<support::UniqueFd> MakeNewFile(const std::string& path) {
  std::error_code failed;
  fs::create_directories(fs::path(path).parent_path(), failed);
  if (failed) return Error{ErrorKind::kUnavailable, "cannot make a directory for " + path + ": " + failed.message()};
  support::UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644));
  if (!fd) return support::SystemError("cannot create", path);
  return fd;
}

Expected<void> WriteAll(const support::UniqueFd& fd, std::span<const uint8_t> bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd.get(), bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return support::SystemError("cannot write", path);
    bytes = bytes.subspan(static_cast<size_t>(n));
  }
  return {};
}

/// Puts what was made in the place of the entry `path`, of which `held` is held; another one may have been faster, or
/// be removing the entry just now.
CacheHold Keep(const std::string& made, const std::string& path, const std::string& held) {
  std::error_code failed;
  fs::create_directories(fs::path(path).parent_path(), failed);
  // Held before it has its name: nobody removes it in between.
  CacheHold own = HoldEntry(made + held.substr(path.size()));
  constexpr int kAttempts = 100;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    if (CacheHold hold = HoldEntry(held)) return hold;
    if (::rename(made.c_str(), path.c_str()) == 0) return own;
    if (errno != EEXIST && errno != ENOTEMPTY) return nullptr;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return nullptr;
}

}  // namespace

Expected<void> WriteNewFile(const std::string& path, std::span<const uint8_t> bytes) {
  auto fd = MakeNewFile(path);
  if (!fd) return fd.error();
  return WriteAll(*fd, bytes, path);
}

Expected<void> CopyToNewFile(const std::string& from, const std::string& to, const std::stop_token& stop) {
  const support::UniqueFd source(::open(from.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  struct stat status = {};
  if (!source || ::fstat(source.get(), &status) != 0) return support::SystemError("cannot open", from);
  if (!S_ISREG(status.st_mode)) return Error{ErrorKind::kInvalidArgument, from + " is not a regular file"};
  auto target = MakeNewFile(to);
  if (!target) return target.error();
  std::vector<uint8_t> piece(static_cast<size_t>(std::clamp<off_t>(status.st_size, 1, kPiece)));
  for (;;) {
    if (stop.stop_requested()) return Cancelled();
    const ssize_t n = ::read(source.get(), piece.data(), piece.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return support::SystemError("cannot read", from);
    if (n == 0) return {};
    if (auto written = WriteAll(*target, std::span(piece).first(static_cast<size_t>(n)), to); !written) return written;
  }
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
  CacheHold hold = HoldEntry(path);
  return Scratch(std::move(path), std::move(hold));
}

std::optional<CachedWheel> PackageCache::FindWheel(const std::string& sha256) const {
  if (!IsSha256Hex(sha256)) return std::nullopt;
  const std::string entry = directory_ + "/wheels/" + sha256;
  CacheHold hold = HoldEntry(entry);
  if (!hold) return std::nullopt;
  std::error_code failed;
  for (const auto& file : fs::directory_iterator(entry, failed)) {
    if (file.is_regular_file(failed) && file.path().extension() == ".whl") {
      return CachedWheel{file.path().string(), std::move(hold)};
    }
  }
  return std::nullopt;
}

Expected<CachedWheel> PackageCache::AddWheel(const std::string& path, const std::string& sha256,
                                             const std::stop_token& stop) const {
  if (auto known = FindWheel(sha256)) return std::move(*known);
  auto scratch = NewScratch();
  if (!scratch) return scratch.error();
  const std::string made = scratch->path() + "/wheel";
  const std::string name = fs::path(path).filename().string();
  if (auto copied = CopyToNewFile(path, made + "/" + name, stop); !copied) return copied.error();
  const std::string entry = directory_ + "/wheels/" + sha256;
  *changed_ = true;
  const CacheHold hold = Keep(made, entry, entry);
  if (auto kept = FindWheel(sha256)) return std::move(*kept);
  return support::SystemError("cannot keep", path);
}

std::optional<CachedPackage> PackageCache::FindPackage(const std::string& python, const std::string& sha256) const {
  if (!IsSha256Hex(sha256)) return std::nullopt;
  const std::string entry = directory_ + "/packages/" + python + "/" + sha256;
  CachedPackage package;
  package.hold = HoldEntry(entry + "/files");
  auto text = ReadText(entry + "/package.json");
  if (!package.hold || !text) return std::nullopt;
  const json description = json::parse(*text, nullptr, false);
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

Expected<CachedPackage> PackageCache::AddPackage(const Wheel& wheel, const std::string& file_name, SandboxCheck& check,
                                                 const std::stop_token& stop) const {
  auto scratch = NewScratch();
  if (!scratch) return scratch.error();
  const std::string entry = scratch->path() + "/package";
  const std::string files = entry + "/files";
  std::vector<std::string> sources;
  std::map<std::string, size_t> sizes;
  for (const WheelFile& file : wheel.files) {
    if (stop.stop_requested()) return Cancelled();
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
  std::error_code failed;
  // Wheels may have no file that is kept.
  fs::create_directories(files, failed);
  const json description = {{"name", wheel.name},
                            {"version", wheel.version},
                            {"wheel", file_name},
                            {"native_removed", wheel.native_removed},
                            {"requires", wheel.requires_names},
                            {"modules", wheel.modules},
                            {"bytes", DiskBytes(entry)}};
  if (auto written = WriteNewFile(entry + "/package.json", Bytes(description.dump())); !written) return written.error();
  const std::string kept = directory_ + "/packages/" + check.python() + "/" + wheel.sha256;
  *changed_ = true;
  const CacheHold hold = Keep(entry, kept, kept + "/files");
  auto package = FindPackage(check.python(), wheel.sha256);
  if (!package) return support::SystemError("cannot keep " + wheel.name + " in", kept);
  return std::move(*package);
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

std::vector<CacheEntry> PackageCache::Entries() const {
  std::vector<CacheEntry> out;
  std::error_code failed;
  /// `used` is the path whose time of change says when the entry was used.
  const auto add = [&out](const std::string& path, const std::string& held, const std::string& used, uint64_t bytes) {
    struct stat status = {};
    if (::lstat(used.c_str(), &status) == 0 || ::lstat(path.c_str(), &status) == 0) {
      out.push_back({path, held, status.st_mtim, bytes});
    }
  };
  for (const auto& wheel : fs::directory_iterator(directory_ + "/wheels", failed)) {
    const std::string path = wheel.path().string();
    add(path, path, path, DiskBytes(path));
  }
  for (const auto& python : fs::directory_iterator(directory_ + "/packages", failed)) {
    std::error_code unreadable;
    for (const auto& package : fs::directory_iterator(python.path(), unreadable)) {
      const std::string path = package.path().string();
      const auto text = ReadText(path + "/package.json");
      const json description = text ? json::parse(*text, nullptr, false) : json();
      const bool known =
          description.is_object() && description.contains("bytes") && description["bytes"].is_number_unsigned();
      add(path, path + "/files", path + "/files", known ? description["bytes"].get<uint64_t>() : DiskBytes(path));
    }
  }
  for (const auto& answer : fs::directory_iterator(directory_ + "/answers", failed)) {
    const std::string path = answer.path().string();
    add(path, {}, path, DiskBytes(path));
  }
  return out;
}

uint64_t PackageCache::RemoveAbandoned(const std::string& scratch) const {
  uint64_t freed = 0;
  std::error_code failed;
  for (const auto& directory : fs::directory_iterator(scratch, failed)) {
    const std::string path = directory.path().string();
    struct stat status = {};
    // One that has just begun may not hold its directory yet.
    if (::lstat(path.c_str(), &status) != 0 || std::time(nullptr) - status.st_mtim.tv_sec < kScratchAge.count())
      continue;
    const uint64_t bytes = DiskBytes(path);
    if (RemoveEntry({path, path, {}, bytes}, scratch)) freed += bytes;
  }
  return freed;
}

uint64_t PackageCache::RemoveUnused(uint64_t most, const std::string& scratch) const {
  std::vector<CacheEntry> entries = Entries();
  std::sort(entries.begin(), entries.end(), [](const CacheEntry& a, const CacheEntry& b) {
    return std::pair(a.used.tv_sec, a.used.tv_nsec) < std::pair(b.used.tv_sec, b.used.tv_nsec);
  });
  uint64_t total = 0;
  for (const CacheEntry& entry : entries) total += entry.bytes;
  const time_t outdated = std::time(nullptr) - std::chrono::seconds(kAnswerAge).count();
  uint64_t freed = 0;
  for (const CacheEntry& entry : entries) {
    const bool stale = entry.held.empty() && entry.used.tv_sec < outdated;
    if ((total <= most && !stale) || !RemoveEntry(entry, scratch)) continue;
    total -= std::min(total, entry.bytes);
    freed += entry.bytes;
  }
  return freed;
}

uint64_t PackageCache::Trim(uint64_t most) const noexcept {
  try {
    const support::UniqueFd turn(::open(directory_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!turn || ::flock(turn.get(), LOCK_EX | LOCK_NB) != 0) return 0;
    const std::string scratch = directory_ + "/scratch";
    std::error_code failed;
    fs::create_directories(scratch, failed);
    const uint64_t freed = RemoveAbandoned(scratch);
    return freed + RemoveUnused(most, scratch);
  } catch (const std::exception&) {
    // The next installation tries again.
    return 0;
  }
}

CacheContents PackageCache::Contents() const {
  CacheContents out;
  for (const CacheEntry& entry : Entries()) {
    out.bytes += entry.bytes;
    if (entry.held.empty()) continue;
    ++(entry.held == entry.path ? out.wheels : out.packages);
  }
  return out;
}

}  // namespace goru::packages
