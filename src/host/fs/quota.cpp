#include "host/fs/quota.hpp"

#include <cerrno>
#include <string>

#include "host/fs/errors.hpp"

namespace goru::host::fs {

void Quota::Charge(uint64_t bytes) {
  uint64_t used = used_.load(std::memory_order_relaxed);
  do {
    if (bytes > limit_ - used) {
      throw FsError(EDQUOT, "the session has written " + std::to_string(used) + " of its " + std::to_string(limit_) +
                                " bytes, and this takes " + std::to_string(bytes) +
                                " (WithSessionFsLimits, --fs-max-total-write)");
    }
  } while (!used_.compare_exchange_weak(used, used + bytes, std::memory_order_relaxed));
}

}  // namespace goru::host::fs
