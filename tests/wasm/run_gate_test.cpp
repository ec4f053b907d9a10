#include "wasm/run_gate.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "common/raw_sandbox.hpp"
#include "common/refused_mprotect.hpp"
#include "wasm/page_size.hpp"

namespace goru::wasm {
namespace {

using test::IsReadable;
using test::Must;

class RunGateTest : public testing::Test {
 protected:
  RunGateTest() { EXPECT_TRUE(slot_->Grow(kWasmPageSize)); }
  bool Revoked() const { return !IsReadable(slot_->base()); }

  const std::unique_ptr<MemorySlot> slot_ = Must(MemorySlot::Create(nullptr));
  RunGate gate_{*slot_};
};

TEST_F(RunGateTest, StopBetweenRunsDoesNothing) {
  gate_.Stop(StopReason::kTimeout);
  EXPECT_FALSE(gate_.stopped());
  gate_.Begin();
  EXPECT_TRUE(gate_.EnterWasm());
  gate_.Settle();
  gate_.End();
  gate_.Stop(StopReason::kTimeout);
  EXPECT_FALSE(gate_.stopped());
  EXPECT_FALSE(Revoked());
}

TEST_F(RunGateTest, StopOfARunningGuestTakesTheMemory) {
  gate_.Begin();
  ASSERT_TRUE(gate_.EnterWasm());
  gate_.Stop(StopReason::kTimeout);
  EXPECT_TRUE(Revoked());
  EXPECT_TRUE(gate_.signal().raised());
  EXPECT_FALSE(gate_.EnterHost());
  gate_.Settle();
  EXPECT_EQ(gate_.reason(), StopReason::kTimeout);
}

TEST_F(RunGateTest, StopInsideAHostFunctionLeavesTheMemory) {
  gate_.Begin();
  ASSERT_TRUE(gate_.EnterWasm());
  ASSERT_TRUE(gate_.EnterHost());
  gate_.Stop(StopReason::kCancelled);
  EXPECT_FALSE(Revoked());
  EXPECT_TRUE(gate_.signal().raised());
  EXPECT_FALSE(gate_.EnterWasm());
  EXPECT_FALSE(Revoked());
}

TEST_F(RunGateTest, CallbackThatCannotTrapRevokesOnItsWayBack) {
  gate_.Begin();
  ASSERT_TRUE(gate_.EnterWasm());
  ASSERT_TRUE(gate_.EnterHost());
  gate_.LeaveHostOrRevoke();
  EXPECT_FALSE(Revoked());
  ASSERT_TRUE(gate_.EnterHost());
  gate_.Stop(StopReason::kTimeout);
  gate_.LeaveHostOrRevoke();
  EXPECT_TRUE(Revoked());
}

TEST_F(RunGateTest, FirstReasonStays) {
  gate_.Begin();
  gate_.Stop(StopReason::kCancelled);
  gate_.Stop(StopReason::kTimeout);
  EXPECT_EQ(gate_.reason(), StopReason::kCancelled);
  EXPECT_FALSE(gate_.EnterWasm());
}

TEST_F(RunGateTest, BeginForgetsTheRunBefore) {
  gate_.Begin();
  gate_.Stop(StopReason::kCancelled);
  gate_.End();
  gate_.Begin();
  EXPECT_FALSE(gate_.stopped());
  EXPECT_FALSE(gate_.signal().raised());
  EXPECT_TRUE(gate_.EnterWasm());
}

TEST_F(RunGateTest, HostNeverMeetsRevokedMemory) {
  // The run's thread goes in and out and writes whenever the gate says that it may; the stopper comes at any moment.
  for (int round = 0; round < 300; ++round) {
    gate_.Begin();
    std::atomic<bool> running{false};
    std::jthread stopper([&] {
      running.wait(false);
      for (int spin = 0; spin < round; ++spin) std::this_thread::yield();
      gate_.Stop(StopReason::kTimeout);
    });
    running = true;
    running.notify_one();
    while (gate_.EnterWasm()) {
      if (!gate_.EnterHost()) break;
      slot_->base()[round] = static_cast<uint8_t>(round);
    }
    stopper.join();
    gate_.Settle();
    EXPECT_TRUE(gate_.stopped());
    gate_.End();
    ASSERT_TRUE(slot_->Reset());
    // A slot without an image forgets that it was revoked only when it grows again from nothing.
    ASSERT_TRUE(slot_->Grow(kWasmPageSize));
    slot_->base()[0] = 1;
  }
}

TEST_F(RunGateTest, StopIsTriedAgainWhereTheSystemRefuses) {
  gate_.Begin();
  ASSERT_TRUE(gate_.EnterWasm());
  test::mprotects_to_refuse = 2;
  EXPECT_FALSE(gate_.Stop(StopReason::kTimeout));
  EXPECT_FALSE(Revoked());
  EXPECT_TRUE(gate_.stopped());
  EXPECT_TRUE(gate_.signal().raised());
  EXPECT_TRUE(gate_.Stop(StopReason::kTimeout));
  EXPECT_TRUE(Revoked());
  EXPECT_FALSE(gate_.EnterHost());
  gate_.Settle();
  EXPECT_TRUE(slot_->Reset());
}

TEST_F(RunGateTest, GuestThatKeptItsMemoryEndsWhenItComesToTheHost) {
  gate_.Begin();
  ASSERT_TRUE(gate_.EnterWasm());
  test::mprotects_to_refuse = 2;
  EXPECT_FALSE(gate_.Stop(StopReason::kTimeout));
  EXPECT_FALSE(gate_.EnterHost());
  EXPECT_FALSE(gate_.EnterWasm());
  EXPECT_FALSE(gate_.Nudge());
  gate_.Settle();
  gate_.End();
  // Nothing was lost: the slot can be used again.
  ASSERT_TRUE(slot_->Reset());
  ASSERT_TRUE(slot_->Grow(kWasmPageSize));
  gate_.Begin();
  EXPECT_TRUE(gate_.EnterWasm());
  EXPECT_TRUE(gate_.Stop(StopReason::kTimeout));
  EXPECT_TRUE(Revoked());
}

TEST_F(RunGateTest, CallbackThatCannotTrapMayKeepItsMemoryForAWhile) {
  gate_.Begin();
  ASSERT_TRUE(gate_.EnterWasm());
  ASSERT_TRUE(gate_.EnterHost());
  EXPECT_TRUE(gate_.Stop(StopReason::kTimeout));
  test::mprotects_to_refuse = 2;
  gate_.LeaveHostOrRevoke();
  EXPECT_FALSE(Revoked());
  EXPECT_FALSE(gate_.EnterHost());
  EXPECT_TRUE(gate_.Stop(StopReason::kCancelled));
  EXPECT_TRUE(Revoked());
  EXPECT_EQ(gate_.reason(), StopReason::kTimeout);
}

class RunGateNudge : public RunGateTest {
 protected:
  RunGateNudge() {
    gate_.set_nudge(
        [](void* self) noexcept {
          auto* test = static_cast<RunGateNudge*>(self);
          test->slot_->base()[7] = 1;
          ++test->nudges_;
        },
        this);
  }
  int nudges_ = 0;
};

TEST_F(RunGateNudge, ReachesAGuestThatRuns) {
  EXPECT_FALSE(gate_.Nudge());
  gate_.Begin();
  ASSERT_TRUE(gate_.EnterWasm());
  EXPECT_TRUE(gate_.Nudge());
  EXPECT_EQ(nudges_, 1);
  ASSERT_TRUE(gate_.EnterHost());
  gate_.End();
  EXPECT_FALSE(gate_.Nudge());
  EXPECT_EQ(nudges_, 1);
}

TEST_F(RunGateNudge, WaitsForTheHostFunction) {
  gate_.Begin();
  EXPECT_TRUE(gate_.Nudge());
  EXPECT_EQ(nudges_, 0);
  ASSERT_TRUE(gate_.EnterWasm());
  EXPECT_EQ(nudges_, 1);
  ASSERT_TRUE(gate_.EnterHost());
  EXPECT_TRUE(gate_.Nudge());
  EXPECT_TRUE(gate_.Nudge());
  EXPECT_EQ(nudges_, 1);
  ASSERT_TRUE(gate_.EnterWasm());
  EXPECT_EQ(nudges_, 2);
}

TEST_F(RunGateNudge, IsForgottenWhereTheRunEndsOrIsStopped) {
  gate_.Begin();
  ASSERT_TRUE(gate_.EnterWasm());
  ASSERT_TRUE(gate_.EnterHost());
  EXPECT_TRUE(gate_.Nudge());
  gate_.End();
  gate_.Begin();
  ASSERT_TRUE(gate_.EnterWasm());
  EXPECT_EQ(nudges_, 0);
  ASSERT_TRUE(gate_.EnterHost());
  EXPECT_TRUE(gate_.Nudge());
  gate_.Stop(StopReason::kCancelled);
  EXPECT_FALSE(gate_.EnterWasm());
  EXPECT_FALSE(gate_.Nudge());
  EXPECT_EQ(nudges_, 0);
}

TEST_F(RunGateNudge, NeverTouchesWhatTheHostReads) {
  // The run's thread goes in and out, and what it sees of the memory while it is on the host's side does not change.
  // Then a stop comes in the middle of it all.
  for (int round = 0; round < 100; ++round) {
    gate_.Begin();
    std::atomic<bool> running{false};
    const auto nudger = [&] {
      running.wait(false);
      for (int i = 0; i < 300; ++i) gate_.Nudge();
    };
    std::jthread first(nudger);
    std::jthread second([&] {
      nudger();
      gate_.Stop(StopReason::kTimeout);
    });
    running = true;
    running.notify_all();
    int seen = 0;
    while (gate_.EnterWasm()) {
      if (!gate_.EnterHost()) break;
      // Plain reads and writes: a race is a race.
      const int before = nudges_;
      if (slot_->base()[7] == 1) ++seen;
      slot_->base()[7] = 0;
      ASSERT_EQ(before, nudges_);
      ASSERT_EQ(slot_->base()[7], 0);
    }
    first.join();
    second.join();
    gate_.Settle();
    EXPECT_TRUE(gate_.stopped());
    gate_.End();
    ASSERT_TRUE(slot_->Reset());
    ASSERT_TRUE(slot_->Grow(kWasmPageSize));
  }
}

}  // namespace
}  // namespace goru::wasm
