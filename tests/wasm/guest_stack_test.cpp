#include "wasm/guest_stack.hpp"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include <array>
#include <atomic>
#include <barrier>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "common/raw_sandbox.hpp"
#include "common/thread.hpp"
#include "wasm/page_size.hpp"

namespace goru::wasm {
namespace {

uintptr_t Here() { return reinterpret_cast<uintptr_t>(__builtin_frame_address(0)); }

struct Mapping {
  uintptr_t low;
  uintptr_t high;
};

/// The process's stacks for guests: no other mapping has their size.
std::vector<Mapping> Stacks() {
  std::vector<Mapping> stacks;
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    unsigned long low = 0;
    unsigned long high = 0;
    std::array<char, 5> access = {};
    if (std::sscanf(line.c_str(), "%lx-%lx %4s", &low, &high, access.data()) != 3) continue;
    if (high - low == kGuestStackSize && std::string_view(access.data()) == "rw-p") stacks.push_back({low, high});
  }
  return stacks;
}

size_t ResidentBytes(const Mapping& mapping) {
  std::vector<unsigned char> pages((mapping.high - mapping.low) / kPageSize);
  if (::mincore(reinterpret_cast<void*>(mapping.low), mapping.high - mapping.low, pages.data()) != 0) return ~size_t{0};
  size_t resident = 0;
  for (const unsigned char page : pages) resident += (page & 1) * kPageSize;
  return resident;
}

/// Calls `then` with the stack pointer below `target`, having touched all on the way there.
__attribute__((noinline)) void DownTo(uintptr_t target, const std::function<void()>& then) {
  std::array<volatile char, 1024> frame;
  for (size_t i = 0; i < frame.size(); i += 64) frame[i] = 1;
  if (Here() > target) {
    DownTo(target, then);
  } else {
    then();
  }
  frame[0] = 2;
}

/// The same, `bytes` deeper than the caller.
void Deeper(size_t bytes, const std::function<void()>& then) { DownTo(Here() - bytes, then); }

TEST(GuestStack, WorkRunsElsewhereOnTheSameThread) {
  const uintptr_t outside = Here();
  uintptr_t inside = 0;
  std::thread::id thread;
  ASSERT_TRUE(OnGuestStack([&] {
    inside = Here();
    thread = std::this_thread::get_id();
  }));
  EXPECT_EQ(thread, std::this_thread::get_id());
  EXPECT_GT(inside > outside ? inside - outside : outside - inside, kHostStack);
  bool found = false;
  for (const Mapping& stack : Stacks()) found = found || (inside >= stack.low && inside < stack.high);
  EXPECT_TRUE(found);
}

TEST(GuestStack, StaysWhereThereIsRoomAndMovesWhereThereIsNot) {
  bool stayed = false;
  bool moved = false;
  ASSERT_TRUE(OnGuestStack([&] {
    const uintptr_t outer = Here();
    EXPECT_TRUE(OnGuestStack([&] { stayed = outer - Here() < kHostStack; }));
    Deeper(2 * kHostStack, [&] {
      const uintptr_t deep = Here();
      EXPECT_TRUE(OnGuestStack([&] {
        const uintptr_t inner = Here();
        moved = inner > deep || deep - inner > kHostStack;
        // There is all of a guest's room again.
        Deeper(kMaxGuestStack + kHostStack - (size_t{64} << 10), [] {});
      }));
    });
    // The outer stack is the thread's again.
    EXPECT_TRUE(OnGuestStack([&] { EXPECT_LT(outer - Here(), kHostStack); }));
  }));
  EXPECT_TRUE(stayed);
  EXPECT_TRUE(moved);
}

TEST(GuestStack, ExceptionsPass) {
  ASSERT_TRUE(OnGuestStack([] {}));
  const size_t before = Stacks().size();
  const auto fail = [] { (void)OnGuestStack([] { throw std::runtime_error("from there"); }); };
  for (int i = 0; i < 40; ++i) {
    try {
      fail();
      FAIL();
    } catch (const std::runtime_error& error) {
      EXPECT_STREQ(error.what(), "from there");
    }
  }
  // They were given back, and the thread is where it was.
  EXPECT_EQ(Stacks().size(), before);
  // A handler of the caller's is not in the way.
  try {
    throw std::runtime_error("outer");
  } catch (const std::runtime_error& outer) {
    EXPECT_THROW(fail(), std::runtime_error);
    EXPECT_STREQ(outer.what(), "outer");
  }
}

TEST(GuestStack, HasAGuardBelow) {
  ASSERT_TRUE(OnGuestStack([] {}));
  ASSERT_FALSE(Stacks().empty());
  for (const Mapping& stack : Stacks()) {
    for (size_t below = 1; below <= (size_t{1} << 20); below += size_t{64} << 10) {
      EXPECT_FALSE(test::IsReadable(reinterpret_cast<const uint8_t*>(stack.low - below))) << below;
    }
  }
}

TEST(GuestStack, GivesBackWhatItGrew) {
  size_t grown = 0;
  ASSERT_TRUE(OnGuestStack([&] {
    Deeper(size_t{8} << 20, [] {});
    for (const Mapping& stack : Stacks()) {
      if (Here() >= stack.low && Here() < stack.high) grown = ResidentBytes(stack);
    }
  }));
  EXPECT_GE(grown, size_t{8} << 20);
  ASSERT_FALSE(Stacks().empty());
  for (const Mapping& stack : Stacks()) EXPECT_LE(ResidentBytes(stack), size_t{160} << 10);
}

TEST(GuestStack, AFewAreKept) {
  constexpr int kThreads = 40;
  std::barrier all(kThreads);
  std::atomic<int> ran{0};
  size_t most = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&, i] {
        EXPECT_TRUE(OnGuestStack([&] {
          all.arrive_and_wait();
          if (i == 0) most = Stacks().size();
          ++ran;
          all.arrive_and_wait();
        }));
      });
    }
  }
  EXPECT_EQ(ran, kThreads);
  EXPECT_GE(most, static_cast<size_t>(kThreads));
  EXPECT_LE(Stacks().size(), 16U);
}

TEST(GuestStack, WithoutMemoryTheWorkIsNotDone) {
  rlimit before = {};
  ASSERT_EQ(::getrlimit(RLIMIT_AS, &before), 0);
  int depth = 0;
  bool refused = false;
  // Each level uses up the room of a stack, so that the next one needs another; those that are kept run out.
  std::function<void()> level = [&] {
    if (++depth > 40) return;
    Deeper(2 * kHostStack, [&] {
      bool called = false;
      const bool done = OnGuestStack([&] {
        called = true;
        level();
      });
      EXPECT_EQ(done, called);
      refused = refused || !done;
    });
  };
  ASSERT_TRUE(OnGuestStack([&] {
    const rlimit none = {.rlim_cur = 1, .rlim_max = before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_AS, &none), 0);
    level();
    ASSERT_EQ(::setrlimit(RLIMIT_AS, &before), 0);
  }));
  EXPECT_TRUE(refused);
  EXPECT_TRUE(OnGuestStack([] {}));
}

TEST(GuestStack, CallerNeedsLittle) {
  bool ran = false;
  test::OnThread(test::kSmallStack,
                 [&] { ASSERT_TRUE(OnGuestStack([&] { Deeper(kMaxGuestStack, [&] { ran = true; }); })); });
  EXPECT_TRUE(ran);
}

}  // namespace
}  // namespace goru::wasm
