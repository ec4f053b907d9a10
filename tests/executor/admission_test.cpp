#include "executor/admission.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "common/load.hpp"
#include "executor/executor_core.hpp"
#include "executor/session_core.hpp"

namespace goru {
namespace {

using internal::Admission;
using test::Holding;
using test::KindOf;
using test::kLong;
using test::MakeExecutor;
using test::MakeSession;
using test::Results;
using test::Show;
using test::Until;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using Answer = Admission::Answer;

// --- The class by itself ---

/// A run that remembers its answers.
class Asking final : public Admission::Waiter {
 public:
  void Answered(Answer answer) noexcept override { answers.push_back(answer); }
  std::vector<Answer> answers;
};

class AdmissionTest : public testing::Test {
 protected:
  static constexpr size_t kRuns = 24;

  Answer Enter(size_t run, std::string_view tenant) { return admission_.Enter(runs_[run], {tenant, 0}, false); }
  /// Ends `run`, and the one after it, and so on; which ones got their turn.
  std::vector<size_t> Order(size_t run) {
    std::vector<size_t> order;
    for (std::optional<size_t> next = run; next;) {
      admission_.Leave(runs_[*next]);
      next.reset();
      for (size_t i = 0; i < kRuns; ++i) {
        if (runs_[i].answers != std::vector{Answer::kAdmitted}) continue;
        runs_[i].answers.clear();
        next = i;
        order.push_back(i);
      }
    }
    return order;
  }

  std::array<Asking, kRuns> runs_;
  Admission admission_{{.runs = 1, .queued = 6, .wait = kLong}};
};

TEST_F(AdmissionTest, GroupsTakeTurns) {
  EXPECT_EQ(Enter(0, "a"), Answer::kAdmitted);
  for (const size_t run : {1U, 2U, 3U}) EXPECT_EQ(Enter(run, "a"), Answer::kQueued);
  for (const size_t run : {4U, 5U}) EXPECT_EQ(Enter(run, "b"), Answer::kQueued);
  EXPECT_EQ(Enter(6, "c"), Answer::kQueued);
  EXPECT_EQ(admission_.counts().waiting, 6U);
  EXPECT_THAT(Order(0), ElementsAre(1, 4, 6, 2, 5, 3));
  EXPECT_EQ(admission_.counts().running, 0U);
  EXPECT_EQ(admission_.counts().waiting, 0U);
}

TEST_F(AdmissionTest, WhoHasMostMakesRoomForWhoHasLess) {
  EXPECT_EQ(Enter(0, "a"), Answer::kAdmitted);
  for (size_t run = 1; run <= 6; ++run) EXPECT_EQ(Enter(run, "a"), Answer::kQueued);
  EXPECT_EQ(Enter(7, "a"), Answer::kFull);
  // Three of six places are b's share.
  for (const size_t run : {8U, 9U, 10U}) EXPECT_EQ(Enter(run, "b"), Answer::kQueued);
  EXPECT_EQ(Enter(11, "b"), Answer::kFull);
  for (const size_t run : {6U, 5U, 4U}) EXPECT_THAT(runs_[run].answers, ElementsAre(Answer::kGaveWay));
  for (const size_t run : {1U, 2U, 3U, 8U, 9U, 10U}) EXPECT_TRUE(runs_[run].answers.empty());
  EXPECT_EQ(admission_.counts().waiting, 6U);
  for (const size_t run : {4U, 5U, 6U}) {
    runs_[run].answers.clear();
    admission_.Leave(runs_[run]);
  }
  EXPECT_THAT(Order(0), ElementsAre(1, 8, 2, 9, 3, 10));
}

TEST_F(AdmissionTest, WhereAllHaveAsManyNobodyGivesWay) {
  EXPECT_EQ(Enter(0, "x"), Answer::kAdmitted);
  for (size_t run = 1; run <= 6; ++run) EXPECT_EQ(Enter(run, std::to_string(run)), Answer::kQueued);
  EXPECT_EQ(Enter(7, "h"), Answer::kFull);
}

TEST_F(AdmissionTest, SessionsWithoutATenantTakeTurnsByThemselves) {
  EXPECT_EQ(Enter(0, "a"), Answer::kAdmitted);
  EXPECT_EQ(admission_.Enter(runs_[1], {"a", 7}, false), Answer::kQueued);
  EXPECT_EQ(admission_.Enter(runs_[2], {"a", 8}, false), Answer::kQueued);
  EXPECT_EQ(admission_.Enter(runs_[3], {"", 7}, false), Answer::kQueued);
  EXPECT_EQ(admission_.Enter(runs_[4], {"", 8}, false), Answer::kQueued);
  EXPECT_THAT(Order(0), ElementsAre(1, 3, 4, 2));
}

TEST_F(AdmissionTest, WhatWasWithdrawnIsNotAnswered) {
  EXPECT_EQ(Enter(0, "a"), Answer::kAdmitted);
  EXPECT_EQ(Enter(1, "a"), Answer::kQueued);
  EXPECT_EQ(Enter(2, "b"), Answer::kQueued);
  EXPECT_TRUE(admission_.Withdraw(runs_[1]));
  EXPECT_FALSE(admission_.Withdraw(runs_[1]));
  EXPECT_FALSE(admission_.Withdraw(runs_[0]));
  admission_.Leave(runs_[1]);
  EXPECT_THAT(Order(0), ElementsAre(2));
}

TEST_F(AdmissionTest, ATurnOfItsOwnTakesNobodys) {
  EXPECT_EQ(admission_.Enter(runs_[0], {"a", 0}, true), Answer::kAdmitted);
  EXPECT_EQ(Enter(1, "a"), Answer::kAdmitted);
  EXPECT_EQ(admission_.Enter(runs_[2], {"a", 0}, true), Answer::kAdmitted);
  EXPECT_EQ(admission_.counts().running, 3U);
  EXPECT_EQ(Enter(3, "a"), Answer::kQueued);
  admission_.Leave(runs_[0]);
  admission_.Leave(runs_[2]);
  EXPECT_TRUE(runs_[3].answers.empty());
  EXPECT_THAT(Order(1), ElementsAre(3));
}

TEST_F(AdmissionTest, ClosingAnswersAllThatWait) {
  EXPECT_EQ(Enter(0, "a"), Answer::kAdmitted);
  EXPECT_EQ(Enter(1, "a"), Answer::kQueued);
  EXPECT_EQ(Enter(2, "b"), Answer::kQueued);
  admission_.Close();
  for (const size_t run : {1U, 2U}) EXPECT_THAT(runs_[run].answers, ElementsAre(Answer::kClosed));
  EXPECT_EQ(Enter(3, "a"), Answer::kClosed);
  for (const size_t run : {2U, 1U, 0U}) admission_.Leave(runs_[run]);
  admission_.WaitUntilEmpty();
}

TEST(Admission, OfNoRunsLetsOneGoOn) {
  Admission admission({.runs = 0, .queued = 0, .wait = kLong});
  Asking first;
  Asking second;
  EXPECT_EQ(admission.Enter(first, {}, false), Answer::kAdmitted);
  EXPECT_EQ(admission.Enter(second, {}, false), Answer::kFull);
  admission.Leave(first);
}

// --- As users meet it ---

/// An executor with one run at a time, and one that is under way until Release.
class UnderLoad : public testing::Test {
 protected:
  void Start(std::vector<ExecutorOption> options) {
    options.push_back(WithRegistry(holding_.Functions()));
    options.push_back(WithMaxRuns(1));
    executor_.emplace(MakeExecutor(options));
    holder_.emplace(MakeSession(*executor_, JavaScript()));
    ASSERT_TRUE(holder_->RunAsync(Holding::kCode, {}, held_.Callback()).ok());
    Until([&] { return holding_.held() == 1; });
  }
  void TearDown() override { holding_.Release(); }
  void UntilWaiting(size_t runs) {
    Until([&] { return executor_->Stats().waiting_runs == runs; });
  }

  Holding holding_;
  Results held_;
  std::optional<Executor> executor_;
  std::optional<Session> holder_;
};

TEST_F(UnderLoad, RunsWaitForTheirTurnBeyondTheirTimeout) {
  Start({WithRunQueue(8, kLong)});
  Session session = MakeSession(*executor_, JavaScript(), {WithSessionTimeout(std::chrono::seconds(1))});
  Result result;
  {
    const std::jthread thread([&] { result = session.Run("console.log(1 + 1)"); });
    UntilWaiting(1);
    EXPECT_EQ(session.ResidentBytes(), 0U);
    EXPECT_EQ(KindOf(session.Run("1")), ErrorKind::kBusy);
    std::this_thread::sleep_for(std::chrono::milliseconds(1'200));
    holding_.Release();
  }
  EXPECT_EQ(result.stdout_text, "2\n") << Show(result);
  EXPECT_GT(result.usage.queued, std::chrono::seconds(1));
  EXPECT_LT(result.duration, result.usage.queued);
  EXPECT_EQ(held_.Wait(1)[0].usage.queued.count(), 0);
  EXPECT_EQ(executor_->Stats().rejected, 0U);
}

TEST_F(UnderLoad, AFullQueueIsAnErrorAtOnce) {
  Start({WithRunQueue(1, kLong)});
  Results waiting;
  Session first = MakeSession(*executor_, JavaScript());
  ASSERT_TRUE(first.RunAsync("1", {}, waiting.Callback()).ok());
  Session second = MakeSession(*executor_, JavaScript());
  const Result result = second.Run("1");
  EXPECT_EQ(KindOf(result), ErrorKind::kOverloaded);
  EXPECT_EQ(result.status(), "overloaded");
  EXPECT_THAT(result.error->message,
              AllOf(HasSubstr("1 run is under way and 1 wait"), HasSubstr("WithMaxRuns"), HasSubstr("WithRunQueue")));
  EXPECT_TRUE(result.session_alive);
  const auto async = second.RunAsync("1", {}, [](const Result&) { ADD_FAILURE() << "called"; });
  ASSERT_FALSE(async.ok());
  EXPECT_EQ(async.error().kind, ErrorKind::kOverloaded);
  EXPECT_EQ(executor_->Stats().rejected, 2U);
  holding_.Release();
  EXPECT_TRUE(waiting.Wait(1)[0].ok());
  Until([&] { return executor_->Stats().runs == 0; });
  EXPECT_TRUE(second.Run("1").ok());
}

TEST_F(UnderLoad, WithoutAQueueNothingWaits) {
  Start({WithRunQueue(0, kLong)});
  const Result result = executor_->Run(JavaScript(), "1");
  EXPECT_EQ(KindOf(result), ErrorKind::kOverloaded);
  EXPECT_THAT(result.error->message, HasSubstr("1 run is under way, and no more may be at once (WithMaxRuns"));
  holding_.Release();
}

TEST_F(UnderLoad, AWaitThatIsOverIsAnError) {
  Start({WithRunQueue(8, std::chrono::milliseconds(20))});
  Session session = MakeSession(*executor_, JavaScript());
  const Result result = session.Run("1");
  EXPECT_EQ(KindOf(result), ErrorKind::kOverloaded);
  EXPECT_THAT(result.error->message, AllOf(HasSubstr("the run waited 20ms for its turn"), HasSubstr("WithRunQueue")));
  EXPECT_TRUE(result.session_alive);
  EXPECT_GE(result.usage.queued, std::chrono::milliseconds(20));
  Results async;
  ASSERT_TRUE(session.RunAsync("1", {}, async.Callback()).ok());
  EXPECT_EQ(KindOf(async.Wait(1)[0]), ErrorKind::kOverloaded);
  EXPECT_EQ(executor_->Stats().rejected, 2U);
  EXPECT_EQ(executor_->Stats().waiting_runs, 0U);
  holding_.Release();
}

TEST_F(UnderLoad, WaitingRunsMeetInterruptStopAndCloseAtOnce) {
  Start({WithRunQueue(8, kLong)});
  Session interrupted = MakeSession(*executor_, JavaScript());
  Session stopped = MakeSession(*executor_, JavaScript());
  Session closed = MakeSession(*executor_, JavaScript());
  std::stop_source stop;
  std::array<Result, 3> results;
  {
    const std::jthread first([&] { results[0] = interrupted.Run("1"); });
    const std::jthread second([&] { results[1] = stopped.Run("1", {.stop = stop.get_token()}); });
    const std::jthread third([&] { results[2] = closed.Run("1"); });
    UntilWaiting(3);
    interrupted.Interrupt();
    stop.request_stop();
    closed.Close();
  }
  for (const Result& result : results) EXPECT_EQ(KindOf(result), ErrorKind::kCancelled) << Show(result);
  EXPECT_TRUE(results[0].session_alive);
  EXPECT_TRUE(results[1].session_alive);
  EXPECT_FALSE(results[2].session_alive);
  EXPECT_EQ(executor_->Stats().waiting_runs, 0U);
  EXPECT_EQ(held_.size(), 0U);
  holding_.Release();
  held_.Wait(1);
  EXPECT_TRUE(interrupted.Run("1").ok());
  EXPECT_TRUE(stopped.Run("1").ok());
  EXPECT_EQ(KindOf(closed.Run("1")), ErrorKind::kSessionClosed);
}

TEST_F(UnderLoad, ClosingTheExecutorEndsWaitingRuns) {
  Start({WithRunQueue(8, kLong)});
  Session session = MakeSession(*executor_, JavaScript());
  Session other = MakeSession(*executor_, JavaScript());
  Result result;
  Results async;
  {
    const std::jthread thread([&] { result = session.Run("1"); });
    ASSERT_TRUE(other.RunAsync("1", {}, async.Callback()).ok());
    UntilWaiting(2);
    const std::jthread release([&] {
      // The function that holds is waited for.
      async.Wait(1);
      holding_.Release();
    });
    executor_->Close();
    EXPECT_EQ(async.size(), 1U);
    EXPECT_EQ(held_.size(), 1U);
  }
  EXPECT_EQ(KindOf(result), ErrorKind::kCancelled) << Show(result);
  EXPECT_EQ(KindOf(async.Wait(1)[0]), ErrorKind::kCancelled);
  EXPECT_EQ(KindOf(session.Run("1")), ErrorKind::kSessionClosed);
}

TEST_F(UnderLoad, TenantsTakeTurns) {
  Start({WithRunQueue(16, kLong)});
  std::vector<Session> sessions;
  Results results;
  const auto wait = [&](const std::string& tenant, int count) {
    for (int i = 1; i <= count; ++i) {
      sessions.push_back(MakeSession(*executor_, JavaScript(), {WithSessionTenant(tenant)}));
      ASSERT_TRUE(sessions.back().RunAsync("1", {}, results.Callback(tenant + std::to_string(i))).ok());
    }
  };
  wait("many", 6);
  wait("few", 2);
  wait("", 1);
  holding_.Release();
  for (const Result& result : results.Wait(9)) EXPECT_TRUE(result.ok()) << Show(result);
  EXPECT_THAT(results.names(), ElementsAre("many1", "few1", "1", "many2", "few2", "many3", "many4", "many5", "many6"));
}

TEST_F(UnderLoad, ATenantThatFillsTheQueueMakesRoom) {
  Start({WithRunQueue(4, kLong)});
  std::vector<Session> sessions;
  Results results;
  const auto wait = [&](const std::string& tenant, const std::string& name) {
    sessions.push_back(MakeSession(*executor_, JavaScript(), {WithSessionTenant(tenant)}));
    return sessions.back().RunAsync("1", {}, results.Callback(name));
  };
  for (const char* name : {"many1", "many2", "many3", "many4"}) ASSERT_TRUE(wait("many", name).ok());
  EXPECT_FALSE(wait("many", "many5").ok());
  EXPECT_TRUE(wait("few", "few1").ok());
  const Result gave_way = results.Wait(1)[0];
  EXPECT_THAT(results.names(), ElementsAre("many4"));
  EXPECT_EQ(KindOf(gave_way), ErrorKind::kOverloaded);
  EXPECT_THAT(gave_way.error->message, AllOf(HasSubstr("gave way"), HasSubstr("WithRunQueue")));
  holding_.Release();
  results.Wait(5);
  EXPECT_THAT(results.names(), ElementsAre("many4", "many1", "few1", "many2", "many3"));
}

TEST(OwnSessions, NeitherWaitNorCount) {
  ExecutorConfig config;
  config.cache_directory = GORU_TEST_CACHE;
  config.limits.sessions = 0;
  config.limits.runs = 1;
  config.limits.queued_runs = 0;
  const auto core = internal::ExecutorCore::Create(std::move(config));
  ASSERT_TRUE(core.ok());
  EXPECT_EQ((*core)->NewSession(JavaScript(), {}).error().kind, ErrorKind::kOverloaded);
  Asking holder;
  ASSERT_EQ((*core)->admission().Enter(holder, {}, false), Answer::kAdmitted);
  {
    const auto session = (*core)->NewSessionAside(JavaScript(), {}, true);
    ASSERT_TRUE(session.ok());
    EXPECT_TRUE((*session)->Run("1", {}).ok());
  }
  (*core)->admission().Leave(holder);
}

// --- Runs within runs ---

TEST(NestedRuns, AreOfTheTurnOfTheirRun) {
  std::optional<Session> inner;
  Registry functions;
  const HostFunction nested = [&](const CallContext&, const nlohmann::json&) -> nlohmann::json {
    return inner->Run("1 + 1", {.want_value = true}).value.value_or("nothing");
  };
  functions.Add("on_the_pool", nested);
  functions.Add("on_the_runs_thread", nested, Blocking::kNever);
  Executor executor = MakeExecutor({WithRegistry(functions), WithMaxRuns(1), WithRunQueue(0, kLong)});
  inner = MakeSession(executor, JavaScript());
  Session outer = MakeSession(executor, JavaScript());
  for (const char* code : {"call('on_the_pool')", "call('on_the_runs_thread')"}) {
    const Result result = outer.Run(code, {.want_value = true});
    EXPECT_EQ(result.value, "\"2\"") << Show(result);
  }
  // Nor in what a callback does.
  Results results;
  ASSERT_TRUE(outer.RunAsync("1", {}, [&](const Result&) { results.Callback()(inner->Run("1")); }).ok());
  EXPECT_TRUE(results.Wait(1)[0].ok());
  inner->Close();
}

TEST(NestedRuns, OfAnotherExecutorTakeTurnsThere) {
  Holding holding;
  Executor other = MakeExecutor({WithRegistry(holding.Functions()), WithMaxRuns(1), WithRunQueue(0, kLong)});
  Session holder = MakeSession(other, JavaScript());
  Registry functions;
  functions.Add("nested", [&](const CallContext&, const nlohmann::json&) -> nlohmann::json {
    return std::string(other.Run(JavaScript(), "1").status());
  });
  Executor executor = MakeExecutor({WithRegistry(functions), WithMaxRuns(1), WithRunQueue(0, kLong)});
  const auto status = [&] { return executor.Run(JavaScript(), "call('nested')", {.want_value = true}).value; };
  EXPECT_EQ(status(), "\"ok\"");
  auto held = holder.RunAsync(Holding::kCode);
  ASSERT_TRUE(held.ok());
  Until([&] { return holding.held() == 1; });
  EXPECT_EQ(status(), "\"overloaded\"");
  holding.Release();
}

// --- Sessions and memory ---

TEST(Sessions, AreBounded) {
  Executor executor = MakeExecutor({WithMaxSessions(2)});
  Session first = MakeSession(executor, JavaScript());
  std::optional<Session> second = MakeSession(executor, JavaScript());
  const auto third = executor.NewSession(JavaScript());
  ASSERT_FALSE(third.ok());
  EXPECT_EQ(third.error().kind, ErrorKind::kOverloaded);
  EXPECT_THAT(third.error().message, AllOf(HasSubstr("2 sessions are open"), HasSubstr("WithMaxSessions")));
  EXPECT_EQ(KindOf(executor.Run(JavaScript(), "1")), ErrorKind::kOverloaded);
  second.reset();
  EXPECT_TRUE(executor.Run(JavaScript(), "1").ok());
  // Closed is enough, and a session that ends badly is closed.
  Session other = MakeSession(executor, JavaScript(), {WithSessionTimeout(std::chrono::milliseconds(50))});
  EXPECT_EQ(KindOf(other.Run("for (;;) {}")), ErrorKind::kTimeout);
  EXPECT_TRUE(executor.Run(JavaScript(), "1").ok());
  first.Close();
  EXPECT_EQ(executor.Stats().sessions, 0U);
  // One that cannot be made takes no place.
  EXPECT_FALSE(executor.NewSession(JavaScript(), {WithSessionMemoryLimit(1)}).ok());
  EXPECT_EQ(executor.Stats().sessions, 0U);
}

TEST(TotalMemory, HasRoomForSandboxesOrNot) {
  // JavaScript has 7 MiB.
  Executor executor = MakeExecutor({WithTotalMemory(size_t{12} << 20)});
  Session first = MakeSession(executor, JavaScript());
  Session second = MakeSession(executor, JavaScript());
  EXPECT_EQ(executor.Stats().memory_bytes, 0U);
  EXPECT_TRUE(first.Run("1").ok());
  const Result result = second.Run("1");
  EXPECT_EQ(KindOf(result), ErrorKind::kOverloaded) << Show(result);
  EXPECT_THAT(result.error->message, AllOf(HasSubstr("the 12 MiB that all sessions"), HasSubstr("WithTotalMemory")));
  EXPECT_TRUE(result.session_alive);
  EXPECT_TRUE(first.Run("1").ok());
  first.Close();
  EXPECT_EQ(executor.Stats().memory_bytes, 0U);
  EXPECT_TRUE(second.Run("1").ok());
}

TEST(TotalMemory, EndsWhatCodeMayHave) {
  constexpr size_t kTotal = size_t{128} << 20;
  for (const Language& language : test::EveryRuntime()) {
    SCOPED_TRACE(language.image());
    const test::Program large = {"x = bytearray(60 * 2**20)", "globalThis.x = new Uint8Array(60 * 2 ** 20); undefined"};
    Executor executor = MakeExecutor({WithTotalMemory(kTotal)});
    Session first = MakeSession(executor, language);
    EXPECT_TRUE(first.Run(large.In(language)).ok());
    Session second = MakeSession(executor, JavaScript());
    EXPECT_TRUE(second.Run("1").ok());
    const Result result = second.Run(large.javascript);
    EXPECT_EQ(KindOf(result), ErrorKind::kMemoryLimit) << Show(result);
    EXPECT_THAT(result.error->message, AllOf(HasSubstr("128 MiB that all sessions"), HasSubstr("WithTotalMemory")));
    EXPECT_TRUE(result.session_alive);
    EXPECT_LE(executor.Stats().memory_bytes, kTotal);
    first.Close();
    const Result again = second.Run(large.javascript);
    EXPECT_TRUE(again.ok()) << Show(again);
  }
}

}  // namespace
}  // namespace goru
