// Runs on threads as servers and other languages have them, and how deep code may recurse there.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pthread.h>

#include <csignal>
#include <cstdio>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "common/sandbox.hpp"
#include "common/temporary_folder.hpp"
#include "common/thread.hpp"
#include "wasm/guest_stack.hpp"

namespace goru {
namespace {

using std::chrono::milliseconds;
using test::KindOf;
using test::kSmallStack;
using test::MakeExecutor;
using test::MakeSession;
using test::OnThread;
using test::Program;
using test::Show;
using testing::HasSubstr;

constexpr Program kForever = {"while True: pass", "for (;;) {}"};
constexpr Program kSmall = {"print(1 + 1)", "console.log(1 + 1)"};
// As deep as it goes, and caught.
constexpr Program kDeep = {
    "import functools, sys\n"
    "sys.setrecursionlimit(10**6)\n"
    "@functools.cache\n"
    "def f(n): return f(n + 1)\n"
    "try: f(0)\n"
    "except RecursionError: print('deep')\n",
    "const f = () => [1].map(f);\n"
    "try { f() } catch (e) { console.log(e instanceof RangeError ? 'deep' : e) }\n"};

class StackTest : public testing::TestWithParam<Language> {
 protected:
  const Language& language() const { return GetParam(); }
  bool python() const { return language().is_python(); }
};

INSTANTIATE_TEST_SUITE_P(Languages, StackTest, testing::ValuesIn(test::EveryRuntime()), test::LanguageName);

/// Stacks that goru has mapped, in use or kept.
size_t MappedStacks() {
  size_t count = 0;
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    unsigned long low = 0;
    unsigned long high = 0;
    if (std::sscanf(line.c_str(), "%lx-%lx rw-p", &low, &high) == 2 && high - low == wasm::kGuestStackSize) ++count;
  }
  return count;
}

TEST_P(StackTest, ACallerNeedsSixtyFourKiB) {
  const test::TemporaryFolder folder;
  OnThread(kSmallStack, [&] {
    Registry registry;
    registry.Add("here", [](const CallContext&, const nlohmann::json& args) { return args; }, Blocking::kNever);
    registry.Add("there", [](const CallContext&, const nlohmann::json& args) { return args; });
    registry.Add(
        "fails",
        [](const CallContext&, const nlohmann::json&) -> nlohmann::json { throw std::runtime_error("no luck"); },
        Blocking::kNever);
    Executor executor = MakeExecutor({WithRegistry(registry)});
    Session session =
        MakeSession(executor, language(),
                    {WithSessionKV(), WithSessionMount("/data", folder.path(), MountReadWriteCreate),
                     WithSessionAllowedHosts({"127.0.0.1:9"}), WithSessionTimeout(std::chrono::seconds(60))});
    const Result calls =
        session.Run(python() ? "import json\n"
                               "print(call('here', a=[1, {'b': 2}]), call('there', a=1))\n"
                               "kv.set('k', [1]); fs.write_text('/data/f', 'text')\n"
                               "print(kv.get('k'), fs.read_text('/data/f'))\n"
                               "try: http.get('http://127.0.0.1:9/')\n"
                               "except ConnectionError: print('refused')\n"
                               "try: call('fails')\n"
                               "except Exception as e: print(e)\n"
                               "print(json.loads('[' * 100 + ']' * 100)[0] != 1)\n"
                             : "console.log(JSON.stringify([call('here', {a: [1, {b: 2}]}), call('there', {a: 1})]));\n"
                               "kv.set('k', [1]); fs.writeText('/data/f', 'text');\n"
                               "console.log(kv.get('k')[0], fs.readText('/data/f'));\n"
                               "try { http.get('http://127.0.0.1:9/') } catch (e) { console.log('refused') }\n"
                               "try { call('fails') } catch (e) { console.log(e.message) }\n");
    EXPECT_TRUE(calls.ok()) << Show(calls);
    EXPECT_THAT(calls.stdout_text, HasSubstr("refused\nno luck\n")) << Show(calls);

    std::string streamed;
    RunOptions options;
    options.on_stdout = [&](std::string_view text) { streamed += text; };
    options.want_value = true;
    const Result value =
        session.Run(python() ? "print('a')\n{'x': [1, 2]}" : "console.log('a'); ({x: [1, 2]})", options);
    EXPECT_EQ(nlohmann::json::parse(value.value.value_or("null")), nlohmann::json({{"x", {1, 2}}})) << Show(value);
    EXPECT_EQ(streamed, "a\n");

    EXPECT_EQ(session.Run(kDeep.In(language())).stdout_text, "deep\n");
    const Result error = session.Run(python() ? "def f(): raise ValueError('x')\nf()" : "function f() { null.x } f()");
    EXPECT_EQ(KindOf(error), ErrorKind::kGuestException);
    EXPECT_THAT(error.error->traceback, HasSubstr("f"));
    EXPECT_EQ(session.Run(kSmall.In(language())).stdout_text, "2\n");

    Session stopped = MakeSession(executor, language(), {WithSessionTimeout(milliseconds(100))});
    EXPECT_EQ(KindOf(stopped.Run(kForever.In(language()))), ErrorKind::kTimeout);
    Session cut = MakeSession(executor, language(), {WithSessionOutputLimit(100), WithSessionStopOnOutputLimit()});
    EXPECT_EQ(KindOf(cut.Run(python() ? "while True: print('x' * 50)" : "for (;;) console.log('x'.repeat(50))")),
              ErrorKind::kOutputLimit);
  });
}

TEST_P(StackTest, AThreadMayBlockAllSignals) {
  Executor executor = MakeExecutor();
  OnThread(size_t{1} << 20, [&] {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, nullptr);
    Session first = MakeSession(executor, language());
    EXPECT_EQ(first.Run(kDeep.In(language())).stdout_text, "deep\n");
    // Stops and faults arrive as signals.
    Session timed = MakeSession(executor, language(), {WithSessionTimeout(milliseconds(100))});
    EXPECT_EQ(KindOf(timed.Run(kForever.In(language()))), ErrorKind::kTimeout);
    if (python()) {
      Session aborted = MakeSession(executor, language());
      EXPECT_EQ(KindOf(aborted.Run("import os; os.abort()")), ErrorKind::kTrap);
    }
    Session interrupted = MakeSession(executor, language());
    std::jthread other([&] {
      for (int i = 0; i < 200 && !interrupted.closed(); ++i) {
        interrupted.Interrupt();
        std::this_thread::sleep_for(milliseconds(20));
      }
    });
    EXPECT_EQ(KindOf(interrupted.Run(kForever.In(language()))), ErrorKind::kCancelled);
    interrupted.Close();
    // The mask is the thread's own.
    sigset_t now;
    pthread_sigmask(SIG_BLOCK, nullptr, &now);
    for (const int signal : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGTERM}) {
      EXPECT_EQ(sigismember(&now, signal), 1) << signal;
    }
  });
}

TEST_P(StackTest, AThreadMayHaveASmallSignalStackOrNone) {
  Executor executor = MakeExecutor();
  const auto stop = [&] {
    Session session = MakeSession(executor, language(), {WithSessionTimeout(milliseconds(50))});
    EXPECT_EQ(KindOf(session.Run(kForever.In(language()))), ErrorKind::kTimeout);
  };
  std::vector<char> small(8192);
  const stack_t own = {.ss_sp = small.data(), .ss_flags = 0, .ss_size = small.size()};
  const stack_t none = {.ss_sp = nullptr, .ss_flags = SS_DISABLE, .ss_size = 0};
  // Before the thread's first run, and after it.
  for (const stack_t& before : {own, none}) {
    for (const stack_t& after : {own, none}) {
      OnThread(size_t{1} << 20, [&] {
        ASSERT_EQ(sigaltstack(&before, nullptr), 0);
        stop();
        ASSERT_EQ(sigaltstack(&after, nullptr), 0);
        stop();
        stop();
      });
    }
  }
}

TEST_P(StackTest, RunsNestInsideHostFunctions) {
  struct Nesting {
    Executor* executor = nullptr;
    Language language = Python();
    std::string code;
    int depth = 0;
  } nesting;
  Registry registry;
  registry.Add(
      "nest",
      [&nesting](const CallContext&, const nlohmann::json&) -> nlohmann::json {
        if (++nesting.depth > 3) return 0;
        Session inner = MakeSession(*nesting.executor, nesting.language);
        const Result result = inner.Run(nesting.code);
        if (!result.ok()) throw std::runtime_error(Show(result));
        return result.stdout_text;
      },
      Blocking::kNever);
  Executor executor = MakeExecutor({WithRegistry(registry)});
  nesting.executor = &executor;
  nesting.language = language();
  // Each calls from as deep as it may be, and goes as deep again afterwards.
  nesting.code = std::string(python() ? "import functools, sys\n"
                                        "@functools.cache\n"
                                        "def g(n): return call('nest') if n == 0 else g(n - 1)\n"
                                        "g(250)\n"
                                      : "const g = n => n ? [1].map(() => g(n - 1))[0] : call('nest'); g(2000);\n") +
                 kDeep.In(language());
  Session session = MakeSession(executor, language());
  const Result result = session.Run(nesting.code);
  EXPECT_EQ(result.stdout_text, "deep\n") << Show(result);
  EXPECT_EQ(nesting.depth, 4);
}

TEST_P(StackTest, IdleSessionsHoldNoStack) {
  Executor executor = MakeExecutor();
  ASSERT_TRUE(executor.Run(language(), kSmall.In(language())).ok());
  // One is kept for the next run; other tests of this process may have left more.
  const size_t before = MappedStacks();
  EXPECT_GE(before, 1U);
  std::vector<Session> sessions;
  for (int i = 0; i < 64; ++i) {
    sessions.push_back(MakeSession(executor, language()));
    ASSERT_TRUE(sessions.back().Run(kSmall.In(language())).ok());
  }
  EXPECT_EQ(MappedStacks(), before);
}

TEST_P(StackTest, CodeRecursesAsDeepAsItMay) {
  Executor executor = MakeExecutor();
  Session session = MakeSession(executor, language());
  if (!python()) {
    const Result result = session.Run(
        "let d = 0; const at = f => { d = 0; try { f() } catch (e) { return e instanceof RangeError ? d : e } };\n"
        "const plain = () => { d++; return plain() + 1 };\n"
        "class A { m(x) { d++; return [1].map(y => this.m(y) + x) } }\n"
        "console.log(at(plain) >= 10000, at(() => new A().m(1)) >= 2500);\n");
    EXPECT_EQ(result.stdout_text, "true true\n") << Show(result);
    return;
  }
  const Result result = session.Run(
      "import functools, sys\n"
      "sys.setrecursionlimit(10**6)\n"
      "depth = 0\n"
      "@functools.cache\n"
      "def cached(n):\n"
      "    global depth; depth = n\n"
      "    return cached(n + 1)\n"
      "class A:\n"
      "    def __getattr__(self, name):\n"
      "        global depth; depth += 1\n"
      "        return getattr(self, name + 'x' if depth % 2 else 'y')\n"
      "for call_it in lambda: cached(1), lambda: A().a:\n"
      "    depth = 0\n"
      "    try: call_it()\n"
      "    except RecursionError: print(depth)\n");
  EXPECT_TRUE(result.ok()) << Show(result);
  int cached = 0;
  int attributes = 0;
  ASSERT_EQ(std::sscanf(result.stdout_text.c_str(), "%d %d", &cached, &attributes), 2) << Show(result);
  const bool compiled_here = language() != Python("3.12");
  EXPECT_GE(cached, compiled_here ? 3325 : 925);
  EXPECT_GE(attributes, compiled_here ? 4990 : 1390);
}

TEST(PythonStack, MemoisedRecursionFitsIntoTheDefaultLimit) {
  Executor executor = MakeExecutor();
  for (const Language& language : test::EveryPython()) {
    const Result result = executor.Run(language,
                                       "from functools import cache\n"
                                       "@cache\n"
                                       "def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)\n"
                                       "print(len(str(fib(900))))");
    EXPECT_EQ(result.stdout_text, "188\n") << Show(result);
  }
}

}  // namespace
}  // namespace goru
