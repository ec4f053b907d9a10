#include "faults/faults.hpp"

#include <dlfcn.h>
#include <execinfo.h>
#include <pthread.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <new>
#include <span>
#include <string_view>

#if defined(__SANITIZE_ADDRESS__)
// Where an allocation fails within one of its constructors, nlohmann/json loses what that one had allocated before.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() { return "leak:nlohmann"; }
#endif

namespace {

struct Plan {
  bool armed = false;
  bool and_later = false;
  bool failed = false;
  uint64_t left = 0;
};
thread_local Plan plan;

/// Threads that the system still gives; as many as are asked for where it is the largest number.
std::atomic<uint64_t> threads_left{UINT64_MAX};

/// nlohmann/json allocates in its destructor, which nothing may be thrown from: memory that is short there ends the
/// process, and no caller can help it (docs/SECURITY.md).
bool InDestructorOfJson() noexcept {
  const bool armed = plan.armed;
  plan.armed = false;
  std::array<void*, 64> frames = {};
  const auto count = static_cast<size_t>(::backtrace(frames.data(), static_cast<int>(frames.size())));
  plan.armed = armed;
  return std::ranges::any_of(std::span(frames).first(count), [](void* address) {
    Dl_info info = {};
    if (::dladdr(address, &info) == 0 || info.dli_sname == nullptr) return false;
    const std::string_view name = info.dli_sname;
    return name.find("nlohmann") != std::string_view::npos && name.find("7destroy") != std::string_view::npos;
  });
}

bool Fails() noexcept {
  if (!plan.armed) return false;
  if (plan.left > 0) {
    --plan.left;
    return false;
  }
  if (InDestructorOfJson()) return false;
  plan.failed = true;
  plan.armed = plan.and_later;
  return true;
}

void* Allocate(size_t size, size_t alignment) noexcept {
  if (Fails()) return nullptr;
  if (alignment <= __STDCPP_DEFAULT_NEW_ALIGNMENT__) return std::malloc(size > 0 ? size : 1);
  return std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
}

void* AllocateOrThrow(size_t size, size_t alignment) {
  void* memory = Allocate(size, alignment);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

constexpr size_t kDefault = __STDCPP_DEFAULT_NEW_ALIGNMENT__;

}  // namespace

void* operator new(size_t size) { return AllocateOrThrow(size, kDefault); }
void* operator new[](size_t size) { return AllocateOrThrow(size, kDefault); }
void* operator new(size_t size, std::align_val_t alignment) {
  return AllocateOrThrow(size, static_cast<size_t>(alignment));
}
void* operator new[](size_t size, std::align_val_t alignment) {
  return AllocateOrThrow(size, static_cast<size_t>(alignment));
}
void* operator new(size_t size, const std::nothrow_t&) noexcept { return Allocate(size, kDefault); }
void* operator new[](size_t size, const std::nothrow_t&) noexcept { return Allocate(size, kDefault); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, size_t, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, size_t, std::align_val_t) noexcept { std::free(memory); }

extern "C" int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*start)(void*),
                              void* argument) {
  using Create = int (*)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
  static const auto create = reinterpret_cast<Create>(::dlsym(RTLD_NEXT, "pthread_create"));
  uint64_t left = threads_left.load();
  while (left != UINT64_MAX && left > 0 && !threads_left.compare_exchange_weak(left, left - 1)) {
  }
  return left == 0 ? EAGAIN : create(thread, attributes, start, argument);
}

namespace goru::test {

FailAllocation::FailAllocation(uint64_t number, bool and_later) noexcept { plan = {true, and_later, false, number}; }
FailAllocation::~FailAllocation() { plan.armed = false; }
bool FailAllocation::failed() const noexcept { return plan.failed; }

FailThreads::FailThreads(uint64_t given) noexcept { threads_left = given; }
FailThreads::~FailThreads() { threads_left = UINT64_MAX; }

}  // namespace goru::test
