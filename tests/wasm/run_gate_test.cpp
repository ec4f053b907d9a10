#include "wasm/run_gate.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "common/raw_sandbox.hpp"
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

}  // namespace
}  // namespace goru::wasm
