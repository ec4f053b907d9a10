#include "host/fs/read.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "host/fs/beneath.hpp"
#include "host/fs/errors.hpp"

namespace goru::host::fs {
namespace {

/// Between two blocks the run may end.
constexpr size_t kBlock = size_t{1} << 20;
/// Files that do not know their size, such as those of /proc, say 0.
constexpr size_t kSmallest = size_t{4} << 10;

FsError TooLarge(size_t limit) {
  return {EFBIG, "the file is larger than " + std::to_string(limit) + " bytes (WithSessionFsLimits, --fs-max-file)"};
}

size_t ReadBlock(int fd, uint8_t* into, size_t size) {
  for (;;) {
    const ssize_t n = ::read(fd, into, std::min(size, kBlock));
    if (n >= 0) return static_cast<size_t>(n);
    if (errno != EINTR) throw FsError(errno);
  }
}

}  // namespace

std::vector<uint8_t> ReadFile(const Access& access, const VirtualPath& path) {
  const Target target = access.mounts.Locate(path);
  if (target.holds_mounts) throw FsError(EISDIR);
  const RegularFile file = OpenRegular(target.mount->root.get(), target.relative, O_RDONLY);
  const size_t limit = access.limits.read_bytes;
  const auto size = static_cast<uint64_t>(std::max<off_t>(file.status.st_size, 0));
  if (size > limit) throw TooLarge(limit);
  // One byte more than expected shows a file that has grown, and the end of one that has not. The limit holds anyway.
  const size_t expected = std::max(static_cast<size_t>(size), kSmallest) + 1;
  access.call.Reserve(expected);
  std::vector<uint8_t> bytes(expected);
  size_t done = 0;
  for (;;) {
    ThrowIfStopped(access.stop);
    const size_t n = ReadBlock(file.fd.get(), bytes.data() + done, bytes.size() - done);
    done += n;
    if (done > limit) throw TooLarge(limit);
    if (n == 0) break;
    if (done < bytes.size()) continue;
    const size_t larger = std::min(bytes.size() * 2, std::max(limit, kSmallest) + 1);
    access.call.Reserve(larger - bytes.size());
    bytes.resize(larger);
  }
  bytes.resize(done);
  return bytes;
}

}  // namespace goru::host::fs
