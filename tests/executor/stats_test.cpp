#include "goru/stats.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <optional>

#include "common/load.hpp"

namespace goru {
namespace {

using test::Holding;
using test::MakeExecutor;
using test::MakeSession;
using test::Results;
using test::Until;

TEST(Stats, OfAnExecutorAtRestAreNothing) {
  const Executor executor = MakeExecutor();
  const ExecutorStats stats = executor.Stats();
  EXPECT_TRUE(stats.sandboxes.empty());
  EXPECT_EQ(stats.sessions + stats.runs + stats.waiting_runs + stats.rejected, 0U);
  EXPECT_EQ(stats.memory_bytes + stats.host_bytes, 0U);
  EXPECT_EQ(stats.host_calls + stats.host_threads + stats.run_threads, 0U);
}

TEST(Stats, CountSandboxesOfEachLanguage) {
  Executor executor = MakeExecutor({WithWarmPool(2), WithPrecompile({JavaScript()})});
  const auto javascript = [&] { return executor.Stats().sandboxes.at(0); };
  EXPECT_EQ(javascript().language, JavaScript());
  Until([&] { return javascript().ready == 2 && javascript().being_made == 0; });
  EXPECT_EQ(javascript().in_sessions, 0U);
  {
    Session session = MakeSession(executor, JavaScript());
    // It takes its sandbox when it first runs.
    EXPECT_EQ(javascript().in_sessions, 0U);
    EXPECT_TRUE(session.Run("1").ok());
    EXPECT_EQ(javascript().in_sessions, 1U);
    EXPECT_TRUE(executor.Run(Python(), "1").ok());
    EXPECT_EQ(executor.Stats().sandboxes.size(), 2U);
    EXPECT_EQ(executor.Stats().sandboxes[1].language, Python());
  }
  EXPECT_EQ(javascript().in_sessions, 0U);
  Until([&] { return javascript().to_be_cleaned == 0 && javascript().ready == 2; });
}

TEST(Stats, CountSessionsRunsAndWhatTheyHold) {
  Holding holding;
  Executor executor =
      MakeExecutor({WithRegistry(holding.Functions()), WithMaxRuns(2), WithRunQueue(2, std::chrono::hours(1))});
  std::vector<Session> sessions;
  Results results;
  for (int i = 0; i < 4; ++i) {
    sessions.push_back(MakeSession(executor, JavaScript()));
    ASSERT_TRUE(sessions.back().RunAsync(Holding::kCode, {}, results.Callback()).ok());
  }
  EXPECT_FALSE(executor.Run(JavaScript(), "1").ok());
  Until([&] { return holding.held() == 2; });
  const ExecutorStats busy = executor.Stats();
  EXPECT_EQ(busy.sessions, 4U);
  EXPECT_EQ(busy.runs, 2U);
  EXPECT_EQ(busy.waiting_runs, 2U);
  EXPECT_EQ(busy.rejected, 1U);
  EXPECT_EQ(busy.host_calls, 2U);
  EXPECT_EQ(busy.host_threads, 2U);
  EXPECT_EQ(busy.run_threads, 2U);
  // Two sandboxes of 8 MiB at least, and the texts of four runs.
  EXPECT_GE(busy.memory_bytes, size_t{16} << 20);
  EXPECT_GT(busy.host_bytes, 4 * std::string_view(Holding::kCode).size());
  EXPECT_EQ(busy.sandboxes.at(0).in_sessions, 2U);
  holding.Release();
  results.Wait(4);
  sessions.clear();
  Until([&] { return executor.Stats().runs == 0; });
  const ExecutorStats idle = executor.Stats();
  EXPECT_EQ(idle.sessions + idle.waiting_runs + idle.host_calls, 0U);
  EXPECT_EQ(idle.memory_bytes + idle.host_bytes, 0U);
  EXPECT_EQ(idle.rejected, 1U);
}

TEST(Stats, MayBeAskedForWhereverAnExecutorCalls) {
  struct Asking final : Observer {
    void Ask() noexcept {
      if (Executor* asked = executor.load()) asks += asked->Stats().sessions <= 1 ? 1 : 0;
    }
    void OnSandboxMade(const SandboxMadeEvent& /*event*/) noexcept override { Ask(); }
    void OnSandboxTaken(const SandboxTakenEvent& /*event*/) noexcept override { Ask(); }
    void OnSessionOpened(const SessionEvent& /*event*/) noexcept override { Ask(); }
    void OnSessionClosed(const SessionEvent& /*event*/) noexcept override { Ask(); }
    void OnRejected(const RejectedEvent& /*event*/) noexcept override { Ask(); }
    void OnRunBegan(const RunEvent& /*event*/) noexcept override { Ask(); }
    void OnRunEnded(const RunEvent& /*event*/, const Result& /*result*/) noexcept override { Ask(); }
    void OnLimitMet(const RunEvent& /*event*/, ErrorKind /*limit*/) noexcept override { Ask(); }

    std::atomic<Executor*> executor{nullptr};
    std::atomic<int> asks{0};
  };
  const auto observer = std::make_shared<Asking>();
  std::atomic<Executor*> self{nullptr};
  Registry functions;
  functions.Add(
      "runs", [&](const CallContext&, const nlohmann::json&) -> nlohmann::json { return self.load()->Stats().runs; },
      Blocking::kNever);
  Executor executor =
      MakeExecutor({WithObserver(observer), WithWarmPool(0), WithRegistry(functions), WithMaxSessions(1),
                    WithProgress([&](std::string_view) { (void)self.load()->Stats(); })});
  self = &executor;
  observer->executor = &executor;
  {
    Session session = MakeSession(executor, JavaScript(), {WithSessionOutputLimit(1)});
    EXPECT_FALSE(executor.NewSession(JavaScript()).ok());
    const Result result = session.Run("console.log('xx'); call('runs')", {.want_value = true});
    EXPECT_EQ(result.value, "1") << test::Show(result);
  }
  EXPECT_EQ(observer->asks, 8);
  observer->executor = nullptr;
}

}  // namespace
}  // namespace goru
