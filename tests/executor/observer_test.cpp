#include "goru/observer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <vector>

#include "common/load.hpp"

namespace goru {
namespace {

using test::MakeExecutor;
using test::MakeSession;
using testing::Contains;
using testing::ElementsAre;
using testing::StartsWith;

/// Writes down what it is told, one line for each event.
class Recorder final : public Observer {
 public:
  void OnSandboxMade(const SandboxMadeEvent& event) noexcept override {
    EXPECT_GT(event.duration.count(), 0);
    Add("made " + event.language.name() + (event.ahead ? " ahead" : " for a run"));
  }
  void OnSandboxTaken(const SandboxTakenEvent& event) noexcept override {
    Add("taken " + event.language.name() + (event.ready ? " ready" : " made"));
  }
  void OnSessionOpened(const SessionEvent& event) noexcept override { Add("opened " + Describe(event)); }
  void OnSessionClosed(const SessionEvent& event) noexcept override { Add("closed " + Describe(event)); }
  void OnRejected(const RejectedEvent& event) noexcept override {
    Add("rejected " + event.language.name() + " of " + std::string(event.tenant) + " (" + std::string(event.tag) +
        "): " + std::string(event.message));
  }
  void OnRunBegan(const RunEvent& event) noexcept override { Add("began " + Describe(event)); }
  void OnRunEnded(const RunEvent& event, const Result& result) noexcept override {
    EXPECT_GT(result.duration.count(), 0);
    Add("ended " + Describe(event) + " " + std::string(result.status()) +
        (result.session_alive ? ", alive" : ", closed"));
  }
  void OnLimitMet(const RunEvent& event, ErrorKind limit) noexcept override {
    Add("limit " + Describe(event) + " " + std::string(ErrorKindName(limit)));
  }

  /// The events since the last call.
  std::vector<std::string> Take() {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> out;
    std::swap(out, events_);
    return out;
  }

 private:
  static std::string Describe(const SessionEvent& event) {
    EXPECT_GT(event.session_id, 0U);
    return event.language.name() + " of " + std::string(event.tenant);
  }
  static std::string Describe(const RunEvent& event) {
    return Describe(event.session) + " (" + std::string(event.tag) + ")";
  }
  void Add(std::string event) {
    const std::lock_guard lock(mutex_);
    events_.push_back(std::move(event));
  }

  std::mutex mutex_;
  std::vector<std::string> events_;
};

TEST(Observer, IsToldOfSessionsAndRunsInOrder) {
  const auto recorder = std::make_shared<Recorder>();
  Executor executor = MakeExecutor({WithObserver(recorder), WithWarmPool(0)});
  {
    Session session = MakeSession(executor, JavaScript(), {WithSessionTenant("ada")});
    EXPECT_THAT(recorder->Take(), ElementsAre("opened javascript of ada"));
    EXPECT_TRUE(session.Run("1", {.tag = "first"}).ok());
    EXPECT_THAT(recorder->Take(), ElementsAre("began javascript of ada (first)", "made javascript for a run",
                                              "taken javascript made", "ended javascript of ada (first) ok, alive"));
    EXPECT_FALSE(session.Run("throw 1").ok());
    EXPECT_THAT(recorder->Take(),
                ElementsAre("began javascript of ada ()", "ended javascript of ada () guest_exception, alive"));
    std::stop_source stopped;
    stopped.request_stop();
    EXPECT_FALSE(session.Run("x", {.stop = stopped.get_token()}).ok());
    // It never began.
    EXPECT_TRUE(recorder->Take().empty());
  }
  EXPECT_THAT(recorder->Take(), ElementsAre("closed javascript of ada"));
}

TEST(Observer, IsToldOnceThatASessionIsClosed) {
  const auto recorder = std::make_shared<Recorder>();
  Executor executor = MakeExecutor({WithObserver(recorder), WithWarmPool(0)});
  {
    Session session = MakeSession(executor, JavaScript());
    session.Close();
    session.Close();
  }
  EXPECT_THAT(recorder->Take(), ElementsAre("opened javascript of ", "closed javascript of "));
  Session other = MakeSession(executor, JavaScript());
  recorder->Take();
  executor.Close();
  EXPECT_THAT(recorder->Take(), ElementsAre("closed javascript of "));
}

TEST(Observer, IsToldOfLimitsAlsoWhereTheRunGoesOn) {
  const auto recorder = std::make_shared<Recorder>();
  Registry registry;
  registry.Add("f", [](const CallContext&, const nlohmann::json& args) { return args; }, Blocking::kNever);
  Executor executor = MakeExecutor({WithObserver(recorder), WithWarmPool(0), WithRegistry(std::move(registry))});
  const auto events_of = [&](std::string_view code, const std::vector<SessionOption>& options) {
    Session session = MakeSession(executor, Python(), options);
    (void)session.Run("pass");
    recorder->Take();
    (void)session.Run(code);
    return recorder->Take();
  };
  EXPECT_THAT(events_of("while True: pass", {WithSessionTimeout(std::chrono::milliseconds(100))}),
              ElementsAre("began python of  ()", "limit python of  () timeout", "ended python of  () timeout, closed",
                          "closed python of "));
  const char* caught = "try:\n  x = bytearray(10**8)\nexcept MemoryError: pass";
  EXPECT_THAT(events_of(caught, {WithSessionMemoryLimit(size_t{64} << 20)}),
              ElementsAre("began python of  ()", "limit python of  () memory_limit", "ended python of  () ok, alive"));
  EXPECT_THAT(events_of("print('xx')", {WithSessionOutputLimit(1)}),
              ElementsAre("began python of  ()", "limit python of  () output_limit", "ended python of  () ok, alive"));
  EXPECT_THAT(events_of("print('xx')", {WithSessionOutputLimit(1), WithSessionStopOnOutputLimit()}),
              Contains("limit python of  () output_limit"));
  const char* calls = "for _ in range(3):\n  try: call('f')\n  except Exception: pass";
  EXPECT_THAT(
      events_of(calls, {WithSessionHostCallLimit(2)}),
      ElementsAre("began python of  ()", "limit python of  () host_call_limit", "ended python of  () ok, alive"));
}

TEST(Observer, IsToldOfSandboxesMadeAheadOfNeed) {
  const auto recorder = std::make_shared<Recorder>();
  {
    Executor executor = MakeExecutor({WithObserver(recorder), WithWarmPool(2)});
    for (int i = 0; i < 20; ++i) EXPECT_TRUE(executor.Run(JavaScript(), "1").ok());
  }
  EXPECT_THAT(recorder->Take(), Contains("made javascript ahead"));
}

TEST(Observer, IsToldOfWhatThereWasNoRoomFor) {
  const auto recorder = std::make_shared<Recorder>();
  test::Holding holding;
  Executor executor =
      MakeExecutor({WithObserver(recorder), WithWarmPool(0), WithRegistry(holding.Functions()), WithMaxRuns(1),
                    WithMaxSessions(2), WithRunQueue(1, std::chrono::milliseconds(10))});
  Session holder = MakeSession(executor, JavaScript());
  Session session = MakeSession(executor, JavaScript(), {WithSessionTenant("ada")});
  EXPECT_FALSE(executor.NewSession(Python(), {WithSessionTenant("bob")}).ok());
  auto held = holder.RunAsync(test::Holding::kCode);
  ASSERT_TRUE(held.ok());
  test::Until([&] { return holding.held() == 1; });
  recorder->Take();
  // It waits, and its time is over.
  EXPECT_FALSE(session.Run("1", {.tag = "late"}).ok());
  EXPECT_THAT(recorder->Take(), ElementsAre(StartsWith("rejected javascript of ada (late): the run waited 10ms")));
  auto async = session.RunAsync("1", {.tag = "async"});
  ASSERT_TRUE(async.ok());
  EXPECT_FALSE(async->get().ok());
  EXPECT_THAT(recorder->Take(), ElementsAre(StartsWith("rejected javascript of ada (async): the run waited")));
  EXPECT_FALSE(executor.NewSession(Python(), {WithSessionTenant("bob")}).ok());
  EXPECT_THAT(recorder->Take(), ElementsAre("rejected python of bob (): 2 sessions are open, and no more may be "
                                            "(WithMaxSessions)"));
  holding.Release();
}

TEST(Observer, ThatOverridesNothingIsFine) {
  Executor executor = MakeExecutor({WithObserver(std::make_shared<Observer>())});
  EXPECT_TRUE(executor.Run(JavaScript(), "1").ok());
}

}  // namespace
}  // namespace goru
