#include "host/worker_pool.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <memory>
#include <set>
#include <vector>

#include "common/sandbox.hpp"

namespace goru::host {
namespace {

using test::Door;

/// Work for a pool that must run.
WorkerPool::Task Task(std::function<void()> work) {
  return [work = std::move(work)](bool run) {
    EXPECT_TRUE(run);
    work();
  };
}

TEST(WorkerPool, RunsEverythingBeforeItEnds) {
  std::atomic<int> done{0};
  {
    WorkerPool pool(3);
    for (int l = 0; l < 10; ++l) {
      const auto lane = pool.NewLane();
      for (int i = 0; i < 100; ++i) pool.Submit(lane, Task([&] { ++done; }));
    }
  }
  EXPECT_EQ(done, 1000);
}

TEST(WorkerPool, DrainWaitsForAll) {
  WorkerPool pool(3);
  pool.Drain();
  std::atomic<int> done{0};
  for (int round = 1; round <= 50; ++round) {
    const auto lane = pool.NewLane();
    for (int i = 0; i < 20; ++i) pool.Submit(lane, Task([&] { ++done; }));
    pool.Drain();
    EXPECT_EQ(done, round * 20);
  }
}

TEST(WorkerPool, ThreadsGrowToTheShareOfALane) {
  constexpr size_t kThreads = 8;
  const WorkerPool::Size size = WorkerPool::Size::Of(kThreads);
  EXPECT_EQ(size.share, 6U);
  WorkerPool pool(size);
  std::barrier barrier(static_cast<std::ptrdiff_t>(size.share));
  const auto lane = pool.NewLane();
  // Would never end with fewer threads.
  for (size_t i = 0; i < size.share; ++i) pool.Submit(lane, Task([&] { barrier.arrive_and_wait(); }));
  pool.Drain();
}

TEST(WorkerPool, NoLaneHasMoreThanItsShare) {
  WorkerPool pool(8);
  std::atomic<int> now{0};
  std::atomic<int> most{0};
  for (const size_t share : {size_t{1}, size_t{3}}) {
    most = 0;
    const auto lane = pool.NewLane(share);
    for (int i = 0; i < 300; ++i) {
      pool.Submit(lane, Task([&] {
                    const int mine = ++now;
                    int seen = most;
                    while (mine > seen && !most.compare_exchange_weak(seen, mine)) {
                    }
                    std::this_thread::yield();
                    --now;
                  }));
    }
    pool.Drain();
    EXPECT_LE(most, static_cast<int>(share));
  }
}

TEST(WorkerPool, NoMoreThreadsThanItMayHave) {
  std::mutex mutex;
  std::set<std::thread::id> threads;
  {
    WorkerPool pool({.threads = 2, .share = 2, .spare = 0});
    for (int l = 0; l < 10; ++l) {
      const auto lane = pool.NewLane();
      for (int i = 0; i < 20; ++i) {
        pool.Submit(lane, Task([&] {
                      const std::lock_guard lock(mutex);
                      threads.insert(std::this_thread::get_id());
                    }));
      }
    }
  }
  EXPECT_LE(threads.size(), 2U);
}

TEST(WorkerPool, ZeroThreadsMeansOne) {
  std::atomic<bool> ran{false};
  {
    WorkerPool pool(0);
    pool.Submit(pool.NewLane(), Task([&] { ran = true; }));
  }
  EXPECT_TRUE(ran);
}

TEST(WorkerPool, TasksMaySubmit) {
  std::atomic<int> done{0};
  WorkerPool pool(1);
  const auto lane = pool.NewLane();
  pool.Submit(lane, Task([&] {
                pool.Submit(lane, Task([&] { ++done; }));
                ++done;
              }));
  pool.Drain();
  EXPECT_EQ(done, 2);
}

TEST(WorkerPool, LanesTakeTurns) {
  // One thread, held until all is queued: then it goes from lane to lane.
  WorkerPool pool({.threads = 1, .share = 1, .spare = 0});
  Door open;
  pool.Submit(pool.NewLane(), Task([&] { open.Wait(); }));
  std::vector<int> order;
  for (int l = 0; l < 3; ++l) {
    const auto lane = pool.NewLane();
    for (int i = 0; i < 2; ++i) pool.Submit(lane, Task([&order, l] { order.push_back(l); }));
  }
  open.Open();
  pool.Drain();
  EXPECT_EQ(order, (std::vector<int>{0, 1, 2, 0, 1, 2}));
}

TEST(WorkerPool, WhoHasNoneAtWorkDoesNotWaitForThoseWhoHaveAll) {
  WorkerPool pool({.threads = 4, .share = 2, .spare = 4});
  Door open;
  std::vector<std::shared_ptr<WorkerPool::Lane>> greedy = {pool.NewLane(), pool.NewLane(), pool.NewLane()};
  for (const auto& lane : greedy) {
    for (int i = 0; i < 5; ++i) pool.Submit(lane, Task([&] { open.Wait(); }));
  }
  // Would never end if they had to let go first.
  for (int i = 0; i < 20; ++i) {
    Door done;
    pool.Submit(pool.NewLane(), Task([&] { done.Open(); }));
    done.Wait();
  }
  open.Open();
  pool.Drain();
}

TEST(WorkerPool, WhatIsLeftBehindDoesNotOccupyIt) {
  WorkerPool pool({.threads = 2, .share = 2, .spare = 4});
  Door open;
  std::atomic<int> stuck{0};
  for (int round = 0; round < 2; ++round) {
    const auto lane = pool.NewLane();
    for (int i = 0; i < 2; ++i) {
      pool.Submit(lane, Task([&] {
                    ++stuck;
                    stuck.notify_all();
                    open.Wait();
                  }));
    }
    for (int seen = stuck; seen < 2 * (round + 1); seen = stuck) stuck.wait(seen);
    // Never called: its lane is left before there is a thread for it.
    const auto token = std::make_shared<int>(0);
    pool.Submit(lane, [token](bool) { ADD_FAILURE(); });
    pool.Leave(lane);
    pool.Leave(lane);
    EXPECT_EQ(token.use_count(), 1) << "it is dropped at once";
    // Both threads that the pool should have are there for others.
    const auto other = pool.NewLane();
    Door first;
    Door second;
    Door done;
    pool.Submit(other, Task([&] {
                  first.Open();
                  second.Wait();
                  done.Open();
                }));
    pool.Submit(other, Task([&] {
                  first.Wait();
                  second.Open();
                }));
    done.Wait();
  }
  open.Open();
  pool.Drain();
  // And afterwards as before.
  std::barrier barrier(2);
  const auto lane = pool.NewLane();
  for (int i = 0; i < 2; ++i) pool.Submit(lane, Task([&] { barrier.arrive_and_wait(); }));
  pool.Drain();
}

TEST(WorkerPool, RefusesWhereNoThreadIsLeft) {
  WorkerPool pool({.threads = 1, .share = 1, .spare = 1});
  Door open;
  for (int i = 0; i < 2; ++i) {
    const auto lane = pool.NewLane();
    Door entered;
    pool.Submit(lane, Task([&] {
                  entered.Open();
                  open.Wait();
                }));
    entered.Wait();
    pool.Leave(lane);
  }
  bool refused = false;
  pool.Submit(pool.NewLane(), [&](bool run) { refused = !run; });
  EXPECT_TRUE(refused);
  EXPECT_NE(pool.Refusal().find("WithHostThreads"), std::string::npos);
  // Where the lane was left nobody waits either.
  const auto left = pool.NewLane();
  pool.Leave(left);
  refused = false;
  pool.Submit(left, [&](bool run) { refused = !run; });
  EXPECT_TRUE(refused);
  open.Open();
  pool.Drain();
  Door done;
  pool.Submit(pool.NewLane(), Task([&] { done.Open(); }));
  done.Wait();
}

TEST(WorkerPool, WhatWaitsWhenTheLastThreadIsLeftBehindIsRefused) {
  WorkerPool pool({.threads = 1, .share = 1, .spare = 0});
  Door open;
  Door entered;
  const auto lane = pool.NewLane();
  pool.Submit(lane, Task([&] {
                entered.Open();
                open.Wait();
              }));
  entered.Wait();
  bool refused = false;
  pool.Submit(pool.NewLane(), [&](bool run) { refused = !run; });
  EXPECT_FALSE(refused);
  pool.Leave(lane);
  EXPECT_TRUE(refused);
  open.Open();
}

}  // namespace
}  // namespace goru::host
