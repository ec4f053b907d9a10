#include "support/private_directory.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

#include "support/content_hash.hpp"
#include "support/file.hpp"

namespace goru::support {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSealEnding = ".seal";
constexpr std::string_view kNoteEnding = ".checked";

/// The day on which an entry was last used is enough to tell which one was not used longest.
constexpr int64_t kDay = int64_t{24} * 60 * 60;

/// What an entry looked like when its content was last known to be good.
struct Seal {
  uint64_t size;
  uint64_t inode;
  int64_t modified_ns;
  int64_t changed_ns;
  uint64_t hash_high;
  uint64_t hash_low;
};

int64_t Nanoseconds(const timespec& time) { return time.tv_sec * 1'000'000'000 + time.tv_nsec; }

/// What a file that lies elsewhere looked like when its content was checked.
struct Note {
  uint64_t device;
  Seal seal;
};

Seal DescribeWithoutHash(const struct stat& st) {
  Seal seal = {};
  seal.size = static_cast<uint64_t>(st.st_size);
  seal.inode = st.st_ino;
  seal.modified_ns = Nanoseconds(st.st_mtim);
  seal.changed_ns = Nanoseconds(st.st_ctim);
  return seal;
}

/// The file's state without its hash; nothing where it is not a file that only this user can have written.
std::optional<Seal> Describe(int fd) {
  struct stat st = {};
  if (::fstat(fd, &st) != 0) return std::nullopt;
  if (!S_ISREG(st.st_mode) || st.st_uid != ::geteuid() || (st.st_mode & 022) != 0) return std::nullopt;
  return DescribeWithoutHash(st);
}

std::optional<Note> DescribeElsewhere(int fd) {
  struct stat st = {};
  if (::fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) return std::nullopt;
  return Note{st.st_dev, DescribeWithoutHash(st)};
}

void SetHash(Seal& seal, const ContentHash& hash) {
  seal.hash_high = hash.high;
  seal.hash_low = hash.low;
}

bool WriteSeal(const std::string& path, const Seal& seal) {
  const std::span<const uint8_t> bytes(reinterpret_cast<const uint8_t*>(&seal), sizeof(seal));
  const std::array<std::span<const uint8_t>, 1> parts = {bytes};
  return WriteFileAtomically(path, parts, 0600).ok();
}

/// Reads the seal, and notes that it was used today.
std::optional<Seal> ReadSeal(const std::string& path) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  Seal seal = {};
  struct stat st = {};
  if (!fd || ::fstat(fd.get(), &st) != 0 || st.st_size != sizeof(seal)) return std::nullopt;
  if (!ReadExactly(fd.get(), 0, {reinterpret_cast<uint8_t*>(&seal), sizeof(seal)})) return std::nullopt;
  if (std::time(nullptr) - st.st_mtim.tv_sec > kDay) (void)::futimens(fd.get(), nullptr);
  return seal;
}

std::optional<ContentHash> HashOfFile(int fd, uint64_t size) {
  Hasher hasher;
  std::vector<uint8_t> piece(size_t{1} << 20);
  for (uint64_t at = 0; at < size; at += piece.size()) {
    const std::span<uint8_t> bytes(piece.data(), static_cast<size_t>(std::min<uint64_t>(piece.size(), size - at)));
    if (!ReadExactly(fd, at, bytes)) return std::nullopt;
    hasher.Add(bytes);
  }
  return hasher.Get();
}

}  // namespace

struct PrivateDirectory::Writer::State {
  UniqueFd fd;
  uint64_t size = 0;
  Hasher hasher;
};

PrivateDirectory::Writer::Writer() : state_(std::make_unique<State>()) {}
PrivateDirectory::Writer::~Writer() = default;

bool PrivateDirectory::Writer::Append(std::span<const uint8_t> bytes) {
  if (!WriteSparse(state_->fd.get(), bytes, state_->size)) return false;
  state_->hasher.Add(bytes);
  state_->size += bytes.size();
  return true;
}

Expected<PrivateDirectory> PrivateDirectory::Open(std::string path) {
  if (path.empty()) return Error{ErrorKind::kInvalidArgument, "no directory for compiled code is named"};
  std::error_code failed;
  const fs::path parent = fs::path(path).parent_path();
  if (!parent.empty()) fs::create_directories(parent, failed);
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return SystemError("cannot make the cache directory", path);
  struct stat st = {};
  if (::lstat(path.c_str(), &st) != 0) return SystemError("cannot use the cache directory", path);
  if (!S_ISDIR(st.st_mode)) {
    return Error{ErrorKind::kInvalidArgument, "the cache directory " + path + " is not a directory"};
  }
  if (st.st_uid != ::geteuid()) {
    return Error{
        ErrorKind::kUnavailable,
        "the cache directory " + path +
            " belongs to another user; compiled code is loaded only from a directory "
            "of one's own. Name another one (WithDiskCache, --cache-dir) or none (WithoutDiskCache, --no-cache)"};
  }
  if ((st.st_mode & 077) != 0) {
    return Error{ErrorKind::kUnavailable,
                 "the cache directory " + path + " is open to other users; make it private: chmod 700 " + path};
  }
  return PrivateDirectory(std::move(path));
}

UniqueFd PrivateDirectory::Find(const std::string& name) const {
  const std::string path = PathOf(name);
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!fd) return {};
  auto now = Describe(fd.get());
  if (!now) return {};
  const auto sealed = ReadSeal(path + std::string(kSealEnding));
  if (!sealed) return {};
  const ContentHash sealed_hash = {sealed->hash_high, sealed->hash_low};
  SetHash(*now, sealed_hash);
  if (std::memcmp(&*sealed, &*now, sizeof(Seal)) == 0) return fd;
  // Touched since: copied, restored from a backup, or damaged. The content decides.
  if (now->size != sealed->size) return {};
  if (HashOfFile(fd.get(), now->size) != sealed_hash) return {};
  WriteSeal(path + std::string(kSealEnding), *now);
  return fd;
}

void PrivateDirectory::Put(const std::string& name, const std::function<bool(Writer&)>& write) const {
  const std::string path = PathOf(name);
  const std::string temporary = TemporaryNameFor(path);
  Writer writer;
  Writer::State& state = *writer.state_;
  // Nobody writes to it again, so nobody needs to be able to.
  state.fd = UniqueFd(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, S_IRUSR));
  if (!state.fd) return;
  const bool written = write(writer) && ::ftruncate(state.fd.get(), static_cast<off_t>(state.size)) == 0 &&
                       ::fsync(state.fd.get()) == 0 && ::rename(temporary.c_str(), path.c_str()) == 0;
  if (!written) {
    ::unlink(temporary.c_str());
    return;
  }
  auto seal = Describe(state.fd.get());
  if (!seal) return;
  // Another process may have renamed its own entry into place by now; both have the same content, and a seal that does
  // not fit is found out by the hash.
  SetHash(*seal, state.hasher.Get());
  WriteSeal(path + std::string(kSealEnding), *seal);
  DropUnused(name);
}

bool PrivateDirectory::Remembers(const std::string& hash, int fd) const {
  const std::string path = PathOf(hash) + std::string(kNoteEnding);
  const UniqueFd note_fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  const auto now = DescribeElsewhere(fd);
  Note note = {};
  struct stat st = {};
  return note_fd && now && ::fstat(note_fd.get(), &st) == 0 && st.st_size == sizeof(note) &&
         ReadExactly(note_fd.get(), 0, {reinterpret_cast<uint8_t*>(&note), sizeof(note)}) &&
         std::memcmp(&note, &*now, sizeof(note)) == 0;
}

void PrivateDirectory::Remember(const std::string& hash, int fd) const {
  const auto note = DescribeElsewhere(fd);
  if (!note) return;
  const std::span<const uint8_t> bytes(reinterpret_cast<const uint8_t*>(&*note), sizeof(*note));
  const std::array<std::span<const uint8_t>, 1> parts = {bytes};
  (void)WriteFileAtomically(PathOf(hash) + std::string(kNoteEnding), parts, 0600);
}

void PrivateDirectory::DropUnused(const std::string& keep) const {
  struct Entry {
    std::string path;
    uint64_t bytes = 0;
    int64_t used = 0;
  };
  std::vector<Entry> entries;
  uint64_t total = 0;
  std::error_code failed;
  for (fs::directory_iterator at(path_, failed), end; !failed && at != end; at.increment(failed)) {
    // Nothing is touched that has no seal.
    const std::string seal_path = at->path();
    if (!seal_path.ends_with(kSealEnding)) continue;
    const std::string path = seal_path.substr(0, seal_path.size() - kSealEnding.size());
    struct stat st = {};
    struct stat seal = {};
    if (::lstat(path.c_str(), &st) != 0 || ::lstat(seal_path.c_str(), &seal) != 0 || !S_ISREG(st.st_mode)) continue;
    const uint64_t bytes = static_cast<uint64_t>(st.st_blocks) * 512;
    total += bytes;
    if (path != PathOf(keep)) entries.push_back({path, bytes, seal.st_mtim.tv_sec});
  }
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return a.used < b.used; });
  for (const Entry& entry : entries) {
    if (total <= kMaxBytes) break;
    // Whoever has it open keeps it.
    ::unlink((entry.path + std::string(kSealEnding)).c_str());
    ::unlink(entry.path.c_str());
    total -= entry.bytes;
  }
}

}  // namespace goru::support
