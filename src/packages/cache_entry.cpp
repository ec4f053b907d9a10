#include "packages/cache_entry.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

namespace goru::packages {
namespace {

namespace fs = std::filesystem;

/// Noting a use more exactly than this helps nobody.
constexpr time_t kUsedWithin = 60;
constexpr uint64_t kBlock = 512;

support::UniqueFd OpenDirectory(const std::string& path) {
  return support::UniqueFd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

/// Whether `path` is still what is open: it may have been renamed before it was locked.
bool IsStill(const std::string& path, const support::UniqueFd& fd, struct stat& opened) {
  struct stat named = {};
  return ::fstat(fd.get(), &opened) == 0 && ::lstat(path.c_str(), &named) == 0 && opened.st_dev == named.st_dev &&
         opened.st_ino == named.st_ino;
}

}  // namespace

CacheHold HoldEntry(const std::string& path) {
  support::UniqueFd fd = OpenDirectory(path);
  if (!fd) return nullptr;
  // Where the file system knows no locks nothing is ever removed either.
  if (::flock(fd.get(), LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK) return nullptr;
  struct stat status = {};
  if (!IsStill(path, fd, status)) return nullptr;
  if (std::time(nullptr) - status.st_mtim.tv_sec > kUsedWithin) (void)::futimens(fd.get(), nullptr);
  return std::make_shared<const support::UniqueFd>(std::move(fd));
}

uint64_t DiskBytes(const std::string& directory) {
  uint64_t bytes = 0;
  const auto add = [&bytes](const std::string& path) {
    struct stat status = {};
    if (::lstat(path.c_str(), &status) == 0) bytes += static_cast<uint64_t>(status.st_blocks) * kBlock;
  };
  add(directory);
  std::error_code failed;
  auto entry = fs::recursive_directory_iterator(directory, fs::directory_options::skip_permission_denied, failed);
  for (; !failed && entry != fs::recursive_directory_iterator(); entry.increment(failed)) add(entry->path().string());
  return bytes;
}

bool RemoveEntry(const CacheEntry& entry, const std::string& grave) {
  if (entry.held.empty()) return ::unlink(entry.path.c_str()) == 0;
  const support::UniqueFd fd = OpenDirectory(entry.held);
  struct stat status = {};
  // What has no directory to hold is nobody's.
  if (!fd && errno != ENOENT && errno != ENOTDIR) return false;
  if (fd && (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0 || !IsStill(entry.held, fd, status))) return false;
  static std::atomic<unsigned> counter{0};
  const std::string gone = grave + "/gone." + std::to_string(::getpid()) + "." + std::to_string(counter++);
  if (::rename(entry.path.c_str(), gone.c_str()) != 0) return false;
  // What cannot be removed now is an abandoned directory for the next one who looks.
  std::error_code ignored;
  fs::remove_all(gone, ignored);
  return true;
}

}  // namespace goru::packages
