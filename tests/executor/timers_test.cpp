// JavaScript's timers in sessions of the library.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "common/sandbox.hpp"

namespace goru {
namespace {

using test::KindOf;
using test::MakeExecutor;
using test::MakeSession;
using test::Show;

TEST(Timers, BelongToTheSessionThatWasGivenThem) {
  Executor executor = MakeExecutor();
  Session with = MakeSession(executor, JavaScript(), {WithSessionTimers()});
  Session without = MakeSession(executor, JavaScript());
  for (int run = 0; run < 2; ++run) {
    EXPECT_EQ(with.Run("setTimeout(() => console.log('called'), 1)").stdout_text, "called\n");
    EXPECT_EQ(without.Run("console.log(typeof setTimeout)").stdout_text, "undefined\n");
  }
}

TEST(Timers, WhatIsPendingEndsWithTheRun) {
  Executor executor = MakeExecutor();
  Session session = MakeSession(executor, JavaScript(), {WithSessionTimers()});
  const Result failed =
      session.Run("setInterval(() => console.log('tick'), 1); setTimeout(() => { throw new Error('x') }, 0)");
  ASSERT_FALSE(failed.ok()) << Show(failed);
  ASSERT_TRUE(failed.session_alive) << Show(failed);
  const Result after = session.Run("await sleep(20); console.log('quiet')");
  EXPECT_EQ(after.stdout_text, "quiet\n") << Show(after);
}

TEST(Timers, WaitingIsStopped) {
  Executor executor = MakeExecutor();
  Session session = MakeSession(executor, JavaScript(), {WithSessionTimers()});
  std::jthread interrupter([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    session.Interrupt();
  });
  const Result interrupted = session.Run("setTimeout(() => console.log('never'), 1000000)");
  EXPECT_EQ(KindOf(interrupted), ErrorKind::kCancelled) << Show(interrupted);
  interrupter.join();
  Session limited =
      MakeSession(executor, JavaScript(), {WithSessionTimers(), WithSessionTimeout(std::chrono::milliseconds(100))});
  const Result stopped = limited.Run("await sleep(1000000)");
  EXPECT_EQ(KindOf(stopped), ErrorKind::kTimeout) << Show(stopped);
}

TEST(Timers, CallsOfTheHostAreAnsweredBesideThem) {
  Registry registry;
  registry.Add("later", [](const CallContext&, const nlohmann::json&) { return nlohmann::json("answered"); });
  Executor executor = MakeExecutor({WithRegistry(std::move(registry))});
  Session session = MakeSession(executor, JavaScript(), {WithSessionTimers()});
  const Result result = session.Run(R"(
    let answer;
    asyncCall('later').then((value) => { answer = value; });
    // Always due.
    (function again() { if (answer === undefined) setImmediate(again); else console.log(answer); })();
  )");
  EXPECT_EQ(result.stdout_text, "answered\n") << Show(result);
}

TEST(Timers, PythonTakesNoNotice) {
  Executor executor = MakeExecutor();
  EXPECT_EQ(executor.Run(Python(), "print(1)", {}, {WithSessionTimers()}).stdout_text, "1\n");
}

TEST(Timers, SoManyThatMemoryIsShort) {
  Executor executor = MakeExecutor();
  const Result result = executor.Run(JavaScript(), "for (;;) setTimeout(() => {}, 1000000, 1, 2, 3)", {},
                                     {WithSessionTimers(), WithSessionMemoryLimit(size_t{64} << 20)});
  EXPECT_EQ(KindOf(result), ErrorKind::kMemoryLimit) << Show(result);
}

}  // namespace
}  // namespace goru
