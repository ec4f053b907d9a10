// The small parts that sessions are made of.
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "common/raw_sandbox.hpp"
#include "common/resident_memory.hpp"
#include "common/sandbox.hpp"
#include "executor/output_buffer.hpp"
#include "executor/sandbox_pool.hpp"
#include "executor/watchdog.hpp"
#include "guest/wasm_factory.hpp"

namespace goru::internal {
namespace {

using test::Door;
using test::Must;

std::span<const uint8_t> Bytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

// --- Watchdog ---

TEST(Watchdog, CallsInTheOrderOfDeadlines) {
  Watchdog watchdog;
  const auto now = Watchdog::Clock::now();
  std::string order;
  Door last;
  // Added in another order than they are due.
  watchdog.Add(now + std::chrono::milliseconds(30), [&] {
    order += 'c';
    last.Open();
  });
  watchdog.Add(now + std::chrono::milliseconds(20), [&] { order += 'b'; });
  watchdog.Add(now + std::chrono::milliseconds(10), [&] { order += 'a'; });
  last.Wait();
  EXPECT_EQ(order, "abc");
}

TEST(Watchdog, DeadlineOfThePastIsDueAtOnce) {
  Watchdog watchdog;
  Door called;
  watchdog.Add(Watchdog::Clock::time_point::min(), [&] { called.Open(); });
  called.Wait();
}

TEST(Watchdog, CancelledActionsDoNotRun) {
  std::atomic<int> called{0};
  {
    Watchdog watchdog;
    std::vector<Watchdog::Ticket> tickets;
    for (int i = 0; i < 100; ++i) {
      tickets.push_back(watchdog.Add(Watchdog::Clock::now() + std::chrono::hours(1), [&] { ++called; }));
    }
    for (const auto& ticket : tickets) watchdog.Cancel(ticket);
    // A second time does nothing.
    watchdog.Cancel(tickets.front());
    watchdog.Add(Watchdog::Clock::time_point::max(), [&] { ++called; });
  }
  EXPECT_EQ(called, 0);
}

TEST(Watchdog, CancelWaitsForAnActionThatIsRunning) {
  Watchdog watchdog;
  Door entered;
  Door go_on;
  std::atomic<bool> left{false};
  const auto ticket = watchdog.Add(Watchdog::Clock::now(), [&] {
    entered.Open();
    go_on.Wait();
    left = true;
  });
  entered.Wait();
  std::jthread opener([&] { go_on.Open(); });
  watchdog.Cancel(ticket);
  EXPECT_TRUE(left);
}

TEST(Watchdog, ManyThreads) {
  Watchdog watchdog;
  std::atomic<int> after_cancel{0};
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 500; ++i) {
        auto cancelled = std::make_shared<std::atomic<bool>>(false);
        const auto ticket =
            watchdog.Add(Watchdog::Clock::now() + std::chrono::microseconds((i * 7 + t) % 200), [&, cancelled] {
              if (*cancelled) ++after_cancel;
            });
        if (i % 2 == 0) std::this_thread::yield();
        watchdog.Cancel(ticket);
        *cancelled = true;
      }
    });
  }
  threads.clear();
  EXPECT_EQ(after_cancel, 0);
}

// --- OutputBuffer ---

TEST(OutputBuffer, KeepsStreamsApartAndInOrder) {
  OutputBuffer buffer(100);
  EXPECT_EQ(buffer.Append(1, Bytes("a")), 1U);
  EXPECT_EQ(buffer.Append(2, Bytes("b")), 1U);
  EXPECT_EQ(buffer.Append(2, Bytes("c")), 1U);
  EXPECT_EQ(buffer.Append(1, Bytes("d")), 1U);
  EXPECT_EQ(buffer.Append(1, {}), 0U);
  Result result;
  buffer.MoveTo(result);
  EXPECT_EQ(result.stdout_text, "ad");
  EXPECT_EQ(result.stderr_text, "bc");
  EXPECT_EQ(result.output, "abcd");
  EXPECT_FALSE(result.stdout_truncated || result.stderr_truncated);
}

TEST(OutputBuffer, OneStreamAlone) {
  for (const int stream : {1, 2}) {
    OutputBuffer buffer(100);
    EXPECT_EQ(buffer.Append(stream, Bytes("ab")), 2U);
    EXPECT_EQ(buffer.Append(stream, Bytes("c")), 1U);
    Result result;
    buffer.MoveTo(result);
    EXPECT_EQ(result.stdout_text, stream == 1 ? "abc" : "");
    EXPECT_EQ(result.stderr_text, stream == 2 ? "abc" : "");
    EXPECT_EQ(result.output, "abc");
  }
  Result nothing;
  OutputBuffer(1).MoveTo(nothing);
  EXPECT_TRUE(nothing.output.empty() && nothing.stdout_text.empty() && nothing.stderr_text.empty());
}

TEST(OutputBuffer, CutsEachStreamAtItsLimit) {
  OutputBuffer buffer(3);
  EXPECT_EQ(buffer.Append(1, Bytes("abc")), 3U);
  EXPECT_EQ(buffer.Append(1, Bytes("d")), 0U);
  EXPECT_EQ(buffer.Append(2, Bytes("12345")), 3U);
  Result result;
  buffer.MoveTo(result);
  EXPECT_EQ(result.stdout_text, "abc");
  EXPECT_EQ(result.stderr_text, "123");
  EXPECT_EQ(result.output, "abc123");
  EXPECT_TRUE(result.stdout_truncated && result.stderr_truncated);
}

TEST(OutputBuffer, NothingFitsIntoZero) {
  OutputBuffer buffer(0);
  EXPECT_EQ(buffer.Append(1, {}), 0U);
  EXPECT_EQ(buffer.Append(1, Bytes("x")), 0U);
  Result result;
  buffer.MoveTo(result);
  EXPECT_TRUE(result.stdout_truncated);
  EXPECT_FALSE(result.stderr_truncated);
}

TEST(OutputBuffer, PiecesOfOneByteCostNoMoreThanLargeOnes) {
  constexpr size_t kLimit = size_t{8} << 20;
  const test::PeakMemory memory;
  OutputBuffer buffer(kLimit);
  for (size_t i = 0; i < kLimit; ++i) {
    buffer.Append(1, Bytes("a"));
    buffer.Append(2, Bytes("b"));
  }
  Result result;
  buffer.MoveTo(result);
  EXPECT_EQ(result.stdout_text, std::string(kLimit, 'a'));
  EXPECT_EQ(result.stderr_text, std::string(kLimit, 'b'));
  EXPECT_EQ(result.output.size(), 2 * kLimit);
  // Each byte twice, and strings that grow by doubling.
  EXPECT_LT(memory.Grown(), 6 * 2 * kLimit);
}

// --- SandboxPool ---

TEST(SandboxPool, GivesCleanSandboxesWithAndWithoutAThread) {
  for (const size_t ready : {size_t{0}, size_t{2}}) {
    const auto& runtime = test::LoadRuntime(JavaScript());
    SandboxPool pool(std::make_shared<guest::WasmFactory>(runtime), ready, JavaScript(), nullptr);
    std::vector<std::jthread> threads;
    for (int t = 0; t < 3; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 40; ++i) {
          auto sandbox = Must(pool.Take());
          wasm::MemorySlot& slot = static_cast<guest::WasmSandbox&>(*sandbox).instance().slot();
          test::ExpectClean(slot, *runtime->memory());
          std::memset(slot.base(), i, slot.size() / 4);
          EXPECT_TRUE(slot.Grow(slot.size() + 65536));
          pool.Give(std::move(sandbox));
        }
      });
    }
  }
}

// --- Results, languages, options ---

TEST(Result, AsJson) {
  Result result;
  result.stdout_text = "a\xFFz";
  result.value = "{\"x\":1}";
  result.error = RunError{ErrorKind::kTimeout, "", "slow", ""};
  const nlohmann::json json = ToJson(result);
  EXPECT_EQ(json["stdout"], "a\uFFFDz");
  EXPECT_EQ(json["value"]["x"], 1);
  EXPECT_EQ(json["status"], "timeout");
  EXPECT_EQ(json["error"]["kind"], "timeout");
  result.value = "not json";
  EXPECT_EQ(ToJson(result)["value"], nullptr);
  EXPECT_NO_THROW((void)ToJson(Result()).dump());
}

TEST(ErrorKinds, HaveDistinctNames) {
  std::set<std::string_view> names;
  for (int kind = 0; kind <= static_cast<int>(ErrorKind::kInternal); ++kind) {
    const auto name = ErrorKindName(static_cast<ErrorKind>(kind));
    EXPECT_FALSE(name.empty());
    EXPECT_TRUE(names.insert(name).second) << name;
  }
}

TEST(Languages, FromNamesAndFiles) {
  EXPECT_EQ(Language::FromName("py"), Python());
  EXPECT_EQ(Python(), Python("3.13"));
  EXPECT_EQ(Language::FromName("python3.12"), Python("3.12"));
  EXPECT_EQ(Language::FromName("python3.13"), Python("3.13"));
  EXPECT_EQ(Language::FromName("javascript"), JavaScript());
  EXPECT_EQ(Language::FromName("ts"), TypeScript());
  EXPECT_EQ(Language::FromName("ruby"), std::nullopt);
  EXPECT_EQ(Language::FromName(""), std::nullopt);
  EXPECT_EQ(Language::FromFileName("a.py"), Python());
  EXPECT_EQ(Language::FromFileName("dir.py/a.mjs"), JavaScript());
  EXPECT_EQ(Language::FromFileName("a.mts"), TypeScript());
  EXPECT_EQ(Language::FromFileName("py"), std::nullopt);
  EXPECT_FALSE(Python() == JavaScript());
  EXPECT_FALSE(TypeScript() == JavaScript());
  EXPECT_FALSE(Python("3.12") == Python("3.13"));
  EXPECT_EQ(Python("3.12").name(), Python("3.13").name());
}

TEST(Languages, UnknownVersionHasNoImage) {
  Executor executor = test::MakeExecutor();
  const auto session = executor.NewSession(Python("2.7"));
  ASSERT_FALSE(session.ok());
  EXPECT_EQ(session.error().kind, ErrorKind::kUnavailable);
}

TEST(ExecutorOptions, ErrorsSayWhatIsWrong) {
  const auto no_images =
      Executor::Create({WithDiskCache(GORU_TEST_CACHE), WithImageDirectory("/nowhere"), WithPrecompile({Python()})});
  ASSERT_FALSE(no_images.ok());
  EXPECT_EQ(no_images.error().kind, ErrorKind::kUnavailable);
  EXPECT_NE(no_images.error().message.find("/nowhere"), std::string::npos);
  const auto no_cache = Executor::Create({WithDiskCache("/proc/nothing/here")});
  EXPECT_FALSE(no_cache.ok());
  Executor late = test::MakeExecutor({WithImageDirectory("/nowhere")});
  EXPECT_FALSE(late.NewSession(Python()).ok());
  EXPECT_EQ(test::KindOf(late.Run(JavaScript(), "1")), ErrorKind::kUnavailable);
}

TEST(ExecutorOptions, DefaultsOfSessionsComeFromTheExecutor) {
  Executor executor =
      test::MakeExecutor({WithTimeout(std::chrono::milliseconds(30)), WithMemoryLimit(size_t{32} << 20)});
  EXPECT_EQ(test::KindOf(executor.Run(JavaScript(), "for (;;) {}")), ErrorKind::kTimeout);
  const Result result = executor.Run(JavaScript(), "const l = []; for (;;) l.push(new Uint8Array(1 << 20))", {},
                                     {WithSessionTimeout(std::chrono::seconds(30))});
  EXPECT_EQ(test::KindOf(result), ErrorKind::kMemoryLimit) << test::Show(result);
  EXPECT_LE(result.usage.peak_memory_bytes, size_t{32} << 20);
}

TEST(ExecutorOptions, CompilesOnceAndSaysSo) {
  std::string root = testing::TempDir() + "goru-executor-XXXXXX";
  ASSERT_NE(::mkdtemp(root.data()), nullptr);
  int compiled = 0;
  for (int i = 0; i < 2; ++i) {
    auto executor = Executor::Create({WithDiskCache(root + "/cache"), WithPrecompile({JavaScript()}),
                                      WithProgress([&](std::string_view) { ++compiled; })});
    ASSERT_TRUE(executor.ok()) << executor.error().message;
    EXPECT_EQ(executor->Run(JavaScript(), "console.log(1)").stdout_text, "1\n");
  }
  EXPECT_EQ(compiled, 1);
  auto without = Executor::Create({WithoutDiskCache(), WithProgress([&](std::string_view) { ++compiled; })});
  ASSERT_TRUE(without.ok());
  EXPECT_EQ(without->Run(JavaScript(), "console.log(2)").stdout_text, "2\n");
  EXPECT_EQ(compiled, 2);
  std::filesystem::remove_all(root);
}

TEST(Executors, ManyAtOnceAndMoved) {
  std::vector<Executor> executors;
  for (int i = 0; i < 3; ++i) executors.push_back(test::MakeExecutor());
  for (Executor& executor : executors) EXPECT_TRUE(executor.Run(JavaScript(), "1").ok());
  executors.front() = std::move(executors.back());
  EXPECT_TRUE(executors.front().Run(JavaScript(), "1").ok());
  executors.front().Close();
  executors.front().Close();
}

}  // namespace
}  // namespace goru::internal
