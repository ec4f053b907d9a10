// A system that will not take memory away. For programs that are linked with -Wl,--wrap=mprotect; included once in
// each.
#pragma once

#include <sys/mman.h>

#include <atomic>
#include <cerrno>
#include <cstddef>

namespace goru::test {

/// So many of the next calls that would make memory inaccessible fail, as they do when the kernel is out of memory for
/// its tables.
inline std::atomic<int> mprotects_to_refuse{0};

}  // namespace goru::test

// The names are the linker's.
extern "C" int __real_mprotect(void* address, size_t size, int protection);  // NOLINT(bugprone-reserved-identifier)

// NOLINTNEXTLINE(bugprone-reserved-identifier)
extern "C" [[gnu::used]] inline int __wrap_mprotect(void* address, size_t size, int protection) {
  if (protection == PROT_NONE && goru::test::mprotects_to_refuse.load() > 0) {
    --goru::test::mprotects_to_refuse;
    errno = ENOMEM;
    return -1;
  }
  return __real_mprotect(address, size, protection);
}
