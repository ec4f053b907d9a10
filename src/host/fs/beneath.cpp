#include "host/fs/beneath.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <string_view>

#include "host/fs/errors.hpp"
#include "support/open_beneath.hpp"

namespace goru::host::fs {
namespace {

/// Nobody can replace a file again and again for so long by chance.
constexpr int kMaxAttempts = 128;
/// As many as the kernel follows.
constexpr int kMaxLinks = 40;

FsError ResolveError(int error) { return error == EXDEV ? FsError::LeadsOut() : FsError(error); }

/// What a symbolic link says; nothing where `entry` is none or does not exist.
std::optional<std::string> LinkTarget(const DirectoryEntry& entry) {
  std::array<char, PATH_MAX> buffer = {};
  const ssize_t length = ::readlinkat(entry.parent.get(), entry.name.c_str(), buffer.data(), buffer.size());
  if (length < 0) {
    if (errno == EINVAL || errno == ENOENT) return std::nullopt;
    throw FsError(errno);
  }
  if (static_cast<size_t>(length) == buffer.size()) throw FsError(ENAMETOOLONG);
  return std::string(buffer.data(), static_cast<size_t>(length));
}

std::string DirectoryOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, slash);
}

}  // namespace

support::UniqueFd TryOpenBeneath(int root, const std::string& path, int flags, int& error) noexcept {
  return support::TryOpenBeneath(root, path, flags, support::Links::kFollowed, error);
}

support::UniqueFd OpenBeneath(int root, const std::string& path, int flags) {
  int error = 0;
  support::UniqueFd fd = TryOpenBeneath(root, path, flags, error);
  if (!fd) throw ResolveError(error);
  return fd;
}

struct stat StatusOf(int fd) {
  struct stat status = {};
  if (::fstat(fd, &status) != 0) throw FsError(errno);
  return status;
}

void RequireRegular(const struct stat& status) {
  if (S_ISREG(status.st_mode)) return;
  if (S_ISDIR(status.st_mode)) throw FsError(EISDIR);
  throw FsError(EINVAL, "not a regular file: devices, pipes and sockets are not opened");
}

RegularFile OpenRegular(int root, const std::string& path, int flags) {
  for (int attempt = 0; attempt < kMaxAttempts; ++attempt) {
    // O_PATH opens nothing: a device or a pipe does not notice.
    const struct stat seen = StatusOf(OpenBeneath(root, path, O_PATH).get());
    RequireRegular(seen);
    RegularFile file;
    file.fd = OpenBeneath(root, path, flags | O_NONBLOCK | O_NOCTTY);
    file.status = StatusOf(file.fd.get());
    RequireRegular(file.status);
    if (file.status.st_dev == seen.st_dev && file.status.st_ino == seen.st_ino) return file;
  }
  throw FsError(EIO, "the file is being replaced again and again");
}

std::optional<struct stat> DirectoryEntry::Status() const {
  struct stat status = {};
  if (::fstatat(parent.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0) return status;
  if (errno == ENOENT) return std::nullopt;
  throw FsError(errno);
}

DirectoryEntry OpenParent(int root, const std::string& path) {
  DirectoryEntry entry;
  entry.parent = OpenBeneath(root, DirectoryOf(path), O_PATH | O_DIRECTORY);
  entry.name = path.substr(path.rfind('/') + 1);
  return entry;
}

DirectoryEntry FollowLast(int root, std::string path) {
  for (int links = 0; links <= kMaxLinks; ++links) {
    DirectoryEntry entry = OpenParent(root, path);
    const std::optional<std::string> target = LinkTarget(entry);
    if (!target) return entry;
    if (target->starts_with('/')) throw FsError::LeadsOut();
    // The kernel resolves all but the last component, beneath the root, in the next step.
    path = DirectoryOf(path) + "/" + *target;
    if (path.size() >= PATH_MAX) throw FsError(ENAMETOOLONG);
    const std::string_view last = std::string_view(path).substr(path.rfind('/') + 1);
    if (last.empty() || last == "." || last == "..") throw FsError(EISDIR);
  }
  throw FsError(ELOOP);
}

}  // namespace goru::host::fs
