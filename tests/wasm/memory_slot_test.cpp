#include "wasm/memory_slot.hpp"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <vector>

#include "common/raw_sandbox.hpp"
#include "wasm/page_size.hpp"

namespace goru::wasm {
namespace {

using test::ExpectClean;
using test::IsReadable;
using test::Must;
using ResetMethod = MemorySlot::ResetMethod;

std::vector<uint8_t> Pattern(size_t size) {
  std::vector<uint8_t> bytes(size);
  for (size_t i = 0; i < size; ++i) bytes[i] = static_cast<uint8_t>(i * 31 + i / 4096);
  return bytes;
}

class MemorySlotTest : public testing::TestWithParam<ResetMethod> {
 protected:
  void SetUp() override {
    if (GetParam() == ResetMethod::kDirtyPages && !MemorySlot::HasDirtyPageList()) {
      GTEST_SKIP() << "this kernel has no PAGEMAP_SCAN";
    }
  }
  const std::shared_ptr<const MemoryImage> image_ = Must(MemoryImage::FromBytes(Pattern(size_t{8} << 20)));
};

INSTANTIATE_TEST_SUITE_P(Methods, MemorySlotTest,
                         testing::Values(ResetMethod::kBest, ResetMethod::kDirtyPages, ResetMethod::kDiscard));

TEST_P(MemorySlotTest, GrowsWithinABudgetAndGivesItBack) {
  const auto budget = std::make_shared<support::ByteBudget>(image_->size() + 10 * kWasmPageSize, "the budget");
  auto slot = Must(MemorySlot::Create(image_));
  support::HeldBytes held(budget);
  ASSERT_TRUE(held.Grow(slot->size()));
  slot->set_held(std::move(held));
  EXPECT_TRUE(slot->Grow(image_->size() + 6 * kWasmPageSize));
  EXPECT_EQ(budget->used(), slot->size());
  EXPECT_FALSE(slot->Grow(image_->size() + 11 * kWasmPageSize));
  EXPECT_TRUE(slot->limit_hit());
  EXPECT_TRUE(slot->budget_hit());
  EXPECT_EQ(budget->used(), slot->size());
  slot->clear_limit_hit();
  EXPECT_FALSE(slot->budget_hit());
  EXPECT_TRUE(slot->Grow(image_->size() + 10 * kWasmPageSize));
  // Its own limit takes nothing of the budget.
  slot->set_limit(slot->size());
  EXPECT_FALSE(slot->Grow(image_->size() + 11 * kWasmPageSize));
  EXPECT_TRUE(slot->limit_hit());
  EXPECT_FALSE(slot->budget_hit());
  ASSERT_TRUE(slot->Reset(GetParam()));
  EXPECT_EQ(budget->used(), 0U);
  slot->set_limit(SIZE_MAX);
  EXPECT_TRUE(slot->Grow(image_->size() + 11 * kWasmPageSize));
  EXPECT_EQ(budget->used(), 0U);
}

TEST_P(MemorySlotTest, StartsAsTheImage) {
  auto slot = Must(MemorySlot::Create(image_));
  ExpectClean(*slot, *image_);
}

TEST_P(MemorySlotTest, ResetUndoesWritesAnywhere) {
  auto slot = Must(MemorySlot::Create(image_));
  for (int round = 0; round < 3; ++round) {
    // First and last byte, single pages, a long run that goes beyond what is kept, and pages only read.
    slot->base()[0] ^= 1;
    slot->base()[image_->size() - 1] ^= 1;
    for (size_t at = 0; at < image_->size(); at += 37 * kPageSize) slot->base()[at + 5] = 99;
    std::memset(slot->base() + (size_t{1} << 20), round, size_t{5} << 20);
    volatile uint8_t sum = 0;
    for (size_t at = size_t{7} << 20; at < image_->size(); at += kPageSize) sum = sum + slot->base()[at];
    ASSERT_TRUE(slot->Reset(GetParam()));
    ExpectClean(*slot, *image_);
  }
}

TEST_P(MemorySlotTest, GrownMemoryIsZeroAndGoesWithReset) {
  auto slot = Must(MemorySlot::Create(image_));
  const size_t more = image_->size() + 3 * kWasmPageSize;
  for (int round = 0; round < 2; ++round) {
    ASSERT_TRUE(slot->Grow(more));
    EXPECT_EQ(slot->size(), more);
    for (size_t at = image_->size(); at < more; ++at) ASSERT_EQ(slot->base()[at], 0) << at;
    std::memset(slot->base() + image_->size(), 0xAB, more - image_->size());
    EXPECT_FALSE(IsReadable(slot->base() + more));
    ASSERT_TRUE(slot->Reset(GetParam()));
    ExpectClean(*slot, *image_);
  }
}

TEST_P(MemorySlotTest, RevokedMemoryComesBackClean) {
  auto slot = Must(MemorySlot::Create(image_));
  std::memset(slot->base(), 1, size_t{1} << 20);
  ASSERT_TRUE(slot->Grow(image_->size() + kWasmPageSize));
  slot->base()[image_->size()] = 7;
  ASSERT_TRUE(slot->Revoke());
  EXPECT_FALSE(IsReadable(slot->base()));
  EXPECT_FALSE(IsReadable(slot->base() + image_->size()));
  ASSERT_TRUE(slot->Reset(GetParam()));
  ExpectClean(*slot, *image_);
  slot->base()[0] = 1;
}

TEST_P(MemorySlotTest, WarmChangesNothing) {
  auto slot = Must(MemorySlot::Create(image_));
  slot->Warm();
  ExpectClean(*slot, *image_);
  ASSERT_TRUE(slot->Reset(GetParam()));
  ExpectClean(*slot, *image_);
}

TEST(MemorySlot, GrowKeepsToTheLimit) {
  auto slot = Must(MemorySlot::Create(nullptr));
  slot->set_limit(10 * kWasmPageSize);
  EXPECT_TRUE(slot->Grow(10 * kWasmPageSize));
  EXPECT_FALSE(slot->limit_hit());
  EXPECT_FALSE(slot->Grow(10 * kWasmPageSize + 1));
  EXPECT_TRUE(slot->limit_hit());
  EXPECT_EQ(slot->size(), 10 * kWasmPageSize);
  slot->clear_limit_hit();
  EXPECT_FALSE(slot->limit_hit());
  // Less than there is changes nothing.
  EXPECT_TRUE(slot->Grow(1));
  EXPECT_EQ(slot->size(), 10 * kWasmPageSize);
  slot->set_limit(SIZE_MAX);
  EXPECT_EQ(slot->limit(), MemorySlot::kReservation);
  EXPECT_FALSE(slot->Grow(MemorySlot::kReservation + 1));
}

TEST(MemorySlot, CountsPrivateBytes) {
  if (!MemorySlot::HasDirtyPageList()) GTEST_SKIP();
  const auto image = Must(MemoryImage::FromBytes(Pattern(size_t{1} << 20)));
  auto slot = Must(MemorySlot::Create(image));
  EXPECT_EQ(slot->PrivateBytes(), 0U);
  slot->base()[0] = 1;
  slot->base()[5 * kPageSize] = 1;
  EXPECT_EQ(slot->PrivateBytes(), 2 * kPageSize);
}

TEST(MemorySlot, SlotsOfOneImageAreIndependent) {
  const auto image = Must(MemoryImage::FromBytes(Pattern(size_t{1} << 20)));
  auto a = Must(MemorySlot::Create(image));
  auto b = Must(MemorySlot::Create(image));
  std::memset(a->base(), 0, a->size());
  ExpectClean(*b, *image);
}

TEST(MemoryImage, RefusesWhatIsNotThere) {
  EXPECT_FALSE(MemoryImage::Open(support::UniqueFd(), 0, kPageSize, {}).ok());
  support::UniqueFd small(::memfd_create("test", MFD_CLOEXEC));
  ASSERT_EQ(::ftruncate(small.get(), kPageSize), 0);
  EXPECT_FALSE(MemoryImage::Open(std::move(small), 0, 2 * kPageSize, {}).ok());
  EXPECT_FALSE(MemoryImage::Open(support::UniqueFd(::memfd_create("test", MFD_CLOEXEC)), 1, kPageSize, {}).ok());
}

}  // namespace
}  // namespace goru::wasm
