// The largest file that the process may write (RLIMIT_FSIZE).
#pragma once

#include <cstdint>

namespace goru::host::fs {

/// Throws FsError where a file that has `size` bytes from `offset` on would be larger: the kernel would send a signal
/// that ends the process.
void RequireBelowSizeLimit(uint64_t offset, uint64_t size);

}  // namespace goru::host::fs
