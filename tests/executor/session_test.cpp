#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "common/sandbox.hpp"

namespace goru {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test::Door;
using test::KindOf;
using test::MakeExecutor;
using test::MakeSession;
using test::Program;
using test::Show;
using testing::HasSubstr;
using testing::Not;

constexpr Program kForever = {"while True: pass", "for (;;) {}"};
constexpr Program kSmall = {"print(1 + 1)", "console.log(1 + 1)"};

/// Blocks in `block` until the run ends or `release` opens; tells when it was entered and when it was left.
struct Blocker {
  Door entered;
  Door left;
  Door release;
  std::atomic<bool> stop_seen{false};

  Registry MakeRegistry() {
    Registry registry;
    registry.Add("block", [this](const CallContext& context, const nlohmann::json&) {
      entered.Open();
      const std::stop_callback on_stop(context.stop, [this] {
        stop_seen = true;
        release.Open();
      });
      release.Wait();
      left.Open();
      return nlohmann::json("released");
    });
    return registry;
  }
};

class SessionTest : public testing::TestWithParam<Language> {
 protected:
  const Language& language() const { return GetParam(); }
};

INSTANTIATE_TEST_SUITE_P(Languages, SessionTest, testing::ValuesIn(test::EveryRuntime()), test::LanguageName);

TEST_P(SessionTest, PrintsAndReportsSuccess) {
  Executor executor = MakeExecutor();
  Session session = MakeSession(executor, language());
  const Result result = session.Run(kSmall.In(language()));
  EXPECT_TRUE(result.ok()) << Show(result);
  EXPECT_EQ(result.status(), "ok");
  EXPECT_EQ(result.stdout_text, "2\n");
  EXPECT_EQ(result.stderr_text, "");
  EXPECT_EQ(result.output, "2\n");
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_TRUE(result.session_alive);
  EXPECT_FALSE(session.closed());
  EXPECT_EQ(session.language(), language());
}

TEST_P(SessionTest, KeepsStateBetweenRuns) {
  constexpr Program kDefine = {"x = 40\ndef add(n): return x + n",
                               "let x = 40; const y = 1; function add(n) { return x + n }"};
  constexpr Program kUse = {"x += 1\nprint(add(1))", "x += 1; console.log(add(1))"};
  Executor executor = MakeExecutor();
  Session session = MakeSession(executor, language());
  ASSERT_TRUE(session.Run(kDefine.In(language())).ok());
  EXPECT_EQ(session.Run(kUse.In(language())).stdout_text, "42\n");
  EXPECT_EQ(session.Run(kUse.In(language())).stdout_text, "43\n");
}

TEST_P(SessionTest, StateOfOneSessionIsNeverSeenByAnotherThoughSlotsAreReused) {
  constexpr Program kLeave = {
      "import builtins, sys, json\nsecret = 's3cret'\nbuiltins.secret2 = secret\nsys.modules['secret3'] = sys\n"
      "json.secret4 = secret\nprint('set')",
      "globalThis.secret = 's3cret'; Object.prototype.secret2 = secret; Array.prototype.secret3 = secret; "
      "JSON.secret4 = secret; console.log('set')"};
  constexpr Program kLook = {
      "import builtins, sys, json\nprint('secret' in globals(), hasattr(builtins, 'secret2'), 'secret3' in "
      "sys.modules, "
      "hasattr(json, 'secret4'))",
      "console.log(typeof secret !== 'undefined', 'secret2' in {}, 'secret3' in [], 'secret4' in JSON)"};
  const std::string nothing = language().is_python() ? "False False False False\n" : "false false false false\n";
  // Without a warm pool the slot of the session before is the very next one's.
  Executor executor = MakeExecutor({WithWarmPool(0)});
  for (int i = 0; i < 20; ++i) {
    Session session = MakeSession(executor, language());
    EXPECT_EQ(session.Run(kLook.In(language())).stdout_text, nothing);
    EXPECT_EQ(session.Run(kLeave.In(language())).stdout_text, "set\n");
    if (i % 3 == 0) {
      const Result stopped =
          executor.Run(language(), std::string(kLeave.In(language())) + "\n" + kForever.In(language()), {},
                       {WithSessionTimeout(milliseconds(20))});
      EXPECT_EQ(KindOf(stopped), ErrorKind::kTimeout);
    }
  }
}

TEST_P(SessionTest, TwoSessionsAtOnceDoNotMeet) {
  Executor executor = MakeExecutor();
  Session a = MakeSession(executor, language());
  Session b = MakeSession(executor, language());
  EXPECT_NE(a.id(), b.id());
  ASSERT_TRUE(a.Run("v = 'a'").ok());
  ASSERT_TRUE(b.Run("v = 'b'").ok());
  constexpr Program kShow = {"print(v)", "console.log(v)"};
  EXPECT_EQ(a.Run(kShow.In(language())).stdout_text, "a\n");
  EXPECT_EQ(b.Run(kShow.In(language())).stdout_text, "b\n");
}

TEST_P(SessionTest, SecondRunAtTheSameTimeIsBusy) {
  Blocker blocker;
  Executor executor = MakeExecutor({WithRegistry(blocker.MakeRegistry())});
  Session session = MakeSession(executor, language());
  Result first;
  {
    std::jthread thread([&] { first = session.Run("call('block')"); });
    blocker.entered.Wait();
    const Result second = session.Run(kSmall.In(language()));
    EXPECT_EQ(KindOf(second), ErrorKind::kBusy) << Show(second);
    EXPECT_TRUE(second.session_alive);
    EXPECT_EQ(session.ResidentBytes(), 0U);
    blocker.release.Open();
  }
  EXPECT_TRUE(first.ok()) << Show(first);
  EXPECT_TRUE(session.Run(kSmall.In(language())).ok());
}

TEST_P(SessionTest, ClosedSessionRunsNothing) {
  Executor executor = MakeExecutor();
  Session session = MakeSession(executor, language());
  ASSERT_TRUE(session.Run(kSmall.In(language())).ok());
  session.Close();
  session.Close();
  EXPECT_TRUE(session.closed());
  const Result result = session.Run(kSmall.In(language()));
  EXPECT_EQ(KindOf(result), ErrorKind::kSessionClosed);
  EXPECT_FALSE(result.session_alive);
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(result.stdout_text, "");
}

TEST_P(SessionTest, CloseFromAnotherThreadEndsTheRun) {
  Executor executor = MakeExecutor();
  Session session = MakeSession(executor, language());
  Door running;
  RunOptions options;
  options.on_stdout = [&](std::string_view) { running.Open(); };
  std::jthread closer([&] {
    running.Wait();
    session.Close();
  });
  const Result result = session.Run(std::string(kSmall.In(language())) + "\n" + kForever.In(language()), options);
  EXPECT_EQ(KindOf(result), ErrorKind::kCancelled) << Show(result);
  EXPECT_FALSE(result.session_alive);
  EXPECT_EQ(result.stdout_text, "2\n");
  EXPECT_TRUE(session.closed());
}

TEST_P(SessionTest, SessionMayBeDestroyedByItsOwnOutputCallbacksThread) {
  // Close inside the run itself: from the callback of its own thread.
  Executor executor = MakeExecutor();
  Session session = MakeSession(executor, language());
  RunOptions options;
  options.on_stdout = [&](std::string_view) { session.Close(); };
  const Result result = session.Run(std::string(kSmall.In(language())) + "\n" + kForever.In(language()), options);
  EXPECT_EQ(KindOf(result), ErrorKind::kCancelled) << Show(result);
  EXPECT_TRUE(session.closed());
}

TEST_P(SessionTest, ExecutorCloseEndsRunsOnSeveralThreads) {
  Blocker blocker;
  Executor executor = MakeExecutor({WithRegistry(blocker.MakeRegistry())});
  constexpr int kThreads = 4;
  std::vector<Session> sessions;
  for (int i = 0; i < kThreads; ++i) sessions.push_back(MakeSession(executor, language()));
  std::vector<Result> results(kThreads);
  std::vector<Door> running(kThreads);
  {
    std::vector<std::jthread> threads;
    for (size_t i = 0; i < kThreads; ++i) {
      threads.emplace_back([&, i] {
        RunOptions options;
        options.on_stdout = [&, i](std::string_view) { running[i].Open(); };
        // One of them waits in a host function.
        const std::string tail = i == 0 ? "call('block')" : kForever.In(language());
        results[i] = sessions[i].Run(std::string(kSmall.In(language())) + "\n" + tail, options);
      });
    }
    for (Door& door : running) door.Wait();
    blocker.entered.Wait();
    executor.Close();
    // Closing waits for the function as well.
    EXPECT_TRUE(blocker.left.IsOpen());
  }
  for (const Result& result : results) EXPECT_EQ(KindOf(result), ErrorKind::kCancelled) << Show(result);
  for (const Session& session : sessions) EXPECT_TRUE(session.closed());
  EXPECT_EQ(KindOf(sessions[0].Run(kSmall.In(language()))), ErrorKind::kSessionClosed);
  const auto late = executor.NewSession(language());
  ASSERT_FALSE(late.ok());
  EXPECT_EQ(late.error().kind, ErrorKind::kUnavailable);
  EXPECT_EQ(KindOf(executor.Run(language(), "1")), ErrorKind::kUnavailable);
}

TEST_P(SessionTest, SessionsOutliveTheirExecutorAsClosed) {
  std::vector<Session> sessions;
  {
    Executor executor = MakeExecutor();
    sessions.push_back(MakeSession(executor, language()));
    ASSERT_TRUE(sessions[0].Run(kSmall.In(language())).ok());
    sessions.push_back(MakeSession(executor, language()));
  }
  for (Session& session : sessions) {
    EXPECT_TRUE(session.closed());
    EXPECT_EQ(KindOf(session.Run(kSmall.In(language()))), ErrorKind::kSessionClosed);
    session.Interrupt();
    session.Close();
    EXPECT_EQ(session.ResidentBytes(), 0U);
  }
}

TEST_P(SessionTest, ExecutorDestroyedWhileSessionsRun) {
  std::vector<Result> results(3);
  std::vector<std::jthread> threads;
  {
    Executor executor = MakeExecutor();
    std::vector<Door> running(results.size());
    for (size_t i = 0; i < results.size(); ++i) {
      threads.emplace_back([&, i, session = std::make_shared<Session>(MakeSession(executor, language()))] {
        RunOptions options;
        options.on_stdout = [&running, i](std::string_view) { running[i].Open(); };
        results[i] = session->Run(std::string(kSmall.In(language())) + "\n" + kForever.In(language()), options);
      });
    }
    for (Door& door : running) door.Wait();
    Executor moved = std::move(executor);
  }
  threads.clear();
  for (const Result& result : results) EXPECT_EQ(KindOf(result), ErrorKind::kCancelled) << Show(result);
}

TEST_P(SessionTest, EightThreadsAtOnce) {
  Executor executor = MakeExecutor();
  std::vector<std::jthread> threads;
  std::atomic<int> right{0};
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      Session session = MakeSession(executor, language());
      for (int i = 0; i < 20; ++i) {
        const std::string n = std::to_string(t * 1000 + i);
        const std::string show = language().is_python() ? "print(x)" : "console.log(x)";
        if (session.Run("x = " + n + "; " + show).stdout_text == n + "\n") ++right;
        if (executor.Run(language(), kSmall.In(language())).stdout_text == "2\n") ++right;
      }
    });
  }
  threads.clear();
  EXPECT_EQ(right, 8 * 20 * 2);
}

TEST_P(SessionTest, OneSessionFromManyThreadsIsBusyOrRuns) {
  Executor executor = MakeExecutor();
  Session session = MakeSession(executor, language());
  ASSERT_TRUE(session.Run("n = 0").ok());
  std::atomic<int> ran{0};
  std::atomic<int> other{0};
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i) {
        const Result result = session.Run("n += 1");
        if (result.ok()) {
          ++ran;
        } else if (KindOf(result) != ErrorKind::kBusy) {
          ++other;
        }
      }
    });
  }
  threads.clear();
  EXPECT_EQ(other, 0);
  const Result result = session.Run(language().is_python() ? "print(n)" : "console.log(n)");
  EXPECT_EQ(result.stdout_text, std::to_string(ran) + "\n");
}

TEST_P(SessionTest, CodeMustBeUtf8AndOfBoundedSize) {
  Executor executor = MakeExecutor();
  Session session = MakeSession(executor, language());
  EXPECT_EQ(KindOf(session.Run("\xFF\xFE")), ErrorKind::kInvalidArgument);
  EXPECT_EQ(KindOf(session.Run(std::string((size_t{16} << 20) + 1, ' '))), ErrorKind::kInvalidArgument);
  EXPECT_TRUE(session.Run("").ok());
  EXPECT_TRUE(session.Run(std::string(size_t{1} << 20, '\n') + kSmall.In(language())).ok());
}

TEST_P(SessionTest, SourceWithNulIsAnErrorOfTheGuest) {
  Executor executor = MakeExecutor();
  Session session = MakeSession(executor, language());
  const Result result = session.Run(std::string_view("1\0;2", 4));
  EXPECT_EQ(KindOf(result), ErrorKind::kGuestException) << Show(result);
  EXPECT_TRUE(session.Run(kSmall.In(language())).ok());
}

TEST_P(SessionTest, OddRunNames) {
  Executor executor = MakeExecutor();
  Session session = MakeSession(executor, language());
  for (const std::string& name : {std::string("a\nb"), std::string("x\0y", 3), std::string("\xFF"),
                                  std::string("<goru>"), std::string(100'000, 'n'), std::string("\xC3\xA9.py")}) {
    RunOptions options;
    options.name = name;
    const Result good = session.Run(kSmall.In(language()), options);
    EXPECT_TRUE(good.ok() || KindOf(good) == ErrorKind::kGuestException) << Show(good);
    const Result bad = session.Run("nonsense_name", options);
    EXPECT_EQ(KindOf(bad), ErrorKind::kGuestException) << Show(bad);
    EXPECT_TRUE(bad.session_alive);
  }
  EXPECT_TRUE(session.Run(kSmall.In(language())).ok());
}

TEST_P(SessionTest, TracebackNamesTheRunAndQuotesTheLine) {
  Executor executor = MakeExecutor();
  Session session = MakeSession(executor, language());
  constexpr Program kRaise = {"x = 1\nraise ValueError('wrong')", "let x = 1\nthrow new TypeError('wrong')"};
  const Result result = session.Run(kRaise.In(language()), {.name = "prog.src"});
  ASSERT_EQ(KindOf(result), ErrorKind::kGuestException) << Show(result);
  EXPECT_EQ(result.error->type, language().is_python() ? "ValueError" : "TypeError");
  EXPECT_EQ(result.error->message, "wrong");
  EXPECT_THAT(result.error->traceback, HasSubstr("prog.src"));
  EXPECT_THAT(result.error->traceback, HasSubstr("2"));
  EXPECT_THAT(result.error->traceback, HasSubstr("'wrong')"));
  EXPECT_THAT(result.error->traceback, Not(HasSubstr("<goru>")));
  EXPECT_EQ(result.exit_code, 1);
  const Result second = session.Run(kRaise.In(language()));
  EXPECT_THAT(second.error->traceback, HasSubstr("<run 2>"));
}

TEST_P(SessionTest, ReportsTheLastExpressionWhenAsked) {
  Executor executor = MakeExecutor();
  Session session = MakeSession(executor, language());
  const auto value = [&](const Program& program) {
    const Result result = session.Run(program.In(language()), {.want_value = true});
    EXPECT_TRUE(result.ok()) << Show(result);
    return result;
  };
  EXPECT_EQ(value({"6 * 7", "6 * 7"}).value, "42");
  const auto object = value({"{'b': [1, 2.5, None, True], 'a': 'x'}", "({b: [1, 2.5, null, true], a: 'x'})"}).value;
  ASSERT_TRUE(object.has_value());
  EXPECT_EQ(nlohmann::json::parse(*object), nlohmann::json::parse(R"({"b":[1,2.5,null,true],"a":"x"})"));
  // The order of keys is the program's.
  EXPECT_LT(object->find("\"b\""), object->find("\"a\""));
  const Result nothing = value({"y = 1", "let yy = 1"});
  EXPECT_EQ(nothing.value, std::nullopt);
  EXPECT_EQ(nothing.value_repr, std::nullopt);
  const Result odd = value({"{1, 2}", "Symbol('odd')"});
  EXPECT_EQ(odd.value, std::nullopt);
  ASSERT_TRUE(odd.value_repr.has_value());
  EXPECT_EQ(*odd.value_repr, language().is_python() ? "{1, 2}" : "Symbol(odd)");
  const Result unicode = value({"'\\u00e9\\U0001F600'", "'\\u00e9\\u{1F600}'"});
  ASSERT_TRUE(unicode.value.has_value());
  EXPECT_EQ(nlohmann::json::parse(*unicode.value), "\u00e9\U0001F600");
  // Not asked for, not reported.
  EXPECT_EQ(session.Run("6 * 7").value, std::nullopt);
}

TEST_P(SessionTest, StandardInput) {
  Executor executor = MakeExecutor();
  Session session = MakeSession(executor, language());
  if (language().is_python()) {
    const Result result =
        session.Run("import sys\na = input()\nprint(a, sys.stdin.read().split())", {.stdin_data = "first\n2 3\n4"});
    EXPECT_EQ(result.stdout_text, "first ['2', '3', '4']\n") << Show(result);
    const Result none = session.Run("input()");
    EXPECT_EQ(none.error->type, "EOFError") << Show(none);
    const Result again = session.Run("print(input())", {.stdin_data = "again"});
    EXPECT_EQ(again.stdout_text, "again\n") << Show(again);
    const std::string big(size_t{3} << 20, 'x');
    EXPECT_EQ(session.Run("import sys\nprint(len(sys.stdin.read()))", {.stdin_data = big}).stdout_text, "3145728\n");
  }
}

TEST_P(SessionTest, StreamsOutputWhileItRuns) {
  Blocker blocker;
  Executor executor = MakeExecutor({WithRegistry(blocker.MakeRegistry())});
  Session session = MakeSession(executor, language());
  constexpr Program kWrite = {"import sys\nprint('one')\nprint('two', file=sys.stderr)\ncall('block')\nprint('three')",
                              "console.log('one'); console.error('two'); call('block'); console.log('three')"};
  std::string out;
  std::string err;
  Door wrote;
  RunOptions options;
  options.on_stdout = [&](std::string_view text) { out += text; };
  options.on_stderr = [&](std::string_view text) {
    err += text;
    wrote.Open();
  };
  Result result;
  std::jthread thread([&] { result = session.Run(kWrite.In(language()), options); });
  wrote.Wait();
  blocker.entered.Wait();
  // The run waits inside the function: what it wrote so far is here.
  EXPECT_EQ(out, "one\n");
  blocker.release.Open();
  thread.join();
  EXPECT_EQ(out, "one\nthree\n");
  EXPECT_EQ(err, "two\n");
  EXPECT_EQ(result.stdout_text, out);
  EXPECT_EQ(result.stderr_text, err);
  EXPECT_EQ(result.output, "one\ntwo\nthree\n");
}

TEST_P(SessionTest, UsageIsPlausible) {
  Registry registry;
  registry.Add("f", [](const CallContext&, const nlohmann::json&) { return nlohmann::json(1); });
  Executor executor = MakeExecutor({WithRegistry(std::move(registry))});
  Session session = MakeSession(executor, language());
  const Result small = session.Run("call('f')\ncall('f')");
  ASSERT_TRUE(small.ok()) << Show(small);
  EXPECT_EQ(small.usage.host_calls, 2U);
  EXPECT_EQ(small.usage.crossings, 2U);
  EXPECT_GT(small.usage.peak_memory_bytes, size_t{1} << 20);
  EXPECT_LE(small.usage.peak_memory_bytes, size_t{256} << 20);
  EXPECT_GT(small.usage.cpu_time.count(), 0);
  EXPECT_GT(small.duration.count(), 0);
  EXPECT_LE(small.usage.cpu_time.count(), small.duration.count() * 2);
  constexpr Program kBig = {"b = bytearray(64 << 20)", "const b = new Uint8Array(64 << 20)"};
  const Result big = session.Run(kBig.In(language()));
  EXPECT_GE(big.usage.peak_memory_bytes, size_t{64} << 20);
  EXPECT_EQ(big.usage.host_calls, 0U);
  EXPECT_GT(session.ResidentBytes(), 0U);
}

TEST_P(SessionTest, EveryKindOfExit) {
  Executor executor = MakeExecutor();
  Session session = MakeSession(executor, language());
  if (!language().is_python()) {
    // JavaScript has nothing to exit with.
    EXPECT_EQ(session.Run("typeof process + typeof exit + typeof quit", {.want_value = true}).value,
              "\"undefinedundefinedundefined\"");
    return;
  }
  const std::vector<std::pair<const char*, int>> exits = {{"import sys; sys.exit()", 0},
                                                          {"import sys; sys.exit(3)", 3},
                                                          {"exit(4)", 4},
                                                          {"raise SystemExit('text')", 1},
                                                          {"import sys; sys.exit(256 + 7)", 7}};
  for (const auto& [code, exit_code] : exits) {
    const Result result = session.Run(code);
    EXPECT_EQ(KindOf(result), ErrorKind::kExited) << code << Show(result);
    EXPECT_TRUE(result.session_alive) << code;
    EXPECT_EQ(result.exit_code, exit_code) << code;
  }
  const Result hard = session.Run("import os; os._exit(9)");
  EXPECT_EQ(KindOf(hard), ErrorKind::kExited) << Show(hard);
  EXPECT_EQ(hard.exit_code, 9);
  EXPECT_FALSE(hard.session_alive);
  EXPECT_TRUE(session.closed());
}

TEST_P(SessionTest, DeepRecursionIsAnErrorAndTheSessionLives) {
  Executor executor = MakeExecutor();
  Session session = MakeSession(executor, language());
  constexpr Program kDeep = {"def f(): return f()\nf()", "function f() { return f() + 1 } f()"};
  for (int i = 0; i < 3; ++i) {
    const Result result = session.Run(kDeep.In(language()));
    ASSERT_EQ(KindOf(result), ErrorKind::kGuestException) << Show(result);
    EXPECT_EQ(result.error->type, language().is_python() ? "RecursionError" : "RangeError");
    EXPECT_TRUE(result.session_alive);
  }
  EXPECT_EQ(session.Run(kSmall.In(language())).stdout_text, "2\n");
}

TEST_P(SessionTest, RandomNumbersDifferBetweenSessions) {
  Executor executor = MakeExecutor({WithWarmPool(0)});
  constexpr Program kDraw = {
      "import random, uuid, secrets, os\nprint(random.random())\nprint(uuid.uuid4())\nprint(secrets.token_hex())\n"
      "print(os.urandom(8).hex())\nprint(random.Random().random())\nprint(hash('text') if False else "
      "random.getrandbits(64))",
      "console.log(Math.random()); console.log(crypto.randomUUID()); "
      "console.log(crypto.getRandomValues(new Uint8Array(16)).join()); console.log(Math.random())"};
  std::set<std::string> lines;
  size_t drawn = 0;
  for (int i = 0; i < 6; ++i) {
    const Result result = executor.Run(language(), kDraw.In(language()));
    ASSERT_TRUE(result.ok()) << Show(result);
    size_t at = 0;
    for (size_t end = 0; (end = result.stdout_text.find('\n', at)) != std::string::npos; at = end + 1) {
      lines.insert(result.stdout_text.substr(at, end - at));
      ++drawn;
    }
  }
  EXPECT_EQ(drawn, language().is_python() ? 36U : 24U);
  EXPECT_EQ(lines.size(), drawn);
}

// --- Timeouts and interrupts ---

TEST_P(SessionTest, TimeoutClosesTheSessionAndNothingElse) {
  Executor executor = MakeExecutor();
  Session other = MakeSession(executor, language());
  ASSERT_TRUE(other.Run("x = 5").ok());
  constexpr Program kEndless[] = {
      kForever,
      {"import re\nre.match(r'(a+)+$', 'a' * 60 + 'b')", "/(a+)+$/.test('a'.repeat(60) + 'b')"},
      {"10 ** (10 ** 9)", "const n = 3n ** 100000n; for (;;) n * n"},
      {"import itertools\nsum(itertools.count())",
       "const g = (function*() { for (;;) yield 1 })(); for (const x of g);"},
      {"l = list(range(200))\nwhile True: l.sort(key=lambda v: -v)", "for (;;) [3, 1, 2].sort(() => 1)"},
      {"while True:\n  try:\n    while True: pass\n  except BaseException: pass",
       "for (;;) { try { for (;;) {} } catch {} finally { continue } }"},
  };
  for (const Program& program : kEndless) {
    Session session = MakeSession(executor, language(), {WithSessionTimeout(milliseconds(100))});
    const Result result = session.Run(program.In(language()));
    EXPECT_EQ(KindOf(result), ErrorKind::kTimeout) << program.In(language()) << Show(result);
    EXPECT_FALSE(result.session_alive);
    EXPECT_GE(result.duration, milliseconds(100));
    EXPECT_EQ(KindOf(session.Run(kSmall.In(language()))), ErrorKind::kSessionClosed);
  }
  EXPECT_EQ(other.Run(language().is_python() ? "print(x)" : "console.log(x)").stdout_text, "5\n");
}

TEST_P(SessionTest, ARunMayHaveAShorterTimeoutThanItsSession) {
  Executor executor = MakeExecutor();
  Session session = MakeSession(executor, language());
  ASSERT_TRUE(session.Run(kSmall.In(language()), {.timeout = std::chrono::hours(1)}).ok());
  EXPECT_EQ(KindOf(session.Run(kSmall.In(language()), {.timeout = milliseconds(0)})), ErrorKind::kInvalidArgument);
  const Result result = session.Run(kForever.In(language()), {.timeout = milliseconds(50)});
  EXPECT_EQ(KindOf(result), ErrorKind::kTimeout) << Show(result);
  EXPECT_THAT(result.error->message, HasSubstr("0.05 s (RunOptions::timeout)"));
  EXPECT_LT(result.duration, std::chrono::seconds(20));
  // The session's own bounds it.
  Session bounded = MakeSession(executor, language(), {WithSessionTimeout(milliseconds(50))});
  const Result second = bounded.Run(kForever.In(language()), {.timeout = std::chrono::hours(1)});
  EXPECT_THAT(second.error->message, HasSubstr("0.05 s (WithSessionTimeout"));
}

TEST_P(SessionTest, TimeoutReachesWaitingGuests) {
  std::vector<std::string> waits = {"call('block')"};
  if (language().is_python()) {
    waits.insert(waits.end(), {"import time; time.sleep(1000)", "import asyncio; asyncio.run(asyncio.sleep(1000))",
                               "import asyncio\nasync def main(): await async_call('block')\nasyncio.run(main())",
                               "import select; select.select([], [], [], 1000)"});
  } else {
    waits.emplace_back("await asyncCall('block')");
  }
  for (const std::string& wait : waits) {
    Blocker blocker;
    Executor executor = MakeExecutor({WithRegistry(blocker.MakeRegistry())});
    const Result result = executor.Run(language(), wait, {}, {WithSessionTimeout(milliseconds(50))});
    EXPECT_EQ(KindOf(result), ErrorKind::kTimeout) << wait << Show(result);
  }
}

TEST_P(SessionTest, TimeoutEndsTheRunWhileAHostFunctionGoesOn) {
  Door entered;
  Door release;
  Door left;
  std::atomic<bool> stopped_before_return{false};
  Registry registry;
  registry.Add("deaf", [&](const CallContext& context, const nlohmann::json&) {
    entered.Open();
    // Does not listen to its stop token; looks at it in the end.
    release.Wait();
    stopped_before_return = context.stop.stop_requested();
    left.Open();
    return nlohmann::json(1);
  });
  Executor executor = MakeExecutor({WithRegistry(std::move(registry))});
  for (const bool async : {false, true}) {
    const Program program =
        async ? Program{"import asyncio\nasync def main(): await async_call('deaf')\nasyncio.run(main())",
                        "await asyncCall('deaf')"}
              : Program{"call('deaf')", "call('deaf')"};
    const Result result = executor.Run(language(), program.In(language()), {}, {WithSessionTimeout(milliseconds(50))});
    EXPECT_EQ(KindOf(result), ErrorKind::kTimeout) << Show(result);
    EXPECT_FALSE(left.IsOpen());
    EXPECT_TRUE(executor.Run(language(), kSmall.In(language())).ok());
  }
  release.Open();
  left.Wait();
  executor.Close();
  EXPECT_TRUE(stopped_before_return);
}

TEST_P(SessionTest, InterruptEndsTheRun) {
  Executor executor = MakeExecutor();
  Session session = MakeSession(executor, language());
  ASSERT_TRUE(session.Run("x = 7").ok());
  Door running;
  RunOptions options;
  options.on_stdout = [&](std::string_view) { running.Open(); };
  std::jthread interrupter([&] {
    running.Wait();
    session.Interrupt();
    session.Interrupt();
  });
  constexpr Program kStubborn = {"print(1)\nwhile True:\n  try:\n    while True: pass\n  except BaseException: pass",
                                 "console.log(1); for (;;) { try { for (;;) {} } catch {} finally { continue } }"};
  const Result result = session.Run(kStubborn.In(language()), options);
  EXPECT_EQ(KindOf(result), ErrorKind::kCancelled) << Show(result);
  // All but Python 3.12 end by themselves and keep their state; its session is closed.
  const bool listens = !(language() == Python("3.12"));
  EXPECT_EQ(result.session_alive, listens);
  EXPECT_EQ(session.closed(), !listens);
  if (!listens) return;
  EXPECT_EQ(result.error->type, "Interrupted");
  constexpr Program kAgain = {"print(x, sum(range(100000)))", "console.log(x, 4999950000)"};
  EXPECT_EQ(session.Run(kAgain.In(language())).stdout_text, "7 4999950000\n");
}

TEST_P(SessionTest, StopOfARunIsNeverLost) {
  Executor executor = MakeExecutor();
  Session session = MakeSession(executor, language());
  std::stop_source before;
  before.request_stop();
  RunOptions options;
  options.stop = before.get_token();
  constexpr Program kSay = {"print('ran')", "console.log('ran')"};
  Result result = session.Run(kSay.In(language()), options);
  EXPECT_EQ(KindOf(result), ErrorKind::kCancelled) << Show(result);
  EXPECT_EQ(result.output, "");
  EXPECT_TRUE(result.session_alive);
  EXPECT_EQ(session.Run(kSay.In(language())).output, "ran\n");
  // At any moment of a run's beginning, in a session that has no sandbox yet.
  for (int i = 0; i < 60; ++i) {
    Session fresh = MakeSession(executor, language());
    std::stop_source stop;
    options.stop = stop.get_token();
    std::jthread stopper([&stop, i] {
      std::this_thread::sleep_for(std::chrono::microseconds(i * 10));
      stop.request_stop();
    });
    result = fresh.Run(kForever.In(language()), options);
    ASSERT_EQ(KindOf(result), ErrorKind::kCancelled) << Show(result);
    // One that had not begun leaves the session as it was.
    if (result.error->message.find("before it began") == std::string::npos) continue;
    EXPECT_EQ(fresh.Run(kSay.In(language())).output, "ran\n");
  }
}

TEST_P(SessionTest, InterruptReachesCodeThatRunsLong) {
  if (language() == Python("3.12")) return;  // It cannot be asked.
  Executor executor = MakeExecutor();
  Session session = MakeSession(executor, language());
  constexpr std::array<Program, 5> kPrograms = {{
      {"import re\nre.match(r'(a+)+$', 'a' * 60 + 'b')", "/(a+)+$/.test('a'.repeat(60) + 'b')"},
      {"def f():\n  try: f()\n  finally: f()\nf()", "const f = () => { try { f() } finally { f() } }; f()"},
      {"l = []\nwhile True: l = [l, 1][1:]", "let l = []; for (;;) l = [l, 1].slice(1)"},
      {"import itertools\nfor i in itertools.count():\n  try: raise ValueError\n  except BaseException: continue",
       "for (;;) { try { throw 1 } catch { continue } }"},
      {"def g():\n  while True:\n    try: yield\n    except BaseException: pass\nfor x in g(): pass",
       "function* g() { for (;;) yield } for (const x of g()) {}"},
  }};
  for (const Program& program : kPrograms) {
    Door running;
    RunOptions options;
    options.on_stdout = [&](std::string_view) { running.Open(); };
    std::jthread interrupter([&] {
      running.Wait();
      std::this_thread::sleep_for(milliseconds(20));
      session.Interrupt();
    });
    const std::string code = std::string(language().is_python() ? "print(1)\n" : "console.log(1);\n");
    const Result result = session.Run(code + program.In(language()), options);
    EXPECT_EQ(KindOf(result), ErrorKind::kCancelled) << program.In(language()) << Show(result);
    EXPECT_TRUE(result.session_alive) << program.In(language());
    if (session.closed()) session = MakeSession(executor, language());
  }
}

TEST_P(SessionTest, QuestionsOfAPromptAreAnsweredWithoutRunningAnything) {
  Executor executor = MakeExecutor();
  Session session = MakeSession(executor, language());
  const auto ask = [&session](std::string_view text, PromptQuestion question) {
    RunOptions options;
    options.question = question;
    const Result result = session.Run(text, options);
    EXPECT_TRUE(result.ok()) << Show(result);
    EXPECT_EQ(result.output, "");
    return result.value.value_or("no answer");
  };
  constexpr Program kRuns = {"print('ran')", "console.log('ran')"};
  constexpr Program kOpen = {"print(\n'ran'", "console.log(\n'ran'"};
  EXPECT_EQ(ask(kRuns.In(language()), PromptQuestion::kIsComplete), "true");
  EXPECT_EQ(ask(kOpen.In(language()), PromptQuestion::kIsComplete), "false");
  EXPECT_EQ(ask(")", PromptQuestion::kIsComplete), "true");
  constexpr Program kMake = {"thing = {'a': 1}", "globalThis.thing = { a: 1 }"};
  ASSERT_TRUE(session.Run(kMake.In(language())).ok());
  EXPECT_EQ(nlohmann::json::parse(ask("x = thin", PromptQuestion::kWords)),
            nlohmann::json::parse(R"({"typed": "thin", "words": ["thing"]})"));
  EXPECT_EQ(nlohmann::json::parse(ask("thing['", PromptQuestion::kWords)),
            nlohmann::json::parse(R"({"typed": "'", "words": ["'a']"]})"));
}

TEST_P(SessionTest, InterruptBetweenRunsDoesNothing) {
  Executor executor = MakeExecutor();
  Session session = MakeSession(executor, language());
  session.Interrupt();
  EXPECT_TRUE(session.Run(kSmall.In(language())).ok());
  session.Interrupt();
  EXPECT_TRUE(session.Run(kSmall.In(language())).ok());
}

/// A function that answers when somebody says so, and does not listen to its stop token.
struct Deaf {
  Door entered;
  Door release;

  Registry MakeRegistry() {
    Registry registry;
    registry.Add("block", [this](const CallContext&, const nlohmann::json&) {
      entered.Open();
      release.Wait();
      return nlohmann::json("late");
    });
    registry.Add("enter", [this](const CallContext&, const nlohmann::json&) {
      entered.Open();
      return nlohmann::json();
    });
    registry.Add("echo", [](const CallContext&, const nlohmann::json& args) { return args; });
    return registry;
  }
};

TEST_P(SessionTest, InterruptReachesCodeThatWaitsInTheHost) {
  if (language() == Python("3.12")) return;  // It cannot be asked.
  constexpr std::array<Program, 6> kPrograms = {{
      {"call('block')", "call('block')"},
      {"try: call('block')\nexcept Exception: pass", "try { call('block') } catch {}"},
      {"import asyncio\nasync def f(): await asyncio.gather(async_call('block'), "
       "async_call('block'))\nasyncio.run(f())",
       "await Promise.all([asyncCall('block'), asyncCall('block')])"},
      {"import time\ncall('enter'); time.sleep(1000)", "call('enter'); await sleep(1e6)"},
      {"import asyncio\ncall('enter'); asyncio.run(asyncio.sleep(1000))", "call('enter'); setTimeout(() => {}, 1e6)"},
      {"call('enter')\nfor i in range(1000):\n  try: __import__('time').sleep(10)\n  except BaseException: pass",
       "call('enter'); for (;;) { try { await sleep(1e6) } catch {} }"},
  }};
  for (const Program& program : kPrograms) {
    Deaf deaf;
    std::vector<SessionOption> options;
    if (!language().is_python()) options.push_back(WithSessionTimers());
    Executor executor = MakeExecutor({WithRegistry(deaf.MakeRegistry())});
    Session session = MakeSession(executor, language(), options);
    ASSERT_TRUE(session.Run("x = 7").ok());
    std::jthread interrupter([&] {
      deaf.entered.Wait();
      std::this_thread::sleep_for(milliseconds(50));
      session.Interrupt();
    });
    const Result result = session.Run(program.In(language()));
    EXPECT_EQ(KindOf(result), ErrorKind::kCancelled) << program.In(language()) << Show(result);
    EXPECT_TRUE(result.session_alive) << program.In(language()) << Show(result);
    interrupter.join();
    // What comes late is nobody's answer.
    deaf.release.Open();
    constexpr Program kAgain = {"print(x, call('echo', a=1))", "console.log(x, call('echo', { a: 1 }))"};
    const Result again = session.Run(kAgain.In(language()));
    EXPECT_EQ(again.stdout_text, language().is_python() ? "7 {'a': 1}\n" : "7 { a: 1 }\n") << Show(again);
  }
}

TEST_P(SessionTest, InterruptWhileAHostCallIsInFlight) {
  Blocker blocker;
  Executor executor = MakeExecutor({WithRegistry(blocker.MakeRegistry())});
  Session session = MakeSession(executor, language());
  std::jthread interrupter([&] {
    blocker.entered.Wait();
    session.Interrupt();
  });
  const Result result = session.Run(std::string("call('block')\n") + kForever.In(language()));
  EXPECT_EQ(KindOf(result), ErrorKind::kCancelled) << Show(result);
  interrupter.join();
  EXPECT_TRUE(executor.Run(language(), kSmall.In(language())).ok());
  executor.Close();
  EXPECT_TRUE(blocker.stop_seen);
}

// --- Limits ---

TEST_P(SessionTest, MemoryLimit) {
  constexpr Program kEat = {"l = []\nwhile True: l.append(bytearray(1 << 20))",
                            "var l = []; for (;;) l.push(new Uint8Array(1 << 20))"};
  constexpr Program kAtOnce = {"bytearray(1 << 30)", "var l = new Uint8Array(2 ** 30)"};
  constexpr Program kDouble = {"s = 'x'\nwhile True: s += s", "var l, s = 'x'; for (;;) s += s"};
  Executor executor = MakeExecutor();
  for (const Program& program : {kEat, kAtOnce, kDouble}) {
    Session session =
        MakeSession(executor, language(), {WithSessionMemoryLimit(size_t{64} << 20), WithSessionTimeout(seconds(10))});
    const Result result = session.Run(program.In(language()));
    // A string of JavaScript has its own limit, which comes first.
    const bool too_long = language() == JavaScript() && result.error && result.error->message == "string too long";
    EXPECT_TRUE(KindOf(result) == ErrorKind::kMemoryLimit || too_long) << program.In(language()) << Show(result);
    EXPECT_LE(result.usage.peak_memory_bytes, size_t{64} << 20);
    if (!too_long) {
      EXPECT_THAT(result.error->message, HasSubstr("WithSessionMemoryLimit"));
    }
    if (result.session_alive) {
      constexpr Program kFree = {"l = None; s = None\nprint(1 + 1)", "globalThis.s = 1; l = null; console.log(1 + 1)"};
      const Result freed = session.Run(kFree.In(language()));
      // JavaScript may have no memory left to read the code that would free some.
      const bool full = language() == JavaScript() && KindOf(freed) == ErrorKind::kMemoryLimit;
      EXPECT_TRUE(full || freed.stdout_text == "2\n") << program.In(language()) << Show(freed);
    }
  }
  EXPECT_TRUE(executor.Run(language(), kSmall.In(language())).ok());
}

TEST_P(SessionTest, MemoryLimitReachedBySmallObjects) {
  // Not even the objects that an error is made of fit any more.
  constexpr Program kEatSmall = {"l = []\nwhile True: l.append([1, 2, 3])", "var l = []; for (;;) l.push([1, 2, 3])"};
  Executor executor = MakeExecutor();
  for (const size_t megabytes : {size_t{43}, size_t{49}, size_t{59}}) {
    const Result result = executor.Run(language(), kEatSmall.In(language()), {},
                                       {WithSessionMemoryLimit(megabytes << 20), WithSessionTimeout(seconds(20))});
    EXPECT_EQ(KindOf(result), ErrorKind::kMemoryLimit) << megabytes << Show(result);
    EXPECT_EQ(result.output, "") << megabytes;
  }
}

TEST_P(SessionTest, MemoryErrorCanBeCaught) {
  constexpr Program kCatch = {"try:\n  b = bytearray(1 << 30)\nexcept MemoryError:\n  print('caught')",
                              "try { new Uint8Array(2 ** 30) } catch (e) { console.log('caught') }"};
  Executor executor = MakeExecutor();
  const Result result = executor.Run(language(), kCatch.In(language()), {}, {WithSessionMemoryLimit(size_t{64} << 20)});
  EXPECT_TRUE(result.ok()) << Show(result);
  EXPECT_EQ(result.stdout_text, "caught\n");
}

TEST_P(SessionTest, OutputIsCutAtItsLimitAndSaysSo) {
  constexpr Program kFlood = {"import sys\nfor i in range(1000): print('x' * 99)\nprint('e', file=sys.stderr)",
                              "for (let i = 0; i < 1000; i++) console.log('x'.repeat(99)); console.error('e')"};
  Executor executor = MakeExecutor();
  Session session = MakeSession(executor, language(), {WithSessionOutputLimit(1000)});
  const Result result = session.Run(kFlood.In(language()));
  EXPECT_TRUE(result.ok()) << Show(result);
  EXPECT_EQ(result.stdout_text.size(), 1000U);
  EXPECT_TRUE(result.stdout_truncated);
  EXPECT_EQ(result.stderr_text, "e\n");
  EXPECT_FALSE(result.stderr_truncated);
  EXPECT_EQ(result.output.size(), 1002U);
  // The next run has its own limit.
  const Result next = session.Run(kSmall.In(language()));
  EXPECT_EQ(next.stdout_text, "2\n");
  EXPECT_FALSE(next.stdout_truncated);
}

TEST_P(SessionTest, OutputLimitCanEndTheRun) {
  constexpr Program kFlood = {"while True: print('x' * 99)", "for (;;) console.log('x'.repeat(99))"};
  Executor executor = MakeExecutor();
  Session session = MakeSession(executor, language(), {WithSessionOutputLimit(1000), WithSessionStopOnOutputLimit()});
  const Result result = session.Run(kFlood.In(language()));
  EXPECT_EQ(KindOf(result), ErrorKind::kOutputLimit) << Show(result);
  EXPECT_EQ(result.stdout_text.size(), 1000U);
  EXPECT_TRUE(result.stdout_truncated);
  EXPECT_FALSE(result.session_alive);
}

TEST_P(SessionTest, CallbackSeesNoMoreThanTheLimit) {
  constexpr Program kFlood = {"for i in range(100): print('x' * 99)",
                              "for (let i = 0; i < 100; i++) console.log('x'.repeat(99))"};
  Executor executor = MakeExecutor();
  std::string seen;
  RunOptions options;
  options.on_stdout = [&](std::string_view text) {
    EXPECT_FALSE(text.empty());
    seen += text;
  };
  const Result result = executor.Run(language(), kFlood.In(language()), options, {WithSessionOutputLimit(1050)});
  EXPECT_EQ(result.stdout_text.size(), 1050U);
  EXPECT_EQ(seen, result.stdout_text);
  seen.clear();
  const Result stopped = executor.Run(language(), kFlood.In(language()), options,
                                      {WithSessionOutputLimit(1050), WithSessionStopOnOutputLimit()});
  EXPECT_EQ(KindOf(stopped), ErrorKind::kOutputLimit) << Show(stopped);
  EXPECT_EQ(seen, stopped.stdout_text);
}

TEST_P(SessionTest, OutputOutsideOfARunIsNobodys) {
  // What a run leaves behind to be written later does not appear in the next run, nor in another session's.
  Executor executor = MakeExecutor({WithWarmPool(0)});
  Session session = MakeSession(executor, language());
  constexpr Program kLeave = {"import sys\nsys.stdout.write('left')", "console.log('left')"};
  EXPECT_EQ(session.Run(kLeave.In(language())).stdout_text.substr(0, 4), "left");
  EXPECT_EQ(session.Run("").output, "");
}

TEST_P(SessionTest, RefusesImpossibleOptions) {
  Executor executor = MakeExecutor();
  const auto no_time = executor.NewSession(language(), {WithSessionTimeout(seconds(0))});
  ASSERT_FALSE(no_time.ok());
  EXPECT_EQ(no_time.error().kind, ErrorKind::kInvalidArgument);
  const auto negative = executor.NewSession(language(), {WithSessionTimeout(seconds(-1))});
  EXPECT_FALSE(negative.ok());
  const auto no_memory = executor.NewSession(language(), {WithSessionMemoryLimit(4096)});
  ASSERT_FALSE(no_memory.ok());
  EXPECT_EQ(no_memory.error().kind, ErrorKind::kInvalidArgument);
  // A limit beyond what WebAssembly has, and one beyond all clocks.
  Session huge = MakeSession(executor, language(),
                             {WithSessionMemoryLimit(SIZE_MAX), WithSessionTimeout(std::chrono::nanoseconds::max())});
  EXPECT_TRUE(huge.Run(kSmall.In(language())).ok());
}

TEST_P(SessionTest, ManyIdleSessions) {
  Executor executor = MakeExecutor();
  std::vector<Session> sessions;
  for (int i = 0; i < 200; ++i) {
    sessions.push_back(MakeSession(executor, language()));
    ASSERT_TRUE(sessions.back().Run("x = " + std::to_string(i)).ok());
  }
  for (size_t i = 0; i < sessions.size(); ++i) {
    const Result result = sessions[i].Run(language().is_python() ? "print(x)" : "console.log(x)");
    ASSERT_EQ(result.stdout_text, std::to_string(i) + "\n") << Show(result);
  }
}

}  // namespace
}  // namespace goru
