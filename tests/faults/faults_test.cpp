// What happens where memory is short or the system gives no thread: errors, and everything goes on afterwards.
#include "faults/faults.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "common/load.hpp"

namespace goru {
namespace {

using test::FailAllocation;
using test::FailThreads;
using test::KindOf;
using test::MakeExecutor;
using test::MakeSession;
using test::Program;
using test::Show;
using testing::HasSubstr;

class FaultsTest : public testing::TestWithParam<Language> {
 protected:
  const Language& language() const { return GetParam(); }
};

INSTANTIATE_TEST_SUITE_P(Languages, FaultsTest, testing::ValuesIn(test::EveryRuntime()), test::LanguageName);

/// Writes to both streams, calls functions of all kinds, fails and has a value.
constexpr Program kProgram = {
    "import sys\n"
    "print('out'); print('err' * 20, file=sys.stderr)\n"
    "call('pool', text='x' * 100); call('own', text='y' * 100)\n"
    "import asyncio\n"
    "async def both(): return await asyncio.gather(async_call('pool', text='a'), async_call('own', text='b'))\n"
    "asyncio.run(both())\n"
    "kv.set('key', {'a': [1, 2, 3]})\n"
    "{'value': [1, 2, 'three' * 20]}",
    "console.log('out'); console.error('err'.repeat(20));"
    "call('pool', {text: 'x'.repeat(100)}); call('own', {text: 'y'.repeat(100)});"
    "await runAsync(asyncCall('pool', {text: 'a'}), asyncCall('own', {text: 'b'}));"
    "kv.set('key', {a: [1, 2, 3]});"
    "({value: [1, 2, 'three'.repeat(20)]})"};

constexpr Program kSmall = {"print(1 + 1)", "console.log(1 + 1)"};

Registry Functions() {
  Registry registry;
  const auto echo = [](const CallContext&, const nlohmann::json& args) { return args; };
  registry.Add("pool", echo);
  registry.Add("own", echo, Blocking::kNever);
  return registry;
}

/// Calls `attempt` with each allocation of this thread failing in turn, until none fails any more; there are more than
/// `least`.
template <typename Attempt>
void ForEachAllocation(bool and_later, Attempt attempt, uint64_t least = 20) {
  constexpr uint64_t kMost = 100'000;
  for (uint64_t number = 0; number < kMost; ++number) {
    SCOPED_TRACE("allocation " + std::to_string(number) + (and_later ? " and later" : ""));
    if (!attempt(number)) {
      EXPECT_GT(number, least);
      return;
    }
    if (testing::Test::HasFailure()) return;
  }
  FAIL() << "there is no end to it";
}

TEST_P(FaultsTest, RunsWithEachAllocationFailing) {
  Executor executor = MakeExecutor({WithRegistry(Functions())});
  const std::string code = kProgram.In(language());
  const RunOptions options{.want_value = true};
  for (const bool and_later : {false, true}) {
    std::optional<Session> session;
    ForEachAllocation(and_later, [&](uint64_t number) {
      if (!session || session->closed()) session = MakeSession(executor, language(), {WithSessionKV()});
      bool failed = false;
      const Result result = [&] {
        const FailAllocation fail(number, and_later);
        Result out = session->Run(code, options);
        failed = fail.failed();
        return out;
      }();
      EXPECT_TRUE(failed || result.ok()) << Show(result);
      EXPECT_EQ(result.session_alive, !session->closed());
      // Whatever it came to, the session is not left running.
      const Result next = session->Run(kSmall.In(language()));
      if (result.session_alive) {
        EXPECT_EQ(next.stdout_text, "2\n") << Show(next) << Show(result);
      } else {
        EXPECT_EQ(KindOf(next), ErrorKind::kSessionClosed) << Show(next);
      }
      return failed;
    });
  }
  EXPECT_EQ(executor.Run(language(), kSmall.In(language())).stdout_text, "2\n");
}

TEST_P(FaultsTest, FreshSandboxesWithEachAllocationFailing) {
  Executor executor = MakeExecutor({WithRegistry(Functions()), WithWarmPool(0)});
  const std::vector<SessionOption> options = {WithSessionKV(), WithSessionAllowedHosts({"localhost"})};
  ASSERT_TRUE(executor.Run(language(), kSmall.In(language()), {}, options).ok());
  for (const bool and_later : {false, true}) {
    ForEachAllocation(and_later, [&](uint64_t number) {
      bool failed = false;
      const Result result = [&] {
        const FailAllocation fail(number, and_later);
        Result out = executor.Run(language(), kSmall.In(language()), {}, options);
        failed = fail.failed();
        return out;
      }();
      EXPECT_TRUE(failed || result.ok()) << Show(result);
      return failed;
    });
  }
  EXPECT_EQ(executor.Run(language(), kSmall.In(language())).stdout_text, "2\n");
}

TEST_P(FaultsTest, AsyncRunsWithEachAllocationFailing) {
  Executor executor = MakeExecutor({WithRegistry(Functions()), WithMaxRuns(1)});
  const RunOptions named{.name = std::string(100, 'n')};
  for (const bool waits : {false, true}) {
    for (const bool and_later : {false, true}) {
      std::optional<Session> session;
      ForEachAllocation(
          and_later,
          [&](uint64_t number) {
            if (!session || session->closed()) session = MakeSession(executor, language(), {WithSessionKV()});
            // Where something runs already, it takes the queue as well.
            test::Door door;
            std::optional<Session> holder;
            std::future<Result> held;
            if (waits) {
              holder = MakeSession(executor, JavaScript());
              RunOptions options;
              test::Door running;
              options.on_stdout = [&](std::string_view) {
                running.Open();
                door.Wait();
              };
              auto begun = holder->RunAsync("console.log(1)", options);
              EXPECT_TRUE(begun.ok());
              held = std::move(*begun);
              running.Wait();
            }
            bool failed = false;
            auto run = [&] {
              const FailAllocation fail(number, and_later);
              auto out = session->RunAsync(kSmall.In(language()), named);
              failed = fail.failed();
              return out;
            }();
            door.Open();
            if (held.valid()) {
              EXPECT_TRUE(held.get().ok());
            }
            if (run) {
              const Result result = run->get();
              EXPECT_EQ(result.stdout_text, "2\n") << Show(result);
            } else {
              EXPECT_TRUE(failed) << run.error().message;
              EXPECT_EQ(run.error().kind, ErrorKind::kUnavailable) << run.error().message;
            }
            // Whatever it came to, the session and the turn are free.
            test::Until([&] { return executor.Stats().runs == 0; });
            EXPECT_EQ(session->Run(kSmall.In(language())).stdout_text, "2\n");
            return failed;
          },
          5);
    }
  }
}

TEST_P(FaultsTest, InterruptWithoutMemoryEndsTheRunAllTheSame) {
  Executor executor = MakeExecutor();
  Session session = MakeSession(executor, language());
  test::Door running;
  Result result;
  constexpr Program kForever = {"print('running')\nwhile True: pass", "console.log('running'); for (;;) {}"};
  {
    RunOptions options;
    options.on_stdout = [&](std::string_view) { running.Open(); };
    const std::jthread thread([&] { result = session.Run(kForever.In(language()), options); });
    running.Wait();
    const FailAllocation fail(0, true);
    session.Interrupt();
  }
  EXPECT_EQ(KindOf(result), ErrorKind::kCancelled) << Show(result);
}

TEST_P(FaultsTest, CallbackThatThrowsEndsTheRunAndSaysSo) {
  Executor executor = MakeExecutor();
  Session session = MakeSession(executor, language());
  RunOptions options;
  options.on_stdout = [](std::string_view) { throw std::runtime_error("no more paper"); };
  const Result result = session.Run(kSmall.In(language()), options);
  EXPECT_EQ(KindOf(result), ErrorKind::kInternal) << Show(result);
  EXPECT_THAT(result.error->message, HasSubstr("no more paper"));
  EXPECT_FALSE(result.session_alive);
  EXPECT_EQ(executor.Run(language(), kSmall.In(language())).stdout_text, "2\n");
}

TEST(Threads, ExecutorWithoutItsThreadIsAnError) {
  const FailThreads fail;
  const auto executor = Executor::Create({WithDiskCache(GORU_TEST_CACHE)});
  ASSERT_FALSE(executor.ok());
  EXPECT_EQ(executor.error().kind, ErrorKind::kUnavailable);
  EXPECT_THAT(executor.error().message, HasSubstr("ulimit -u"));
}

TEST(Threads, RunsNeedNoFurtherThread) {
  Executor executor = MakeExecutor({WithWarmPool(2), WithRegistry(Functions())});
  const FailThreads fail;
  for (const Language& language : test::EveryRuntime()) {
    Session session = MakeSession(executor, language);
    EXPECT_EQ(session.Run(kSmall.In(language)).stdout_text, "2\n");
    const Result stopped = executor.Run(language, language.is_python() ? "while True: pass" : "for (;;) {}", {},
                                        {WithSessionTimeout(std::chrono::milliseconds(100))});
    EXPECT_EQ(KindOf(stopped), ErrorKind::kTimeout) << Show(stopped);
    // Sandboxes are given back and made without the thread that does so otherwise.
    for (int i = 0; i < 40; ++i) EXPECT_TRUE(executor.Run(language, kSmall.In(language)).ok());
  }
}

TEST(Threads, AsyncRunsNeedOne) {
  Executor executor = MakeExecutor({WithWarmPool(0), WithMaxRuns(4)});
  std::vector<Session> sessions;
  sessions.reserve(8);
  for (int i = 0; i < 8; ++i) sessions.push_back(MakeSession(executor, JavaScript()));
  {
    const FailThreads fail;
    const auto none = sessions[0].RunAsync("1");
    ASSERT_FALSE(none.ok());
    EXPECT_EQ(none.error().kind, ErrorKind::kUnavailable);
    EXPECT_THAT(none.error().message, HasSubstr("ulimit -u"));
    EXPECT_TRUE(sessions[0].Run(kSmall.javascript).ok());
  }
  const FailThreads fail(1);
  std::vector<std::future<Result>> runs;
  for (Session& session : sessions) {
    auto run = session.RunAsync(kSmall.javascript);
    ASSERT_TRUE(run.ok()) << run.error().message;
    runs.push_back(std::move(*run));
  }
  for (std::future<Result>& run : runs) EXPECT_EQ(run.get().stdout_text, "2\n");
  EXPECT_EQ(executor.Stats().run_threads, 1U);
}

TEST(Create, WithEachAllocationFailing) {
  const std::vector<ExecutorOption> options = {WithDiskCache(GORU_TEST_CACHE), WithWarmPool(0),
                                               WithPrecompile({JavaScript()})};
  for (const bool and_later : {false, true}) {
    ForEachAllocation(and_later, [&](uint64_t number) {
      const FailAllocation fail(number, and_later);
      const auto executor = Executor::Create(options);
      EXPECT_TRUE(fail.failed() || executor.ok());
      return fail.failed();
    });
  }
}

}  // namespace
}  // namespace goru
