#include "wasi/packages/disk_read.hpp"

#include <sys/uio.h>

#include <cerrno>

namespace goru::wasi {

Errno ReadFromDisk(int fd, uint64_t offset, std::span<uint8_t> into, size_t& count, Patience patience) {
  count = 0;
  const int flags = patience == Patience::kNone ? RWF_NOWAIT : 0;
  while (!into.empty()) {
    const iovec piece = {.iov_base = into.data(), .iov_len = into.size()};
    const ssize_t n = ::preadv2(fd, &piece, 1, static_cast<off_t>(offset), flags);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      // Some file systems cannot say whether they would wait.
      const bool would_wait = errno == EAGAIN || errno == EOPNOTSUPP;
      if (flags == 0 || !would_wait) return FromSystem(errno);
      return count > 0 ? kSuccess : kEagain;
    }
    if (n == 0) break;
    count += static_cast<size_t>(n);
    offset += static_cast<uint64_t>(n);
    into = into.subspan(static_cast<size_t>(n));
  }
  return kSuccess;
}

Errno FromSystem(int error) noexcept {
  switch (error) {
    case ENOENT:
    case ELOOP:
    case EXDEV:
      return kEnoent;
    case ENOTDIR:
      return kEnotdir;
    case EACCES:
    case EPERM:
      return kEacces;
    case ENAMETOOLONG:
      return kEnametoolong;
    case EMFILE:
    case ENFILE:
      return kEmfile;
    case EAGAIN:
      return kEagain;
    default:
      return kEio;
  }
}

}  // namespace goru::wasi
