// Children that are forked from a process that uses goru.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "common/forked.hpp"
#include "common/sandbox.hpp"
#include "common/temporary_folder.hpp"
#include "host/http/web_server.hpp"

namespace goru {
namespace {

using host::http::test::WebServer;
using test::Complaints;
using test::InChild;
using test::KindOf;
using test::MakeExecutor;
using test::MakeSession;
using test::Program;
using test::Show;

constexpr Program kForEver = {"while True: pass", "for (;;) {}"};
constexpr Program kRemember = {"a = 41", "globalThis.a = 41"};
constexpr Program kRecall = {"print(a + 1)", "console.log(a + 1)"};
constexpr Program kCallFork = {"call('fork')\nprint('after')", "call('fork'); console.log('after')"};
constexpr std::chrono::milliseconds kShort{200};

void ExpectForked(Complaints& complaints, const std::string& what, const Result& result) {
  const bool good = KindOf(result) == ErrorKind::kForked && !result.session_alive && result.exit_code == 1 &&
                    result.error->message.find("make a new Executor in the child") != std::string::npos;
  complaints.Check(good, what, Show(result));
}

/// What a child does that goes on with an executor of its own.
void ExpectWorks(Complaints& complaints, const Language& language) {
  Executor executor = MakeExecutor();
  {
    Session session = MakeSession(executor, language, {WithSessionTimeout(kShort)});
    const Result result = session.Run(kForEver.In(language));
    complaints.Check(KindOf(result) == ErrorKind::kTimeout, "a run without end", Show(result));
  }
  for (int round = 0; round < 3; ++round) {
    // Each has a sandbox that others have used.
    Session session = MakeSession(executor, language);
    std::string streamed;
    RunOptions options;
    options.on_stdout = [&streamed](std::string_view piece) { streamed += piece; };
    complaints.Check(session.Run(kRecall.In(language)).error.has_value(), "a sandbox remembers another session");
    complaints.Check(session.Run(kRemember.In(language)).ok(), "a run");
    const Result result = session.Run(kRecall.In(language), options);
    complaints.Check(result.ok() && streamed == "42\n", "a run", Show(result));
  }
}

void ExpectWorks(Executor& executor, const Language& language) {
  const Result result = executor.Run(language, "1");
  EXPECT_TRUE(result.ok()) << Show(result);
}

class ForkTest : public testing::TestWithParam<Language> {
 protected:
  const Language& language() const { return GetParam(); }
};
INSTANTIATE_TEST_SUITE_P(Languages, ForkTest, testing::ValuesIn(test::EveryRuntime()), test::LanguageName);

TEST_P(ForkTest, InheritedObjectsSaySo) {
  auto executor = std::make_unique<Executor>(MakeExecutor());
  auto idle = std::make_unique<Session>(MakeSession(*executor, language()));
  auto fresh = std::make_unique<Session>(MakeSession(*executor, language()));
  ASSERT_TRUE(idle->Run(kRemember.In(language())).ok());
  InChild([&](Complaints& complaints) {
    ExpectForked(complaints, "an idle session", idle->Run(kRecall.In(language())));
    ExpectForked(complaints, "a session without a sandbox", fresh->Run("1"));
    ExpectForked(complaints, "an executor", executor->Run(language(), "1"));
    const auto session = executor->NewSession(language());
    complaints.Check(!session && session.error().kind == ErrorKind::kForked, "a new session");
    const auto later = idle->RunAsync("1");
    complaints.Check(!later && later.error().kind == ErrorKind::kForked, "a run on a thread");
    bool called = false;
    const auto done = fresh->RunAsync("1", {}, [&called](const Result&) { called = true; });
    complaints.Check(!done && done.error().kind == ErrorKind::kForked && !called, "a run on a thread, with a callback");
    complaints.Check(executor->Stats().sessions == 0, "an executor's count");
    complaints.Check(idle->closed() && idle->ResidentBytes() == 0 && idle->language() == language(), "an observer");
    idle->Interrupt();
    idle->Close();
    executor->Close();
    ExpectForked(complaints, "a session that was closed here", idle->Run("1"));
    // Assigned over, moved and destroyed, in either order.
    Session moved = std::move(*idle);
    idle.reset();
    executor.reset();
    fresh.reset();
    ExpectWorks(complaints, language());
  });
  const Result result = idle->Run(kRecall.In(language()));
  EXPECT_EQ(result.stdout_text, "42\n") << Show(result);
  ExpectWorks(*executor, language());
}

TEST_P(ForkTest, WhileThreadsRunGuests) {
  std::atomic<bool> enough{false};
  Registry registry;
  registry.Add("nap", [](const CallContext&, const nlohmann::json&) {
    std::this_thread::sleep_for(std::chrono::microseconds(50));
    return nlohmann::json(1);
  });
  constexpr Program kBusy = {"for _ in range(20): call('nap')\nwhile True: pass",
                             "for (let i = 0; i < 20; ++i) call('nap'); for (;;) {}"};
  auto executor = std::make_unique<Executor>(MakeExecutor({WithRegistry(std::move(registry))}));
  auto session = std::make_unique<Session>(MakeSession(*executor, language()));
  ASSERT_TRUE(session->Run(kRemember.In(language())).ok());
  // They end at their timeouts, again and again.
  std::vector<std::thread> threads(3);
  for (std::thread& thread : threads) {
    thread = std::thread([&] {
      while (!enough) {
        const Result result =
            executor->Run(language(), kBusy.In(language()), {}, {WithSessionTimeout(std::chrono::milliseconds(10))});
        EXPECT_EQ(KindOf(result), ErrorKind::kTimeout) << Show(result);
      }
    });
  }
  for (int i = 0; i < 8 && !HasFailure(); ++i) {
    InChild([&](Complaints& complaints) {
      ExpectForked(complaints, "a session", session->Run("1"));
      ExpectForked(complaints, "an executor", executor->Run(language(), "1"));
      session.reset();
      executor.reset();
      ExpectWorks(complaints, language());
    });
  }
  enough = true;
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(session->Run(kRecall.In(language())).stdout_text, "42\n");
}

/// A run whose host forks, on the run's own thread: the child comes back from Session::Run as well.
class ForkInRunTest : public ForkTest {
 protected:
  /// `options` say where `fork_` is called.
  void Run(Registry registry, const std::function<void(RunOptions&)>& change) {
    Executor executor = MakeExecutor({WithRegistry(std::move(registry))});
    auto session = std::make_unique<Session>(MakeSession(executor, language()));
    RunOptions options;
    change(options);
    const auto begun = std::chrono::steady_clock::now();
    const Result result = session->Run(kCallFork.In(language()), options);
    ASSERT_TRUE(fork_);
    if (fork_->in_child()) {
      Complaints complaints;
      ExpectForked(complaints, "the run", result);
      complaints.Check(std::chrono::steady_clock::now() - begun < std::chrono::seconds(20), "it took long");
      complaints.Check(result.output.empty(), "the child has the parent's output", result.output);
      ExpectForked(complaints, "a run after it", session->Run("1"));
      session.reset();
      ExpectWorks(complaints, language());
      fork_->Exit(complaints);
    }
    EXPECT_EQ(fork_->Wait(), 0);
    EXPECT_EQ(result.stdout_text, "after\n") << Show(result);
    EXPECT_TRUE(session->Run("1").ok());
  }

  std::optional<test::Fork> fork_;
};
INSTANTIATE_TEST_SUITE_P(Languages, ForkInRunTest, testing::ValuesIn(test::EveryRuntime()), test::LanguageName);

TEST_P(ForkInRunTest, FunctionThatAnswersAtOnce) {
  Registry registry;
  registry.Add(
      "fork",
      [this](const CallContext& context, const nlohmann::json&) {
        fork_.emplace();
        context.Reserve(1000);
        return nlohmann::json(1);
      },
      Blocking::kNever);
  Run(std::move(registry), [](RunOptions&) {});
}

TEST_P(ForkInRunTest, FunctionThatThrows) {
  Registry registry;
  registry.Add(
      "fork",
      [this](const CallContext&, const nlohmann::json&) -> nlohmann::json {
        fork_.emplace();
        if (fork_->in_child()) throw std::runtime_error("in the child");
        return 1;
      },
      Blocking::kNever);
  Run(std::move(registry), [](RunOptions&) {});
}

TEST_P(ForkInRunTest, FunctionThatAnswersLater) {
  Registry::Entry entry;
  std::optional<Completion> kept;
  entry.async = [&](const CallContext&, const nlohmann::json&, Completion completion) {
    fork_.emplace();
    const bool answered = completion.Return(1);
    EXPECT_EQ(answered, !fork_->in_child());
    kept = std::move(completion);
  };
  Registry registry;
  registry.Add("fork", std::move(entry));
  Run(std::move(registry), [](RunOptions&) {});
}

TEST_P(ForkInRunTest, OutputCallback) {
  Registry registry;
  registry.Add("fork", [](const CallContext&, const nlohmann::json&) { return nlohmann::json(1); });
  Run(std::move(registry), [this](RunOptions& options) {
    options.on_stdout = [this](std::string_view) {
      if (!fork_) fork_.emplace();
    };
  });
}

TEST_P(ForkTest, FunctionOnAThreadOfThePoolThatComesBackEndsTheChild) {
  std::optional<test::Fork> fork;
  Registry registry;
  registry.Add("fork", [&fork](const CallContext&, const nlohmann::json&) {
    fork.emplace();
    return nlohmann::json(1);
  });
  Executor executor = MakeExecutor({WithRegistry(std::move(registry))});
  const Result result = executor.Run(language(), kCallFork.In(language()));
  ASSERT_TRUE(fork);
  EXPECT_EQ(result.stdout_text, "after\n") << Show(result);
  const int status = fork->Wait();
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == EXIT_FAILURE) << status;
  ExpectWorks(executor, language());
}

TEST_P(ForkTest, RunOnAThreadOfTheExecutorEndsTheChild) {
  // In a function that the run's thread calls, and in the callback.
  for (const bool in_callback : {false, true}) {
    std::optional<test::Fork> fork;
    Registry registry;
    registry.Add(
        "fork",
        [&](const CallContext&, const nlohmann::json&) {
          if (!in_callback) fork.emplace();
          return nlohmann::json(1);
        },
        Blocking::kNever);
    Executor executor = MakeExecutor({WithRegistry(std::move(registry))});
    Session session = MakeSession(executor, language());
    std::promise<Result> promise;
    const auto begun = session.RunAsync(kCallFork.In(language()), {}, [&](Result result) {
      if (in_callback) fork.emplace();
      if (!fork->in_child()) promise.set_value(std::move(result));
    });
    ASSERT_TRUE(begun.ok());
    const Result result = promise.get_future().get();
    EXPECT_EQ(result.stdout_text, "after\n") << Show(result);
    const int status = fork->Wait();
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == EXIT_FAILURE) << status;
    EXPECT_TRUE(session.Run("1").ok());
  }
}

TEST_P(ForkTest, FunctionThatRunsAProgramInTheChild) {
  Registry registry;
  registry.Add("fork", [](const CallContext&, const nlohmann::json&) {
    const pid_t child = ::fork();
    if (child == 0) {
      ::execl("/bin/true", "true", nullptr);
      ::_exit(127);
    }
    int status = -1;
    ::waitpid(child, &status, 0);
    return nlohmann::json(status);
  });
  Executor executor = MakeExecutor({WithRegistry(std::move(registry))});
  RunOptions options;
  options.want_value = true;
  const Result result = executor.Run(language(), "call('fork')", options);
  EXPECT_EQ(result.value, "0") << Show(result);
}

TEST_P(ForkTest, ChildOfAChild) {
  Executor executor = MakeExecutor();
  ExpectWorks(executor, language());
  InChild([&](Complaints& complaints) {
    Executor own = MakeExecutor();
    complaints.Check(own.Run(language(), "1").ok(), "a run in the child");
    InChild([&](Complaints& inner) {
      ExpectForked(inner, "the grandparent's", executor.Run(language(), "1"));
      ExpectForked(inner, "the parent's", own.Run(language(), "1"));
      ExpectWorks(inner, language());
    });
    complaints.Check(!HasFailure(), "the grandchild complains");
    complaints.Check(own.Run(language(), "1").ok(), "a run in the child after that");
  });
}

TEST(Fork, ChildCompiles) {
  // The engine compiles with threads that it keeps, and a child has none of them.
  const auto run = [] {
    Executor executor = MakeExecutor({WithoutDiskCache()});
    return executor.Run(JavaScript(), "1");
  };
  ASSERT_TRUE(run().ok());
  InChild([&](Complaints& complaints) {
    const Result result = run();
    complaints.Check(result.ok(), "a run", Show(result));
  });
}

TEST(Fork, HttpAndFilesOfBoth) {
  const test::TemporaryFolder folder;
  const std::string file = folder.path() + "/store";
  const auto use = [&](Executor& executor, const std::string& name) {
    Session session =
        MakeSession(executor, Python(),
                    {WithSessionAllowedHosts({"127.0.0.1:" + WebServer::Get().Port("http")}), WithSessionKVFile(file),
                     WithSessionMount("/", folder.path(), MountMode::kReadWriteCreate)});
    return session.Run("assert http.get('" + WebServer::Get().Http("/bytes/10") +
                       "').status_code == 200\n"
                       "for i in range(50): kv.set('" +
                       name + "%d' % i, i)\nfs.write_text('/" + name + "', 'x')\nprint(len(kv.keys()))");
  };
  Executor executor = MakeExecutor();
  auto store = KVStore::Open(file);
  auto memory = KVStore::InMemory();
  ASSERT_TRUE(store.ok() && store->Set("held", "1").ok() && memory.Set("held", "1").ok());
  const Result before = use(executor, "before");
  ASSERT_EQ(before.stdout_text, "51\n") << Show(before);
  {
    // Both at the same time.
    test::Fork fork;
    if (fork.in_child()) {
      Complaints complaints;
      for (KVStore& inherited : std::vector<KVStore>{*store, memory}) {
        const auto got = inherited.Get("held");
        complaints.Check(!got && got.error().kind == ErrorKind::kForked, "an inherited store is read");
        const auto set = inherited.Set("held", "2");
        complaints.Check(!set && set.error().kind == ErrorKind::kForked, "an inherited store is written");
        complaints.Check(!inherited.Delete("held").ok() && !inherited.Keys().ok(), "an inherited store is used");
      }
      store = Error{};
      memory = KVStore::InMemory();
      Executor own = MakeExecutor();
      const Result result = use(own, "child");
      complaints.Check(result.ok(), "a session of the child", Show(result));
      auto again = KVStore::Open(file);
      complaints.Check(again.ok() && again->Get("held").ok() && **again->Get("held") == "1", "the file in the child");
      fork.Exit(complaints);
    }
    const Result meanwhile = use(executor, "parent");
    EXPECT_TRUE(meanwhile.ok()) << Show(meanwhile);
    EXPECT_EQ(fork.Wait(), 0);
  }
  EXPECT_EQ(store->Keys()->size(), 151U);
  EXPECT_EQ(**store->Get("child49"), "49");
  EXPECT_TRUE(std::ifstream(folder.path() + "/child").good());
}

}  // namespace
}  // namespace goru
