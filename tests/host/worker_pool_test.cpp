#include "host/worker_pool.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <set>

#include "common/sandbox.hpp"

namespace goru::host {
namespace {

TEST(WorkerPool, RunsEverythingBeforeItEnds) {
  std::atomic<int> done{0};
  {
    WorkerPool pool(3);
    for (int i = 0; i < 1000; ++i) pool.Submit([&] { ++done; });
  }
  EXPECT_EQ(done, 1000);
}

TEST(WorkerPool, DrainWaitsForAll) {
  WorkerPool pool(3);
  pool.Drain();
  std::atomic<int> done{0};
  for (int round = 1; round <= 50; ++round) {
    for (int i = 0; i < 20; ++i) pool.Submit([&] { ++done; });
    pool.Drain();
    EXPECT_EQ(done, round * 20);
  }
}

TEST(WorkerPool, ThreadsGrowToTheMaximum) {
  constexpr int kThreads = 8;
  WorkerPool pool(kThreads);
  std::barrier barrier(kThreads);
  // Would never end with fewer threads.
  for (int i = 0; i < kThreads; ++i) pool.Submit([&] { barrier.arrive_and_wait(); });
  pool.Drain();
}

TEST(WorkerPool, NoMoreThanTheMaximum) {
  std::mutex mutex;
  std::set<std::thread::id> threads;
  {
    WorkerPool pool(2);
    for (int i = 0; i < 200; ++i) {
      pool.Submit([&] {
        const std::lock_guard lock(mutex);
        threads.insert(std::this_thread::get_id());
      });
    }
  }
  EXPECT_LE(threads.size(), 2U);
}

TEST(WorkerPool, ZeroThreadsMeansOne) {
  std::atomic<bool> ran{false};
  {
    WorkerPool pool(0);
    pool.Submit([&] { ran = true; });
  }
  EXPECT_TRUE(ran);
}

TEST(WorkerPool, TasksMaySubmit) {
  std::atomic<int> done{0};
  WorkerPool pool(1);
  pool.Submit([&] {
    pool.Submit([&] { ++done; });
    ++done;
  });
  pool.Drain();
  EXPECT_EQ(done, 2);
}

}  // namespace
}  // namespace goru::host
