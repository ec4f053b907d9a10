#include "host/fs/write.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <string>
#include <utility>

#include "host/fs/beneath.hpp"
#include "host/fs/errors.hpp"
#include "host/fs/size_limit.hpp"
#include "host/fs/temporary_file.hpp"

namespace goru::host::fs {
namespace {

/// Between two blocks the run may end.
constexpr size_t kBlock = size_t{1} << 20;
/// What the process's umask leaves of it, as with any program.
constexpr mode_t kNewFile = 0666;
constexpr mode_t kPrivate = 0600;
constexpr mode_t kPermissions = 0777;

/// Writes all of `data` at the file's position, which is `offset`, and counts in `written` what has arrived. Throws
/// FsError.
void WriteAll(int fd, std::string_view data, uint64_t offset, const std::stop_token& stop, uint64_t& written) {
  RequireBelowSizeLimit(offset, data.size());
  while (!data.empty()) {
    ThrowIfStopped(stop);
    const ssize_t n = ::write(fd, data.data(), std::min(data.size(), kBlock));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw FsError(errno);
    if (n == 0) throw FsError(EIO);
    data.remove_prefix(static_cast<size_t>(n));
    written += static_cast<uint64_t>(n);
  }
}

/// Throws FsError where a program of this process's user could not write to the file: replacing it asks only for the
/// right to write to its directory.
void RequireWritable(const DirectoryEntry& entry, const struct stat& status) {
  RequireRegular(status);
  if (::faccessat(entry.parent.get(), entry.name.c_str(), W_OK, AT_EACCESS | AT_SYMLINK_NOFOLLOW) != 0) {
    throw FsError(errno);
  }
}

/// Gives the new file what belongs to the old one. Only root can give the owner, and only to whom it may.
void KeepOwnerAndPermissions(int fd, const struct stat& old) {
  const struct stat made = StatusOf(fd);
  if ((made.st_uid != old.st_uid || made.st_gid != old.st_gid) && ::fchown(fd, old.st_uid, old.st_gid) != 0 &&
      errno != EPERM && errno != EINVAL) {
    throw FsError(errno);
  }
  if (::fchmod(fd, old.st_mode & kPermissions) != 0) throw FsError(errno);
}

Target LocateForWriting(const Access& access, const VirtualPath& path, size_t size) {
  Target target = access.mounts.Locate(path);
  if (target.holds_mounts) throw FsError(EISDIR);
  RequireChange(target);
  if (size > access.limits.write_bytes) {
    throw FsError(EFBIG, "one call writes at most " + std::to_string(access.limits.write_bytes) +
                             " bytes (WithSessionFsLimits, --fs-max-write)");
  }
  return target;
}

/// Shortens the file to what it was when it was opened, where all that came since is ours and ends at `end`: what
/// somebody else has appended stays.
void TakeBack(const RegularFile& file, uint64_t end) noexcept {
  struct stat now = {};
  const off_t position = ::lseek(file.fd.get(), 0, SEEK_CUR);
  if (::fstat(file.fd.get(), &now) != 0 || !std::cmp_equal(position, end) || now.st_size != position) return;
  (void)!::ftruncate(file.fd.get(), file.status.st_size);
}

void AppendToOld(const Access& access, const Target& target, std::string_view data) {
  const RegularFile file = OpenRegular(target.mount->root.get(), target.relative, O_WRONLY | O_APPEND);
  access.quota.Charge(data.size());
  const auto start = static_cast<uint64_t>(file.status.st_size);
  uint64_t written = 0;
  try {
    WriteAll(file.fd.get(), data, start, access.stop, written);
  } catch (...) {
    TakeBack(file, start + written);
    throw;
  }
}

/// False: somebody else has made it meanwhile.
bool AppendToNew(const Access& access, const DirectoryEntry& entry, std::string_view data) {
  ThrowIfStopped(access.stop);
  access.quota.Charge(std::max<uint64_t>(data.size(), Quota::kNewEntry));
  const support::UniqueFd fd(::openat(entry.parent.get(), entry.name.c_str(),
                                      O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, kNewFile));
  if (!fd && errno == EEXIST) return false;
  if (!fd) throw FsError(errno);
  try {
    uint64_t written = 0;
    WriteAll(fd.get(), data, 0, access.stop, written);
  } catch (...) {
    ::unlinkat(entry.parent.get(), entry.name.c_str(), 0);
    throw;
  }
  return true;
}

}  // namespace

void WriteFile(const Access& access, const VirtualPath& path, std::string_view data) {
  const Target target = LocateForWriting(access, path, data.size());
  const DirectoryEntry entry = FollowLast(target.mount->root.get(), target.relative);
  const std::optional<struct stat> old = entry.Status();
  if (old) {
    RequireWritable(entry, *old);
  } else {
    RequireCreate(target);
  }
  ThrowIfStopped(access.stop);
  access.quota.Charge(old ? data.size() : std::max<uint64_t>(data.size(), Quota::kNewEntry));
  TemporaryFile file(entry.parent.get(), old ? kPrivate : kNewFile);
  uint64_t written = 0;
  WriteAll(file.fd(), data, 0, access.stop, written);
  if (old) {
    KeepOwnerAndPermissions(file.fd(), *old);
    // Without it the name can reach the disk before the content does: after a power failure neither file is there.
    if (::fdatasync(file.fd()) != 0) throw FsError(errno);
  }
  ThrowIfStopped(access.stop);
  file.Rename(entry.name);
}

void AppendFile(const Access& access, const VirtualPath& path, std::string_view data) {
  const Target target = LocateForWriting(access, path, data.size());
  const DirectoryEntry entry = FollowLast(target.mount->root.get(), target.relative);
  if (!entry.Status()) {
    RequireCreate(target);
    if (AppendToNew(access, entry, data)) return;
  }
  AppendToOld(access, target, data);
}

}  // namespace goru::host::fs
