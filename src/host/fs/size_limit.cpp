#include "host/fs/size_limit.hpp"

#include <sys/resource.h>

#include <cerrno>

#include "host/fs/errors.hpp"

namespace goru::host::fs {

void RequireBelowSizeLimit(uint64_t offset, uint64_t size) {
  struct rlimit largest = {};
  if (::getrlimit(RLIMIT_FSIZE, &largest) != 0 || largest.rlim_cur == RLIM_INFINITY) return;
  if (offset > largest.rlim_cur || size > largest.rlim_cur - offset) throw FsError(EFBIG);
}

}  // namespace goru::host::fs
