#include "wasm/module_cache.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "support/file.hpp"
#include "support/unique_fd.hpp"

namespace goru::wasm {
namespace {

constexpr size_t kMaxEntry = size_t{1} << 30;

/// What an entry looked like when its content was last known to be good. While all of this is unchanged nobody has
/// written to the file since (ctime cannot be set), and reading tens of megabytes to hash them is saved.
struct Seal {
  uint64_t size;
  uint64_t inode;
  int64_t modified_ns;
  int64_t changed_ns;
  uint64_t hash_high;
  uint64_t hash_low;
};

std::span<const uint8_t> AsBytes(const Seal& seal) { return {reinterpret_cast<const uint8_t*>(&seal), sizeof(seal)}; }

/// The file's state without its hash; nothing where it is not a file that only this user can have written.
std::optional<Seal> Describe(const std::string& path) {
  const support::UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  struct stat st = {};
  if (!fd || ::fstat(fd.get(), &st) != 0) return std::nullopt;
  if (!S_ISREG(st.st_mode) || st.st_uid != ::geteuid() || (st.st_mode & 022) != 0) return std::nullopt;
  Seal seal = {};
  seal.size = static_cast<uint64_t>(st.st_size);
  seal.inode = st.st_ino;
  seal.modified_ns = st.st_mtim.tv_sec * 1'000'000'000 + st.st_mtim.tv_nsec;
  seal.changed_ns = st.st_ctim.tv_sec * 1'000'000'000 + st.st_ctim.tv_nsec;
  return seal;
}

void SetHash(Seal& seal, std::span<const uint8_t> bytes) {
  const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
  seal.hash_high = hash.high64;
  seal.hash_low = hash.low64;
}

bool WriteSeal(const std::string& path, const Seal& seal) {
  const std::array<std::span<const uint8_t>, 1> parts = {AsBytes(seal)};
  return support::WriteFileAtomically(path, parts, 0600).ok();
}

/// Whether the entry's content is what was once written.
bool Verify(const std::string& path, const std::string& seal_path) {
  auto now = Describe(path);
  if (!now) return false;
  const auto stored = support::ReadFile(seal_path, sizeof(Seal));
  if (!stored || stored->size() != sizeof(Seal)) return false;
  Seal sealed;
  std::memcpy(&sealed, stored->data(), sizeof(Seal));
  now->hash_high = sealed.hash_high;
  now->hash_low = sealed.hash_low;
  if (std::memcmp(&sealed, &*now, sizeof(Seal)) == 0) return true;
  // Touched since: copied, restored from a backup, or damaged. The content decides.
  const auto bytes = support::ReadFile(path, kMaxEntry);
  if (!bytes) return false;
  SetHash(*now, *bytes);
  if (now->hash_high != sealed.hash_high || now->hash_low != sealed.hash_low) return false;
  WriteSeal(seal_path, *now);
  return true;
}

void Store(const Engine& engine, const wasmtime_module_t& module, const std::string& path,
           const std::string& seal_path) {
  const auto bytes = engine.Serialize(module);
  if (!bytes) return;
  const std::array<std::span<const uint8_t>, 1> parts = {*bytes};
  if (!support::WriteFileAtomically(path, parts, 0600)) return;
  auto seal = Describe(path);
  if (!seal) return;
  // Another process may have renamed its own entry into place by now; both have the same content, and a seal that does
  // not fit is found out by the hash.
  SetHash(*seal, *bytes);
  WriteSeal(seal_path, *seal);
}

}  // namespace

Expected<ModuleCache> ModuleCache::Open(std::string directory) {
  if (directory.empty()) return Error{ErrorKind::kInvalidArgument, "no directory for compiled code is named"};
  std::error_code failed;
  const std::filesystem::path path(directory);
  if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), failed);
  if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) {
    return support::SystemError("cannot make the cache directory", directory);
  }
  struct stat st = {};
  if (::lstat(directory.c_str(), &st) != 0) return support::SystemError("cannot use the cache directory", directory);
  if (!S_ISDIR(st.st_mode)) {
    return Error{ErrorKind::kInvalidArgument, "the cache directory " + directory + " is not a directory"};
  }
  if (st.st_uid != ::geteuid()) {
    return Error{
        ErrorKind::kUnavailable,
        "the cache directory " + directory +
            " belongs to another user; compiled code is loaded only from a directory "
            "of one's own. Name another one (WithDiskCache, --cache-dir) or none (WithoutDiskCache, --no-cache)"};
  }
  if ((st.st_mode & 077) != 0) {
    return Error{ErrorKind::kUnavailable, "the cache directory " + directory +
                                              " is open to other users; make it private: chmod 700 " + directory};
  }
  return ModuleCache(std::move(directory));
}

std::string ModuleCache::DefaultDirectory() {
  const char* xdg = std::getenv("XDG_CACHE_HOME");
  if (xdg != nullptr && xdg[0] == '/') return std::string(xdg) + "/goru/compiled";
  const char* home = std::getenv("HOME");
  if (home != nullptr && home[0] == '/') return std::string(home) + "/.cache/goru/compiled";
  return {};
}

Expected<ModulePtr> ModuleCache::Load(const Engine& engine, const std::string& module_hash,
                                      const std::function<Expected<ModulePtr>()>& compile) const {
  const std::string key = Engine::CompatibilityKey() + ";" + module_hash;
  const XXH128_hash_t hash = XXH3_128bits(key.data(), key.size());
  std::array<char, 40> name;
  std::snprintf(name.data(), name.size(), "/%016llx%016llx", static_cast<unsigned long long>(hash.high64),
                static_cast<unsigned long long>(hash.low64));
  const std::string path = directory_ + name.data() + ".cwasm";
  const std::string seal_path = directory_ + name.data() + ".seal";
  if (Verify(path, seal_path)) {
    if (auto module = engine.DeserializeFile(path)) return module;
  }
  auto module = compile();
  if (module) Store(engine, **module, path, seal_path);
  return module;
}

}  // namespace goru::wasm
