// What programs find around themselves: arguments, environment, standard input as it comes, handlers for their end.
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>

#include "common/sandbox.hpp"

namespace goru {
namespace {

using test::MakeExecutor;
using test::MakeSession;
using test::Show;

class SurroundingsTest : public testing::TestWithParam<Language> {
 protected:
  Session Make(const std::vector<SessionOption>& options = {}) { return MakeSession(executor_, GetParam(), options); }

  Executor executor_ = MakeExecutor({WithWarmPool(0)});
};
INSTANTIATE_TEST_SUITE_P(Pythons, SurroundingsTest, testing::ValuesIn(test::EveryPython()), test::LanguageName);

TEST_P(SurroundingsTest, ArgumentsAreARuns) {
  Session session = Make();
  const Result first = session.Run("import sys; print(sys.argv)", {.name = "app.py", .arguments = {"-v", "two words"}});
  EXPECT_EQ(first.stdout_text, "['app.py', '-v', 'two words']\n") << Show(first);
  const Result second = session.Run("print(sys.argv)", {.name = "other.py", .arguments = {"x"}});
  EXPECT_EQ(second.stdout_text, "['other.py', 'x']\n") << Show(second);
  const Result kept = session.Run("print(sys.argv)");
  EXPECT_EQ(kept.stdout_text, "['other.py', 'x']\n") << Show(kept);
}

TEST_P(SurroundingsTest, WrongArgumentsAndVariablesAreRefused) {
  Session session = Make();
  for (const std::string& argument :
       {std::string("a\0b", 3), std::string("\xFF"), std::string(size_t{70} << 20, 'x')}) {
    const Result result = session.Run("1", {.arguments = {argument}});
    EXPECT_EQ(result.status(), "invalid_argument") << Show(result).substr(0, 1000);
    EXPECT_TRUE(result.session_alive);
  }
  EXPECT_TRUE(session.Run("1").ok());
  for (const auto& [name, value] : std::vector<std::pair<std::string, std::string>>{
           {"", "x"}, {"A=B", "x"}, {"A", std::string("\0", 1)}, {"\xFF", "x"}, {"A", std::string(70'000, 'x')}}) {
    const auto refused = executor_.NewSession(GetParam(), {WithSessionEnvironment(name, value)});
    ASSERT_FALSE(refused.ok());
    EXPECT_NE(refused.error().message.find("WithSessionEnvironment"), std::string::npos) << refused.error().message;
  }
}

TEST_P(SurroundingsTest, EnvironmentIsASessions) {
  Session one = Make({WithSessionEnvironment("WHO", "one"), WithSessionEnvironment("WHO", "last wins")});
  Session two = Make();
  const char* code = "import os; print(os.environ.get('WHO'), os.getenv('PATH'))";
  EXPECT_EQ(one.Run(code).stdout_text, "last wins None\n");
  EXPECT_EQ(two.Run(code).stdout_text, "None None\n");
  EXPECT_EQ(one.Run(code).stdout_text, "last wins None\n");
}

TEST_P(SurroundingsTest, StandardInputIsReadAsItIsAskedFor) {
  Session session = Make();
  int asked = 0;
  RunOptions options;
  options.stdin_data = "first\n";
  options.on_stdin = [&asked](std::span<char> into, const std::stop_token&) {
    const std::string line = ++asked <= 2 ? "line " + std::to_string(asked) + "\n" : "";
    std::copy(line.begin(), line.end(), into.begin());
    return line.size();
  };
  const Result result = session.Run("print(input()); print(input())", options);
  EXPECT_EQ(result.stdout_text, "first\nline 1\n") << Show(result);
  EXPECT_EQ(asked, 1);
  const Result rest = session.Run("import sys; print(sys.stdin.read().split())", options);
  EXPECT_EQ(rest.stdout_text, "['first', 'line', '2']\n") << Show(rest);
}

TEST_P(SurroundingsTest, WhoWaitsForInputIsStopped) {
  Session session = Make({WithSessionTimeout(std::chrono::milliseconds(200))});
  RunOptions options;
  options.on_stdin = [](std::span<char>, const std::stop_token& stop) -> size_t {
    while (!stop.stop_requested()) std::this_thread::yield();
    return 0;
  };
  const Result result = session.Run("input()", options);
  EXPECT_EQ(result.status(), "timeout") << Show(result);
}

TEST_P(SurroundingsTest, MoreInputThanThereIsRoomForIsNotBelieved) {
  Session session = Make();
  RunOptions options;
  options.on_stdin = [](std::span<char> into, const std::stop_token&) -> size_t {
    std::fill(into.begin(), into.end(), 'x');
    return into.size() + 1000;
  };
  const Result result = session.Run("import os; print(len(os.read(0, 10)))", options);
  EXPECT_EQ(result.stdout_text, "10\n") << Show(result);
}

TEST_P(SurroundingsTest, HandlersRunAtTheProgramsEnd) {
  const std::string code = "import atexit; atexit.register(print, 'end'); print('program')";
  EXPECT_EQ(executor_.Run(GetParam(), code).stdout_text, "program\nend\n");
  Session session = Make();
  EXPECT_EQ(session.Run(code).stdout_text, "program\n");
  EXPECT_EQ(session.Run("print('more')").stdout_text, "more\n");
  EXPECT_EQ(session.Run("print('last')", {.run_exit_handlers = true}).stdout_text, "last\nend\n");
  EXPECT_EQ(session.Run("print('again')", {.run_exit_handlers = true}).stdout_text, "again\n");
}

TEST_P(SurroundingsTest, ClosingASessionRunsThem) {
  std::atomic<int> told = 0;
  Registry registry;
  registry.Add("told", [&told](const CallContext&, const nlohmann::json&) {
    ++told;
    return nlohmann::json();
  });
  Executor executor = MakeExecutor({WithWarmPool(0), WithRegistry(registry)});
  {
    Session session = MakeSession(executor, GetParam());
    ASSERT_TRUE(session.Run("import atexit; atexit.register(call, 'told')").ok());
    session.Close();
    EXPECT_EQ(told, 1);
    EXPECT_EQ(session.Run("1").status(), "session_closed");
    session.Close();
  }
  EXPECT_EQ(told, 1);
  // Not one that was only forgotten.
  {
    Session session = MakeSession(executor, GetParam());
    (void)session.Run("import atexit; atexit.register(call, 'told')");
  }
  EXPECT_EQ(told, 1);
  // Handlers have the limits of a run.
  Session endless = MakeSession(executor, GetParam(), {WithSessionTimeout(std::chrono::milliseconds(300))});
  ASSERT_TRUE(endless.Run("def f():\n  while True: pass\nimport atexit; atexit.register(f)").ok());
  endless.Close();
  EXPECT_TRUE(endless.closed());
}

TEST_P(SurroundingsTest, AHookTellsOfErrors) {
  Session session = Make();
  const Result result =
      session.Run("import sys\nsys.excepthook = lambda *a: print('mine', a[1], file=sys.stderr)\n1/0");
  EXPECT_EQ(result.status(), "guest_exception");
  EXPECT_TRUE(result.error->reported);
  EXPECT_EQ(result.error->type, "ZeroDivisionError");
  EXPECT_EQ(result.error->traceback, "");
  EXPECT_EQ(result.stderr_text, "mine division by zero\n");
}

TEST_P(SurroundingsTest, ThreadsAreASessions) {
  Session with = Make({WithSessionThreads()});
  Session without = Make();
  const char* code = "import threading; t = threading.Thread(target=print, args=('thread',)); t.start(); t.join()";
  EXPECT_EQ(with.Run(code).stdout_text, "thread\n");
  const Result refused = without.Run(code);
  EXPECT_NE(refused.error->message.find("WithSessionThreads"), std::string::npos) << Show(refused);
  EXPECT_EQ(with.Run(code).stdout_text, "thread\n");
}

TEST_P(SurroundingsTest, AThreadThatLoopsIsStopped) {
  Session session = Make({WithSessionThreads(), WithSessionTimeout(std::chrono::milliseconds(300))});
  const Result result =
      session.Run("import threading\ndef f():\n  while True: pass\nthreading.Thread(target=f, daemon=True).start()");
  EXPECT_EQ(result.status(), "timeout") << Show(result);
}

TEST_P(SurroundingsTest, CompatibilityIsAllOfThem) {
  Session session = Make({WithSessionCompatibility()});
  const Result result = session.Run(
      "import threading; t = threading.Thread(target=lambda: open('x', 'w').write('y')); t.start(); "
      "print(open('x').read())");
  EXPECT_EQ(result.stdout_text, "y\n") << Show(result);
  SessionConfig config;
  WithSessionCompatibility()(config);
  EXPECT_TRUE(config.timers && config.threads);
  EXPECT_EQ(config.scratch_bytes, kDefaultScratch);
  SessionConfig small;
  WithSessionScratch(1000)(small);
  WithSessionCompatibility()(small);
  EXPECT_EQ(small.scratch_bytes, 1000U);
}

}  // namespace
}  // namespace goru
