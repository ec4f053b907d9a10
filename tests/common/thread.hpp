// Threads as embedders have them: with a stack of a given size, with signals blocked, with a signal stack of their own.
#pragma once

#include <gtest/gtest.h>
#include <pthread.h>
#include <sys/mman.h>

#include <cstddef>
#include <functional>

namespace goru::test {

/// What a caller of goru needs. Sanitizers make every frame several times as large.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr size_t kSmallStack = size_t{1} << 20;
#else
inline constexpr size_t kSmallStack = size_t{64} << 10;
#endif

/// Runs `work` on a thread that has `stack_size` bytes of stack and not a byte more, and waits for it.
inline void OnThread(size_t stack_size, std::function<void()> work) {
  constexpr size_t kGuard = size_t{1} << 20;
  void* mapping = ::mmap(nullptr, kGuard + stack_size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  ASSERT_NE(mapping, MAP_FAILED);
  char* stack = static_cast<char*>(mapping) + kGuard;
  ASSERT_EQ(::mprotect(stack, stack_size, PROT_READ | PROT_WRITE), 0);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  ASSERT_EQ(pthread_attr_setstack(&attributes, stack, stack_size), 0);
  pthread_t thread;
  const int failed = pthread_create(
      &thread, &attributes,
      [](void* argument) -> void* {
        (*static_cast<std::function<void()>*>(argument))();
        return nullptr;
      },
      &work);
  pthread_attr_destroy(&attributes);
  ASSERT_EQ(failed, 0);
  pthread_join(thread, nullptr);
  ::munmap(mapping, kGuard + stack_size);
}

}  // namespace goru::test
