#include "support/open_beneath.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

namespace goru::support {
namespace {

/// EAGAIN says that something was renamed meanwhile. Nobody can keep that up for so long by chance.
constexpr int kMaxAttempts = 128;

/// A value of linux/openat2.h since Linux 5.12.
constexpr uint64_t kCached = 0x20;

int OpenOnce(int root, const char* path, int flags, Links links, uint64_t resolve) noexcept {
  struct open_how how = {};
  how.flags = static_cast<unsigned>(flags | O_CLOEXEC);
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS | resolve;
  if (links == Links::kRefused) {
    how.flags |= O_NOFOLLOW;
    how.resolve |= RESOLVE_NO_SYMLINKS;
  }
  return static_cast<int>(::syscall(SYS_openat2, root, path, &how, sizeof(how)));
}

}  // namespace

UniqueFd TryOpenBeneath(int root, const std::string& path, int flags, Links links, int& error) noexcept {
  for (int attempt = 0; attempt < kMaxAttempts; ++attempt) {
    const int fd = OpenOnce(root, path.c_str(), flags, links, 0);
    if (fd >= 0) return UniqueFd(fd);
    error = errno;
    if (error != EAGAIN && error != EINTR) break;
  }
  return {};
}

UniqueFd TryOpenCached(int root, const char* path, int flags, Links links, int& error) noexcept {
  const int fd = OpenOnce(root, path, flags, links, kCached);
  if (fd >= 0) return UniqueFd(fd);
  error = errno == EINVAL || errno == EINTR ? EAGAIN : errno;
  return {};
}

}  // namespace goru::support
