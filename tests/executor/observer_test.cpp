#include "goru/observer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "common/load.hpp"

namespace goru {
namespace {

using nlohmann::json;
using test::Door;
using test::KindOf;
using test::MakeExecutor;
using test::MakeSession;
using test::Show;
using testing::Contains;
using testing::ElementsAre;
using testing::StartsWith;
using testing::UnorderedElementsAre;

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

/// Keeps the calls that it is told of.
class Calls final : public Observer {
 public:
  struct Call {
    uint64_t session_id = 0;
    std::string name;
    bool ok = false;
    std::chrono::nanoseconds duration{0};
    size_t argument_bytes = 0;
    size_t result_bytes = 0;
  };

  void OnHostCall(const HostCallEvent& event) noexcept override {
    const std::lock_guard lock(mutex_);
    calls_.push_back({event.session_id, std::string(event.name), event.ok, event.duration, event.argument_bytes,
                      event.result_bytes});
    changed_.notify_all();
  }

  /// What came since the last time.
  std::vector<Call> Take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(calls_, {});
  }
  /// The next ones, of functions that answer when they like.
  std::vector<Call> WaitFor(size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return calls_.size() >= count; });
    return std::exchange(calls_, {});
  }

  /// In words: "echo ok".
  static std::vector<std::string> Words(const std::vector<Call>& calls) {
    std::vector<std::string> words;
    words.reserve(calls.size());
    for (const Call& call : calls) words.push_back(call.name + (call.ok ? " ok" : " failed"));
    return words;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Call> calls_;
};

/// Functions of every kind.
class HostCalls : public testing::Test {
 protected:
  HostCalls() {
    const HostFunction echo = [](const CallContext&, const json& args) { return args; };
    const HostFunction fail = [](const CallContext&, const json&) -> json { throw std::runtime_error("no"); };
    registry_.Add("now", echo, Blocking::kNever);
    registry_.Add("pooled", echo);
    registry_.Add("later", [this](const CallContext&, const json& args, const Completion& completion) {
      threads_.emplace_back([args, completion] { completion.Return(args); });
    });
    registry_.Add("fail_now", fail, Blocking::kNever);
    registry_.Add("fail_pooled", fail);
    registry_.Add("fail_later", [](const CallContext&, const json&, const Completion& completion) {
      completion.Fail(CallError("ValueError", "no"));
    });
    registry_.Add("checked", {.function = echo, .parameters = {{{.name = "n", .type = ParameterType::kInteger}}}});
    registry_.Add("kept",
                  [this](const CallContext&, const json&, const Completion& completion) { kept_ = completion; });
    registry_.Add("blocked", [this](const CallContext&, const json& args) {
      doors_.at(args.at("door").get<size_t>()).Wait();
      return json("late");
    });
  }

  Executor Make() { return MakeExecutor({WithObserver(calls_), WithRegistry(registry_), WithWarmPool(0)}); }

  const std::shared_ptr<Calls> calls_ = std::make_shared<Calls>();
  Registry registry_;
  std::vector<std::jthread> threads_;
  std::optional<Completion> kept_;
  std::array<Door, 2> doors_;
};

TEST_F(HostCalls, AreToldOneByOne) {
  Executor executor = Make();
  Session session = MakeSession(executor, JavaScript(), {WithSessionKV()});
  for (const char* name : {"now", "pooled", "later"}) {
    const Result result = session.Run("call('" + std::string(name) + "', {text: 'x'.repeat(1000)})");
    EXPECT_TRUE(result.ok()) << Show(result);
    const auto told = calls_->Take();
    ASSERT_THAT(Calls::Words(told), ElementsAre(std::string(name) + " ok"));
    EXPECT_EQ(told[0].session_id, session.id());
    EXPECT_GT(told[0].duration.count(), 0);
    EXPECT_GE(told[0].argument_bytes, 1000U);
    EXPECT_LT(told[0].argument_bytes, 1100U);
    EXPECT_EQ(told[0].result_bytes, told[0].argument_bytes);
  }
  for (const char* name : {"fail_now", "fail_pooled", "fail_later"}) {
    EXPECT_FALSE(session.Run("call('" + std::string(name) + "')").ok());
    const auto told = calls_->Take();
    ASSERT_THAT(Calls::Words(told), ElementsAre(std::string(name) + " failed"));
    EXPECT_EQ(told[0].result_bytes, 0U);
  }
  EXPECT_TRUE(session.Run("kv.set('key', 'x'.repeat(1000)); kv.get('key')").ok());
  const auto told = calls_->Take();
  ASSERT_THAT(Calls::Words(told), ElementsAre("goru:kv.set ok", "goru:kv.get ok"));
  EXPECT_GE(told[0].argument_bytes, 1000U);
  EXPECT_LT(told[0].result_bytes, 100U);
  EXPECT_GE(told[1].result_bytes, 1000U);
}

TEST_F(HostCalls, AreToldWhereTheyWereGathered) {
  Executor executor = Make();
  const Result result = executor.Run(JavaScript(), R"(
await Promise.allSettled(['now', 'pooled', 'later', 'fail_now', 'fail_pooled', 'fail_later'].map((name) => asyncCall(name, {i: 1})));
)");
  EXPECT_TRUE(result.ok()) << Show(result);
  const auto told = calls_->Take();
  EXPECT_THAT(Calls::Words(told), UnorderedElementsAre("now ok", "pooled ok", "later ok", "fail_now failed",
                                                       "fail_pooled failed", "fail_later failed"));
  for (const Calls::Call& call : told) {
    EXPECT_GT(call.duration.count(), 0) << call.name;
    EXPECT_GT(call.argument_bytes, 0U) << call.name;
  }
}

TEST_F(HostCalls, OfFunctionsThatTheSessionHasNotAreNotTold) {
  Executor executor = Make();
  Session session = MakeSession(executor, JavaScript(), {WithSessionFunctions({"now", "checked"})});
  for (const char* code :
       {"call('made up')", "call('pooled')", "call('goru:kv.get', {key: 'k'})", "call('goru:made.up')",
        "await asyncCall('made up')", "await asyncCall('goru:fs.made_up', {path: '/'})"}) {
    EXPECT_FALSE(session.Run(code).ok()) << code;
    EXPECT_THAT(Calls::Words(calls_->Take()), ElementsAre()) << code;
  }
  // One with the wrong arguments is a call of a function that there is.
  for (const char* code : {"call('checked', {n: 'x'})", "await asyncCall('checked', {m: 1})"}) {
    EXPECT_FALSE(session.Run(code).ok()) << code;
    const auto told = calls_->Take();
    ASSERT_THAT(Calls::Words(told), ElementsAre("checked failed")) << code;
    EXPECT_EQ(told[0].duration.count(), 0);
  }
}

TEST_F(HostCalls, ThatARunLeftBehindAreToldWhenTheyAreAnswered) {
  for (const std::string_view name : {"kept", "blocked"}) {
    for (const int door : {0, 1}) {
      Executor executor = Make();
      const std::string call =
          (door == 0 ? "call('" : "await asyncCall('") + std::string(name) + "', {door: " + std::to_string(door) + "})";
      const Result result = executor.Run(JavaScript(), call, {}, {WithSessionTimeout(std::chrono::milliseconds(200))});
      EXPECT_EQ(KindOf(result), ErrorKind::kTimeout) << Show(result);
      if (name == "kept") {
        EXPECT_THAT(Calls::Words(calls_->Take()), ElementsAre());
        EXPECT_TRUE(kept_->Return("late"));
        kept_.reset();
      } else {
        doors_.at(static_cast<size_t>(door)).Open();
      }
      const auto told = calls_->WaitFor(1);
      EXPECT_THAT(Calls::Words(told), ElementsAre(std::string(name) + " ok"));
      EXPECT_GT(told.at(0).duration.count(), 0);
    }
  }
}

TEST_F(HostCalls, ThatAreNeverAnsweredEndAsErrors) {
  Executor executor = Make();
  EXPECT_FALSE(
      executor.Run(JavaScript(), "call('kept')", {}, {WithSessionTimeout(std::chrono::milliseconds(200))}).ok());
  kept_.reset();
  EXPECT_THAT(Calls::Words(calls_->Take()), ElementsAre("kept failed"));
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
