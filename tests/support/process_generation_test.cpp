#include "support/process_generation.hpp"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/syscall.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>

#include "common/forked.hpp"
#include "support/caught.hpp"

namespace goru::support {
namespace {

using goru::test::Complaints;
using goru::test::InChild;

TEST(ProcessGeneration, IsTheSameInAllThreads) {
  const uint64_t here = ProcessGeneration();
  EXPECT_GE(here, 1U);
  uint64_t there = 0;
  std::thread([&there] { there = ProcessGeneration(); }).join();
  EXPECT_EQ(here, there);
}

TEST(ProcessGeneration, ChildrenAreOthers) {
  const Origin origin;
  const uint64_t here = ProcessGeneration();
  const auto expect_other = [&](Complaints& complaints) {
    complaints.Check(origin.forked() && ProcessGeneration() > here, "a child is not another process");
    const Origin own;
    complaints.Check(!own.forked(), "a child's own is another's");
    InChild([&](Complaints& inner) {
      inner.Check(origin.forked() && own.forked() && !Origin().forked(), "a grandchild is not another process");
    });
    complaints.Check(!testing::Test::HasFailure(), "the grandchild complains");
  };
  InChild(expect_other);
  // Ways that pthread_atfork does not see.
  InChild(expect_other, [] { return ::_Fork(); });
  InChild(expect_other, [] { return static_cast<pid_t>(::syscall(SYS_clone, SIGCHLD, nullptr, nullptr, nullptr, 0)); });
  EXPECT_FALSE(origin.forked());
  EXPECT_EQ(ProcessGeneration(), here);
}

TEST(ProcessGeneration, GrandchildOfAChildThatNeverAskedIsAnother) {
  const Origin origin;
  InChild([&](Complaints& complaints) {
    InChild([&](Complaints& inner) { inner.Check(origin.forked(), "a grandchild is not another process"); });
    complaints.Check(!testing::Test::HasFailure(), "the grandchild complains");
  });
}

TEST(ProcessGeneration, ThrowsAndIsCaughtAsItsError) {
  const Origin origin;
  origin.ThrowIfForked();
  InChild([&](Complaints& complaints) {
    try {
      origin.ThrowIfForked();
      complaints.Check(false, "nothing was thrown");
    } catch (...) {
      complaints.Check(CaughtError().kind == ErrorKind::kForked, "another error");
    }
  });
}

TEST(ProcessGeneration, WhatIsAbandonedIsNotDestroyed) {
  struct Loud {
    explicit Loud(bool& was) : destroyed(was) {}
    ~Loud() { destroyed = true; }
    bool& destroyed;
  };
  bool destroyed = false;
  auto owner = std::make_shared<Loud>(destroyed);
  const std::weak_ptr<Loud> watch = owner;
  Loud* loud = owner.get();
  Abandon(owner);
  EXPECT_EQ(owner, nullptr);
  EXPECT_FALSE(destroyed);
  ASSERT_FALSE(watch.expired());
  EXPECT_EQ(watch.lock().get(), loud);
  // Ended here after all, so that no sanitizer finds a leak. What counts is that it was still there.
  static const std::shared_ptr<Loud> kept = watch.lock();
}

template <typename Hold>
class HoldForkTest : public testing::Test {};
using Holds = testing::Types<HoldFork, HoldForkInHandler>;
TYPED_TEST_SUITE(HoldForkTest, Holds);

TYPED_TEST(HoldForkTest, ForkWaitsForIt) {
  std::atomic<bool> forked{false};
  std::thread forker;
  {
    const TypeParam hold;
    forker = std::thread([&forked] {
      InChild([](Complaints&) {
        // It is free again, for the child's own.
        {
          const TypeParam own;
        }
        InChild([](Complaints&) {});
      });
      forked = true;
    });
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    EXPECT_FALSE(forked);
  }
  forker.join();
  EXPECT_TRUE(forked);
  const TypeParam after;
}

TEST(HoldForkInHandler, WaitsForForks) {
  std::atomic<bool> enough{false};
  std::thread holder([&enough] {
    while (!enough) const HoldForkInHandler hold;
  });
  for (int i = 0; i < 50; ++i) {
    InChild([](Complaints&) { const HoldForkInHandler own; });
  }
  enough = true;
  holder.join();
}

}  // namespace
}  // namespace goru::support
