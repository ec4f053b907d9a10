#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "common/load.hpp"

namespace goru {
namespace {

using test::Holding;
using test::KindOf;
using test::kLong;
using test::MakeExecutor;
using test::MakeSession;
using test::Results;
using test::Show;
using test::Until;
using testing::HasSubstr;

class RunAsyncTest : public testing::TestWithParam<Language> {
 protected:
  const Language& language() const { return GetParam(); }
};

INSTANTIATE_TEST_SUITE_P(Languages, RunAsyncTest, testing::ValuesIn(test::EveryRuntime()), test::LanguageName);

TEST_P(RunAsyncTest, GivesTheResultToACallbackOnAnotherThread) {
  Executor executor = MakeExecutor();
  Session session = MakeSession(executor, language());
  std::thread::id thread;
  Results results;
  ASSERT_TRUE(session
                  .RunAsync(language().is_python() ? "x = 20\nprint(x)" : "var x = 20; console.log(x)", {},
                            [&](Result result) {
                              thread = std::this_thread::get_id();
                              results.Callback()(std::move(result));
                            })
                  .ok());
  EXPECT_EQ(results.Wait(1)[0].stdout_text, "20\n") << Show(results.Wait(1)[0]);
  EXPECT_NE(thread, std::this_thread::get_id());
  // The session is what it would be after Run.
  const Result next = session.Run("x + 1", {.want_value = true});
  EXPECT_EQ(next.value, "21") << Show(next);
}

TEST_P(RunAsyncTest, GivesTheResultToAFuture) {
  Executor executor = MakeExecutor();
  Session session = MakeSession(executor, language());
  auto run = session.RunAsync("1 + 1", {.want_value = true});
  ASSERT_TRUE(run.ok());
  const Result result = run->get();
  EXPECT_EQ(result.value, "2") << Show(result);
}

TEST_P(RunAsyncTest, CopiesItsTexts) {
  Holding holding;
  Executor executor = MakeExecutor({WithRegistry(holding.Functions()), WithMaxRuns(1)});
  Session holder = MakeSession(executor, JavaScript());
  auto held = holder.RunAsync(Holding::kCode);
  ASSERT_TRUE(held.ok());
  Session session = MakeSession(executor, language());
  std::string code =
      language().is_python() ? "print(input(), 'from Python')" : "console.log(readLine(), 'from JavaScript')";
  std::string input = std::string(10'000, 'i') + "\n";
  auto run = session.RunAsync(code, {.name = "a name", .stdin_data = input, .source_map = input});
  ASSERT_TRUE(run.ok());
  code.assign(code.size(), '?');
  input.assign(input.size(), '?');
  holding.Release();
  EXPECT_THAT(run->get().stdout_text, HasSubstr(std::string(10'000, 'i') + " from "));
}

TEST_P(RunAsyncTest, CanBeInterruptedAndStopped) {
  Executor executor = MakeExecutor();
  const char* forever =
      language().is_python() ? "print('running')\nwhile True: pass" : "console.log('running'); for (;;) {}";
  for (const bool by_token : {false, true}) {
    Session session = MakeSession(executor, language());
    test::Door running;
    std::stop_source stop;
    RunOptions options;
    options.stop = stop.get_token();
    options.on_stdout = [&](std::string_view) { running.Open(); };
    auto run = session.RunAsync(forever, options);
    ASSERT_TRUE(run.ok());
    running.Wait();
    if (by_token) {
      stop.request_stop();
    } else {
      session.Interrupt();
    }
    EXPECT_EQ(KindOf(run->get()), ErrorKind::kCancelled);
  }
}

TEST(RunAsync, SaysAtOnceWhatRunWouldNotDo) {
  Executor executor = MakeExecutor({WithRegistry(Registry())});
  Session session = MakeSession(executor, JavaScript());
  const auto kind_of = [&](std::string_view code, const RunOptions& options = {}) {
    const auto begun = session.RunAsync(code, options, [](const Result&) { ADD_FAILURE() << "called"; });
    EXPECT_FALSE(begun.ok());
    return begun.ok() ? ErrorKind::kInternal : begun.error().kind;
  };
  EXPECT_EQ(kind_of("\xFF"), ErrorKind::kInvalidArgument);
  EXPECT_EQ(kind_of(std::string((size_t{16} << 20) + 1, ' ')), ErrorKind::kInvalidArgument);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(kind_of("1", {.stop = stop.get_token()}), ErrorKind::kCancelled);
  session.Close();
  EXPECT_EQ(kind_of("1"), ErrorKind::kSessionClosed);
  EXPECT_EQ(session.RunAsync("1").error().kind, ErrorKind::kSessionClosed);
  Session other = MakeSession(executor, JavaScript());
  executor.Close();
  EXPECT_EQ(other.RunAsync("1").error().kind, ErrorKind::kSessionClosed);
}

TEST(RunAsync, ASessionHasOneRunAtATime) {
  Holding holding;
  Executor executor = MakeExecutor({WithRegistry(holding.Functions())});
  Session session = MakeSession(executor, JavaScript());
  auto first = session.RunAsync(Holding::kCode);
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(session.RunAsync("1").error().kind, ErrorKind::kBusy);
  EXPECT_EQ(KindOf(session.Run("1")), ErrorKind::kBusy);
  holding.Release();
  EXPECT_TRUE(first->get().ok());
}

TEST(RunAsync, ACallbackMayBeginTheNextRun) {
  Executor executor = MakeExecutor({WithMaxRuns(1)});
  Session session = MakeSession(executor, JavaScript());
  ASSERT_TRUE(session.Run("var n = 0").ok());
  constexpr int kRuns = 50;
  int runs = 0;
  test::Door done;
  std::function<void(Result)> next = [&](const Result& result) {
    EXPECT_TRUE(result.ok()) << Show(result);
    if (++runs == kRuns) {
      done.Open();
      return;
    }
    EXPECT_TRUE(session.RunAsync("n++", {}, next).ok());
  };
  ASSERT_TRUE(session.RunAsync("n++", {}, next).ok());
  done.Wait();
  Until([&] { return executor.Stats().runs == 0; });
  EXPECT_EQ(session.Run("n", {.want_value = true}).value, "50");
  EXPECT_LE(executor.Stats().run_threads, 2U);
}

TEST(RunAsync, ManyRunsGoOnFourAtATime) {
  constexpr size_t kRuns = 200;
  constexpr size_t kAtOnce = 4;
  std::atomic<size_t> at_once{0};
  std::atomic<size_t> most{0};
  Registry functions;
  functions.Add("work", [&](const CallContext&, const nlohmann::json&) -> nlohmann::json {
    const size_t now = ++at_once;
    size_t seen = most.load();
    while (seen < now && !most.compare_exchange_weak(seen, now)) {
    }
    std::this_thread::yield();
    --at_once;
    return nullptr;
  });
  Executor executor = MakeExecutor({WithRegistry(functions), WithMaxRuns(kAtOnce), WithRunQueue(kRuns, kLong)});
  Results results;
  for (size_t i = 0; i < kRuns; ++i) {
    const auto session = std::make_shared<Session>(MakeSession(executor, i % 4 == 0 ? Python() : JavaScript()));
    // The callback keeps the session, which ends with it.
    ASSERT_TRUE(session
                    ->RunAsync("call('work')", {},
                               [session, done = results.Callback()](Result result) { done(std::move(result)); })
                    .ok());
  }
  for (const Result& result : results.Wait(kRuns)) EXPECT_TRUE(result.ok()) << Show(result);
  EXPECT_LE(most, kAtOnce);
  EXPECT_GE(most, 1U);
  const ExecutorStats stats = executor.Stats();
  EXPECT_LE(stats.run_threads, kAtOnce + 1);
  EXPECT_EQ(stats.rejected, 0U);
  Until([&] { return executor.Stats().sessions == 0; });
}

TEST(RunAsync, WaitingTakesNoThread) {
  Holding holding;
  Executor executor = MakeExecutor({WithRegistry(holding.Functions()), WithMaxRuns(1), WithRunQueue(100, kLong)});
  std::vector<Session> sessions;
  Results results;
  for (int i = 0; i < 51; ++i) {
    sessions.push_back(MakeSession(executor, JavaScript()));
    ASSERT_TRUE(sessions.back().RunAsync(i == 0 ? Holding::kCode : "1", {}, results.Callback()).ok());
  }
  Until([&] { return holding.held() == 1; });
  EXPECT_EQ(executor.Stats().waiting_runs, 50U);
  EXPECT_EQ(executor.Stats().run_threads, 1U);
  // Those that are told to go are told while the one that runs has the other thread.
  for (size_t i = 1; i < 51; i += 2) sessions[i].Close();
  results.Wait(25);
  EXPECT_EQ(executor.Stats().run_threads, 2U);
  holding.Release();
  size_t cancelled = 0;
  for (const Result& result : results.Wait(51)) cancelled += KindOf(result) == ErrorKind::kCancelled ? 1U : 0U;
  EXPECT_EQ(cancelled, 25U);
}

TEST(RunAsync, ACallbackMayEndItsSession) {
  Executor executor = MakeExecutor();
  for (const bool destroy : {false, true}) {
    auto session = std::make_unique<Session>(MakeSession(executor, JavaScript()));
    test::Door done;
    ASSERT_TRUE(session
                    ->RunAsync("1", {},
                               [&](const Result& result) {
                                 EXPECT_TRUE(result.ok()) << Show(result);
                                 if (destroy) {
                                   session.reset();
                                 } else {
                                   session->Close();
                                 }
                                 done.Open();
                               })
                    .ok());
    done.Wait();
  }
  Until([&] { return executor.Stats().sessions == 0; });
}

TEST(RunAsync, ACallbackThatThrowsOrIsNotThereHarmsNothing) {
  Executor executor = MakeExecutor();
  Session session = MakeSession(executor, JavaScript());
  ASSERT_TRUE(session.RunAsync("var x = 1", {}, [](const Result&) { throw std::runtime_error("no"); }).ok());
  Until([&] { return executor.Stats().runs == 0; });
  ASSERT_TRUE(session.RunAsync("x += 1", {}, RunCallback()).ok());
  Until([&] { return executor.Stats().runs == 0; });
  EXPECT_EQ(session.Run("x", {.want_value = true}).value, "2");
}

TEST(RunAsync, EveryCallbackIsCalledOnceBeforeTheExecutorIsGone) {
  constexpr size_t kRuns = 40;
  std::vector<std::atomic<int>> calls(kRuns);
  {
    Executor executor = MakeExecutor({WithMaxRuns(2), WithRunQueue(kRuns, kLong)});
    std::vector<Session> sessions;
    for (size_t i = 0; i < kRuns; ++i) {
      sessions.push_back(MakeSession(executor, JavaScript()));
      ASSERT_TRUE(sessions.back()
                      .RunAsync("for (;;) {}", {},
                                [&, i](const Result& result) {
                                  EXPECT_EQ(KindOf(result), ErrorKind::kCancelled) << Show(result);
                                  EXPECT_FALSE(result.session_alive && i % 2 == 0);
                                  ++calls[i];
                                })
                      .ok());
    }
    // Some by their sessions, which end as well, the others by the executor.
    for (size_t i = 0; i < kRuns; i += 2) sessions[i].Close();
  }
  for (const std::atomic<int>& count : calls) EXPECT_EQ(count, 1);
}

TEST(RunAsync, StopsComeAtAnyTime) {
  Executor executor = MakeExecutor({WithMaxRuns(2), WithRunQueue(1'000, kLong)});
  for (int round = 0; round < 20; ++round) {
    std::stop_source stop;
    std::vector<Session> sessions;
    Results results;
    sessions.reserve(8);
    for (int i = 0; i < 8; ++i) sessions.push_back(MakeSession(executor, JavaScript()));
    {
      const std::jthread stopper([&] {
        for (int i = 0; i < round; ++i) std::this_thread::yield();
        stop.request_stop();
      });
      size_t begun = 0;
      for (Session& session : sessions) {
        begun += session.RunAsync("for (;;) {}", {.stop = stop.get_token()}, results.Callback()).ok() ? 1U : 0U;
      }
      for (const Result& result : results.Wait(begun)) EXPECT_EQ(KindOf(result), ErrorKind::kCancelled) << Show(result);
      EXPECT_EQ(results.size(), begun);
    }
  }
}

TEST(RunAsync, WhateverMeetsNothingIsLeftAndNoResultLost) {
  constexpr int kThreads = 4;
  constexpr int kRounds = 40;
  Executor executor =
      MakeExecutor({WithMaxRuns(2), WithRunQueue(3, std::chrono::milliseconds(50)), WithMaxSessions(40)});
  std::atomic<size_t> begun{0};
  std::atomic<size_t> told{0};
  const auto work = [&](unsigned seed) {
    std::minstd_rand random(seed);
    for (int round = 0; round < kRounds; ++round) {
      const std::string tenant(random() % 3, 't');
      auto made = executor.NewSession(JavaScript(), {WithSessionTenant(tenant)});
      if (!made) continue;
      std::stop_source stop;
      const char* code = random() % 3 == 0 ? "for (;;) {}" : "1";
      const RunOptions options{.stop = stop.get_token()};
      const bool async = random() % 3 != 0;
      std::jthread ends;
      if (code[0] == 'f' || random() % 2 == 0) {
        ends = std::jthread([&, way = random() % 3, wait = random() % 3] {
          std::this_thread::sleep_for(std::chrono::milliseconds(wait));
          if (way == 0) stop.request_stop();
          if (way == 1) made->Close();
          // What has not begun is not interrupted.
          for (int i = 0; way == 2 && i < 400 && !stop.stop_requested(); ++i) {
            made->Interrupt();
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
          }
          stop.request_stop();
        });
      }
      if (!async) {
        ++begun;
        (void)made->Run(code, options);
        ++told;
      } else if (made->RunAsync(code, options, [&](const Result&) { ++told; })) {
        ++begun;
      }
      stop.request_stop();
    }
  };
  {
    std::vector<std::jthread> threads;
    threads.reserve(kThreads);
    for (unsigned seed = 1; seed <= kThreads; ++seed) threads.emplace_back(work, seed);
  }
  Until([&] { return executor.Stats().runs == 0; });
  const ExecutorStats stats = executor.Stats();
  EXPECT_EQ(told, begun);
  EXPECT_EQ(stats.sessions + stats.waiting_runs, 0U);
  EXPECT_EQ(stats.memory_bytes + stats.host_bytes, 0U);
  executor.Close();
  EXPECT_EQ(told, begun);
}

TEST(RunAsync, TextsOfWaitingRunsAreBounded) {
  Executor executor = MakeExecutor({WithHostMemory(size_t{1} << 20)});
  Session session = MakeSession(executor, JavaScript());
  const std::string large(size_t{2} << 20, ' ');
  const auto begun = session.RunAsync(large);
  ASSERT_FALSE(begun.ok());
  EXPECT_EQ(begun.error().kind, ErrorKind::kOverloaded);
  EXPECT_THAT(begun.error().message, HasSubstr("WithHostMemory"));
  EXPECT_EQ(executor.Stats().rejected, 1U);
  EXPECT_EQ(executor.Stats().host_bytes, 0U);
  // Where nothing waits nothing is copied.
  EXPECT_TRUE(session.Run(large).ok());
}

}  // namespace
}  // namespace goru
