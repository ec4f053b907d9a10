#include "support/open_beneath.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

namespace goru::support {
namespace {

/// EAGAIN says that something was renamed meanwhile. Nobody can keep that up for so long by chance.
constexpr int kMaxAttempts = 128;

}  // namespace

UniqueFd TryOpenBeneath(int root, const std::string& path, int flags, Links links, int& error) noexcept {
  struct open_how how = {};
  how.flags = static_cast<unsigned>(flags | O_CLOEXEC);
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  if (links == Links::kRefused) {
    how.flags |= O_NOFOLLOW;
    how.resolve |= RESOLVE_NO_SYMLINKS;
  }
  for (int attempt = 0; attempt < kMaxAttempts; ++attempt) {
    const auto fd = static_cast<int>(::syscall(SYS_openat2, root, path.c_str(), &how, sizeof(how)));
    if (fd >= 0) return UniqueFd(fd);
    error = errno;
    if (error != EAGAIN && error != EINTR) break;
  }
  return {};
}

}  // namespace goru::support
