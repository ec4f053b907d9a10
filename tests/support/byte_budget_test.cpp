#include "support/byte_budget.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <random>
#include <thread>
#include <vector>

namespace goru::support {
namespace {

constexpr size_t kMiB = size_t{1} << 20;

TEST(ByteBudget, HasSoManyAndNoMore) {
  ByteBudget budget(100, "hundred");
  EXPECT_TRUE(budget.Take(60));
  EXPECT_FALSE(budget.Take(41));
  EXPECT_FALSE(budget.Take(SIZE_MAX));
  EXPECT_EQ(budget.used(), 60U);
  EXPECT_TRUE(budget.Take(40));
  EXPECT_FALSE(budget.Take(1));
  EXPECT_TRUE(budget.Take(0));
  budget.Give(100);
  EXPECT_EQ(budget.used(), 0U);
}

TEST(ByteBudget, DrawsOnTheOneAboveBeyondItsOwn) {
  const auto all = std::make_shared<ByteBudget>(kMiB, "all");
  {
    ByteBudget one(4 * kMiB, "one", all);
    EXPECT_TRUE(one.Take(ByteBudget::kOwn));
    EXPECT_EQ(all->used(), 0U);
    EXPECT_TRUE(one.Take(1));
    EXPECT_EQ(all->used(), ByteBudget::kStep);
    EXPECT_FALSE(one.Take(2 * kMiB));
    EXPECT_EQ(one.WhatRefuses(2 * kMiB), "all");
    EXPECT_EQ(one.WhatRefuses(5 * kMiB), "one");
    EXPECT_EQ(one.used(), ByteBudget::kOwn + 1);
    // The very last byte is to be had, though no whole step is left.
    EXPECT_TRUE(one.Take(kMiB - 1));
    EXPECT_EQ(all->used(), kMiB);
    EXPECT_FALSE(one.Take(1));
    ByteBudget other(kMiB, "other", all);
    EXPECT_TRUE(other.Take(ByteBudget::kOwn));
    EXPECT_FALSE(other.Take(1));
    one.Give(kMiB);
    EXPECT_TRUE(other.Take(1));
    one.Give(ByteBudget::kOwn);
    other.Give(ByteBudget::kOwn + 1);
    EXPECT_EQ(all->used(), 0U) << "nothing is kept from others at rest";
    EXPECT_TRUE(one.Take(kMiB / 2));
    one.Give(0);
    one.Give(kMiB / 2);
  }
  EXPECT_EQ(all->used(), 0U);
}

TEST(ByteBudget, WhatIsThereAlreadyMayGoBeyond) {
  const auto all = std::make_shared<ByteBudget>(8 * kMiB, "all");
  {
    ByteBudget one(4 * kMiB, "one", all);
    ASSERT_TRUE(one.Take(3 * kMiB));
    EXPECT_FALSE(one.Take(2 * kMiB));
    EXPECT_TRUE(one.TakeLate(2 * kMiB));
    EXPECT_FALSE(one.Take(1));
    EXPECT_TRUE(one.TakeLate(kMiB));
    EXPECT_FALSE(one.TakeLate(1));
    EXPECT_FALSE(one.TakeLate(5 * kMiB));
    EXPECT_EQ(one.used(), 6 * kMiB);
    EXPECT_EQ(all->used(), 6 * kMiB - ByteBudget::kOwn);
    ByteBudget other(16 * kMiB, "other", all);
    ASSERT_TRUE(other.TakeLate(6 * kMiB));
    EXPECT_FALSE(other.TakeLate(kMiB));
    other.Give(6 * kMiB);
    one.Give(6 * kMiB);
    EXPECT_TRUE(one.Take(4 * kMiB));
    one.Give(4 * kMiB);
  }
  EXPECT_EQ(all->used(), 0U);
}

TEST(ByteBudget, WhatIsHandedOverMayGoFurther) {
  const auto all = std::make_shared<ByteBudget>(8 * kMiB, "all");
  {
    ByteBudget one(4 * kMiB, "one", all);
    EXPECT_EQ(one.LeftToHandOver(), 4 * kMiB);
    ASSERT_TRUE(one.Take(4 * kMiB) && one.TakeLate(2 * kMiB));
    EXPECT_FALSE(one.TakeLate(1));
    EXPECT_EQ(one.LeftToHandOver(), kMiB);
    EXPECT_FALSE(one.TakeToHandOver(kMiB + 1));
    EXPECT_TRUE(one.TakeToHandOver(kMiB));
    EXPECT_EQ(one.LeftToHandOver(), 0U);
    EXPECT_FALSE(one.TakeToHandOver(1));
    one.Give(kMiB);
    // The one above has its own measure.
    ByteBudget other(16 * kMiB, "other", all);
    ASSERT_TRUE(other.TakeLate(6 * kMiB));
    EXPECT_LE(other.LeftToHandOver(), 2 * kMiB + 2 * ByteBudget::kOwn);
    EXPECT_TRUE(other.TakeToHandOver(2 * kMiB));
    EXPECT_FALSE(other.TakeToHandOver(kMiB));
    other.Give(8 * kMiB);
    one.Give(6 * kMiB);
    EXPECT_EQ(one.LeftToHandOver(), 4 * kMiB);
  }
  EXPECT_EQ(all->used(), 0U);
}

TEST(ByteBudget, SmallerThanItsOwnShare) {
  const auto all = std::make_shared<ByteBudget>(10, "all");
  ByteBudget one(100, "one", all);
  EXPECT_TRUE(one.Take(100));
  EXPECT_FALSE(one.Take(1));
  EXPECT_EQ(all->used(), 0U);
  one.Give(100);
}

TEST(ByteBudget, CountsRightlyFromManyThreads) {
  constexpr size_t kLimit = 8 * kMiB;
  const auto all = std::make_shared<ByteBudget>(kLimit, "all");
  {
    std::vector<std::shared_ptr<ByteBudget>> below;
    for (int i = 0; i < 3; ++i) below.push_back(std::make_shared<ByteBudget>(4 * kMiB, "below", all));
    std::atomic<size_t> taken{0};
    {
      std::vector<std::jthread> threads;
      for (unsigned t = 0; t < 6; ++t) {
        threads.emplace_back([&, t] {
          std::minstd_rand random(t + 1);
          std::vector<HeldBytes> held;
          for (int i = 0; i < 20'000; ++i) {
            if (held.size() > 20 || (random() % 2 == 0 && !held.empty())) {
              taken -= held.back().bytes();
              held.pop_back();
              continue;
            }
            HeldBytes bytes(below[t % below.size()]);
            if (!bytes.Grow(random() % (random() % 8 == 0 ? kMiB : 1000))) continue;
            taken += bytes.bytes();
            held.push_back(std::move(bytes));
          }
          for (const HeldBytes& bytes : held) taken -= bytes.bytes();
        });
      }
      for (int i = 0; i < 1000; ++i) {
        EXPECT_LE(all->used(), kLimit);
        std::this_thread::yield();
      }
    }
    EXPECT_EQ(taken, 0U);
    for (const auto& one : below) EXPECT_EQ(one->used(), 0U);
    // Each has all that the limits allow, as at the start.
    EXPECT_TRUE(below[0]->Take(4 * kMiB));
    EXPECT_TRUE(below[1]->Take(4 * kMiB));
    EXPECT_FALSE(below[2]->Take(kMiB));
    below[0]->Give(4 * kMiB);
    below[1]->Give(4 * kMiB);
  }
  EXPECT_EQ(all->used(), 0U);
}

TEST(HeldBytes, AreGivenBack) {
  const auto budget = std::make_shared<ByteBudget>(100, "hundred");
  {
    HeldBytes held(budget);
    EXPECT_TRUE(held.Grow(80));
    EXPECT_FALSE(held.Grow(21));
    EXPECT_EQ(held.bytes(), 80U);
    held.ShrinkTo(90);
    EXPECT_EQ(held.bytes(), 80U);
    held.ShrinkTo(50);
    EXPECT_EQ(budget->used(), 50U);
    {
      HeldBytes part = held.Split(20);
      EXPECT_EQ(part.bytes(), 20U);
      EXPECT_EQ(held.bytes(), 30U);
      EXPECT_EQ(budget->used(), 50U);
      HeldBytes moved(std::move(part));
      EXPECT_EQ(budget->used(), 50U);
    }
    EXPECT_EQ(budget->used(), 30U);
    HeldBytes rest = held.Split(1000);
    EXPECT_EQ(rest.bytes(), 30U);
    held = std::move(rest);
    EXPECT_EQ(budget->used(), 30U);
    HeldBytes more(budget);
    EXPECT_TRUE(more.Grow(5));
    more.Join(std::move(held));
    more.Join(HeldBytes());
    EXPECT_EQ(more.bytes(), 35U);
    HeldBytes all;
    all.Join(std::move(more));
    EXPECT_EQ(all.bytes(), 35U);
    EXPECT_EQ(budget->used(), 35U);
  }
  EXPECT_EQ(budget->used(), 0U);
}

TEST(HeldBytes, OfNoBudgetAreNotCounted) {
  HeldBytes held;
  EXPECT_TRUE(held.Grow(SIZE_MAX));
  EXPECT_EQ(held.bytes(), 0U);
  held.ShrinkTo(0);
  EXPECT_EQ(held.Split(10).bytes(), 0U);
}

}  // namespace
}  // namespace goru::support
