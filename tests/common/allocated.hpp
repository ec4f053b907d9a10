// How much of the heap is in use.
#pragma once

#include <malloc.h>

#include <cstddef>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
// Of the sanitizers' interface; GCC does not install the header.
extern "C" size_t __sanitizer_get_current_allocated_bytes();
#endif

namespace goru::test {

/// Bytes that this process has allocated and not freed, as its allocator counts them.
inline size_t Allocated() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  // The sanitizers have allocators of their own.
  return ::__sanitizer_get_current_allocated_bytes();
#else
  const struct mallinfo2 info = ::mallinfo2();
  return info.uordblks + info.hblkhd;
#endif
}

}  // namespace goru::test
