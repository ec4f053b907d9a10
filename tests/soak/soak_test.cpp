// Many sessions, and a storm of stops at random moments. Nothing may crash, hang, be missed or pile up.
//
// GORU_SOAK_STOPS and GORU_SOAK_SESSIONS set how many (per test), GORU_SOAK_SEED repeats a storm:
//   GORU_SOAK_STOPS=100000 GORU_SOAK_SESSIONS=50000 build/release/bin/soak_test

#include <dirent.h>
#include <gtest/gtest.h>
#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <cstdio>
#include <fstream>
#include <functional>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "common/sandbox.hpp"

namespace goru {
namespace {

using Clock = std::chrono::steady_clock;
using test::MakeExecutor;
using test::MakeSession;
using test::Show;

uint64_t FromEnvironment(const char* name, uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text != nullptr ? std::strtoull(text, nullptr, 10) : otherwise;
}

/// What a leak would make grow.
struct Footprint {
  size_t descriptors = 0;
  size_t mappings = 0;
  size_t resident_bytes = 0;

  /// Call it while no executor exists: what its pools keep depends on the moment.
  static Footprint Now() {
    ::malloc_trim(0);
    Footprint now;
    if (DIR* directory = ::opendir("/proc/self/fd")) {
      while (::readdir(directory) != nullptr) ++now.descriptors;
      ::closedir(directory);
    }
    std::ifstream maps("/proc/self/maps");
    for (std::string line; std::getline(maps, line);) ++now.mappings;
    // Anonymous memory only: how much of the program's own files is resident says nothing.
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
      constexpr std::string_view kField = "RssAnon:";
      if (line.starts_with(kField)) now.resident_bytes = std::stoull(line.substr(kField.size())) << 10;
    }
    return now;
  }
};

/// One heap for all threads: with one for each, what they keep for later grows by tens of megabytes and hides a leak.
[[maybe_unused]] const int one_heap = ::mallopt(M_ARENA_MAX, 1);

void ExpectFlat(const Footprint& before, const Footprint& after) {
  std::printf("  descriptors %zu -> %zu, mappings %zu -> %zu, resident %zu -> %zu MiB\n", before.descriptors,
              after.descriptors, before.mappings, after.mappings, before.resident_bytes >> 20,
              after.resident_bytes >> 20);
  // Threads' stacks come and go a little; a leak grows with the number of sessions.
#if defined(__SANITIZE_THREAD__)
  // ThreadSanitizer has notes of all memory that threads touch, and keeps those of memory that is gone.
  constexpr size_t kNotes = 6;
#else
  constexpr size_t kNotes = 1;
#endif
  constexpr size_t kSomeMappings = 40 * kNotes;
  constexpr size_t kSomeBytes = (size_t{16} << 20) * kNotes;
  EXPECT_EQ(after.descriptors, before.descriptors);
  EXPECT_LE(after.mappings, before.mappings + kSomeMappings);
  EXPECT_LE(after.resident_bytes, before.resident_bytes + kSomeBytes);
}

/// Ends the program when nothing happens for a long time: a stop was missed, or threads wait for each other.
class HangDetector {
 public:
  explicit HangDetector(const std::atomic<uint64_t>& progress)
      : thread_([this, &progress](const std::stop_token& stop) { Watch(stop, progress); }) {}

  void Describe(size_t thread, const std::string& what) {
    const std::lock_guard lock(mutex_);
    if (doing_.size() <= thread) doing_.resize(thread + 1);
    doing_[thread] = what;
  }

 private:
  void Watch(const std::stop_token& stop, const std::atomic<uint64_t>& progress) {
    std::unique_lock lock(mutex_);
    for (uint64_t last = progress;; last = progress) {
      if (changed_.wait_for(lock, stop, std::chrono::seconds(120), [] { return false; }) || stop.stop_requested())
        return;
      if (progress != last) continue;
      for (const std::string& what : doing_) std::fprintf(stderr, "hangs in: %s\n", what.c_str());
      std::abort();
    }
  }

  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::vector<std::string> doing_;
  std::jthread thread_;
};

struct Workload {
  Language language;
  const char* name;
  const char* code;
};

/// Programs that never end, each busy in another part of the sandbox.
std::vector<Workload> Workloads() {
  const Language py = Python();
  const Language js = JavaScript();
  std::vector<Workload> all = {
      {py, "loop", "while True: pass"},
      {py, "regex", "import re\nwhile True: re.match(r'(a+)+$', 'a' * 30 + 'b')"},
      {py, "sort", "l = [(i * 7919) % 10007 for i in range(10000)]\nwhile True: sorted(l)"},
      {py, "sort_compare", "l = list(range(5000))\nwhile True: sorted(l, key=lambda v: -v)"},
      {py, "integers", "x = 3 ** 20000\nwhile True: y = x * x"},
      {py, "power", "10 ** (10 ** 8)"},
      {py, "copies", "b = bytearray(1 << 20)\nwhile True: c = b[:]"},
      {py, "allocation", "while True: l = [[i] for i in range(1000)]"},
      {py, "growth", "l = []\nwhile True:\n  l.append(bytearray(1 << 18))\n  if len(l) > 600: l.clear()"},
      {py, "calls", "while True: call('now', a=1)"},
      {py, "pool_calls", "while True: call('pool', a=1)"},
      {py, "gather",
       "import asyncio\n"
       "async def main():\n"
       "  while True: await asyncio.gather(*(async_call('pool', i=i) for i in range(20)))\n"
       "asyncio.run(main())"},
      {py, "blocked_call", "call('block')"},
      {py, "sleep", "import time\ntime.sleep(10 ** 6)"},
      {py, "async_sleep", "import asyncio\nasyncio.run(asyncio.sleep(10 ** 6))"},
      {py, "output", "while True: print('x' * 1000)"},
      {py, "entropy", "import os\nwhile True: os.urandom(1 << 20)"},
      {py, "collect", "import gc\nx = [[i] for i in range(10000)]\nwhile True: gc.collect()"},
      {py, "compile", "while True: compile('x = 1\\n' * 1000, 'f', 'exec')"},
      {py, "hash", "import hashlib\nd = b'x' * 1000000\nwhile True: hashlib.sha256(d).digest()"},
      {py, "import", "import importlib, json\nwhile True: importlib.reload(json)"},
      {js, "loop", "for (;;) {}"},
      {js, "regex", "for (;;) /(a+)+$/.test('a'.repeat(30) + 'b')"},
      {js, "sort", "const l = Array.from({length: 10000}, (_, i) => (i * 7919) % 10007); for (;;) l.toSorted()"},
      {js, "sort_compare", "const l = Array.from({length: 10000}, (_, i) => -i); for (;;) l.toSorted((a, b) => a - b)"},
      {js, "typed_sort", "const l = new Float64Array(100000).map((_, i) => -i); for (;;) l.toSorted()"},
      {js, "integers", "const x = 3n ** 20000n; for (;;) x * x"},
      {js, "copies", "const b = new Uint8Array(1 << 20); for (;;) b.slice()"},
      {js, "allocation", "for (;;) { const l = []; for (let i = 0; i < 1000; i++) l.push({i}) }"},
      {js, "growth", "let l = []; for (;;) { l.push(new Uint8Array(1 << 18)); if (l.length > 600) l = [] }"},
      {js, "calls", "for (;;) call('now', {a: 1})"},
      {js, "pool_calls", "for (;;) call('pool', {a: 1})"},
      {js, "gather", "for (;;) await runAsync(Array.from({length: 20}, (_, i) => asyncCall('pool', {i})))"},
      {js, "blocked_call", "call('block')"},
      {js, "blocked_async", "await asyncCall('block')"},
      {js, "output", "for (;;) console.log('x'.repeat(1000))"},
      {js, "microtasks", "async function f() { for (;;) await null } await f()"},
      {js, "strings", "for (;;) 'x'.repeat(1 << 20).split('')"},
      {js, "json", "const o = Array.from({length: 10000}, (_, i) => ({i})); for (;;) JSON.parse(JSON.stringify(o))"},
      {js, "eval", "for (;;) eval('(function(){' + 'x=1;'.repeat(1000) + '})')"},
  };
  // Both versions of Python do all of its programs.
  for (size_t i = 0, size = all.size(); i < size; ++i) {
    if (all[i].language == py) all.push_back({Python("3.12"), all[i].name, all[i].code});
  }
  return all;
}

Registry StormRegistry() {
  Registry registry;
  registry.Add("now", [](const CallContext&, const nlohmann::json& args) { return args; }, Blocking::kNever);
  registry.Add("pool", [](const CallContext&, const nlohmann::json& args) { return args; });
  registry.Add("block", [](const CallContext& context, const nlohmann::json&) {
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    never.wait(lock, context.stop, [] { return false; });
    return nlohmann::json();
  });
  return registry;
}

enum class Way { kTimeout, kInterrupt, kClose, kInterruptTwice };

/// Calls `stop` some time after Start, on a thread of its own that lives as long as the storm.
class Stopper {
 public:
  Stopper() : thread_([this](const std::stop_token& end) { Work(end); }) {}

  /// The moment from which the delay counts; from any thread.
  void Start() {
    const std::lock_guard lock(mutex_);
    if (armed_) started_ = true;
    changed_.notify_all();
  }
  void Arm(std::chrono::nanoseconds delay, std::function<void()> stop) {
    const std::lock_guard lock(mutex_);
    armed_ = true;
    started_ = false;
    delay_ = delay;
    stop_ = std::move(stop);
  }
  /// Waits until the stop was made. Returns when that was.
  Clock::time_point Disarm() {
    std::unique_lock lock(mutex_);
    started_ = started_ || armed_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return !armed_; });
    return stopped_at_;
  }

 private:
  void Work(const std::stop_token& end) {
    std::unique_lock lock(mutex_);
    for (;;) {
      if (!changed_.wait(lock, end, [this] { return started_; })) return;
      const auto at = Clock::now() + delay_;
      lock.unlock();
      // Sleeping is too coarse for microseconds.
      if (delay_ > std::chrono::milliseconds(1)) std::this_thread::sleep_for(delay_ - std::chrono::milliseconds(1));
      while (Clock::now() < at) std::this_thread::yield();
      const auto now = Clock::now();
      stop_();
      lock.lock();
      stopped_at_ = now;
      armed_ = false;
      started_ = false;
      changed_.notify_all();
    }
  }

  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool armed_ = false;
  bool started_ = false;
  std::chrono::nanoseconds delay_{0};
  Clock::time_point stopped_at_;
  std::function<void()> stop_;
  std::jthread thread_;
};

class Storm {
 public:
  Storm(Executor& executor, uint64_t stops, uint64_t seed) : executor_(executor), stops_(stops), seed_(seed) {}

  void Run(size_t threads) {
    HangDetector detector(done_);
    std::vector<std::jthread> workers;
    for (size_t i = 0; i < threads; ++i) {
      workers.emplace_back([this, i, &detector] { Work(i, detector); });
    }
  }

  std::vector<double>& latencies_ms() { return latencies_ms_; }
  uint64_t failures() const { return failures_; }

 private:
  /// Between microseconds and tens of milliseconds, every order of magnitude alike.
  static std::chrono::nanoseconds RandomDelay(std::mt19937_64& random) {
    std::uniform_real_distribution<double> exponent(3.0, 7.4);
    return std::chrono::nanoseconds(static_cast<int64_t>(std::pow(10.0, exponent(random))));
  }

  void Work(size_t thread, HangDetector& detector) {
    std::mt19937_64 random(seed_ + thread);
    const std::vector<Workload> workloads = Workloads();
    Stopper stopper;
    std::vector<double> latencies;
    while (next_.fetch_add(1) < stops_) {
      const Workload& workload = workloads[random() % workloads.size()];
      const auto way = static_cast<Way>(random() % 4);
      const auto delay = RandomDelay(random);
      const std::string what = workload.language.image() + " " + workload.name + " way " +
                               std::to_string(static_cast<int>(way)) + " after " + std::to_string(delay.count()) +
                               " ns";
      detector.Describe(thread, what);
      std::vector<SessionOption> options = {WithSessionHostCallLimit(UINT64_MAX)};
      if (way == Way::kTimeout) options.push_back(WithSessionTimeout(delay));
      Session session = MakeSession(executor_, workload.language, options);
      const bool warm = random() % 2 == 0;
      // Half of the runs are not the first of their session.
      if (warm && way != Way::kTimeout) Expect(session.Run("x = 1").ok(), what, "first run");
      RunOptions run;
      const auto begun = Clock::now();
      auto stopped_at = begun + delay;
      Result result;
      if (way == Way::kTimeout) {
        result = session.Run(workload.code, run);
      } else {
        bool started = false;
        run.on_stdout = [&](std::string_view) {
          if (!std::exchange(started, true)) stopper.Start();
        };
        const std::string code =
            std::string(workload.language.is_python() ? "print()\n" : "console.log();\n") + workload.code;
        stopper.Arm(delay, [&] {
          if (way == Way::kClose) {
            session.Close();
          } else {
            session.Interrupt();
            if (way == Way::kInterruptTwice) session.Interrupt();
          }
        });
        result = session.Run(code, run);
        stopped_at = stopper.Disarm();
      }
      const auto wanted = way == Way::kTimeout ? ErrorKind::kTimeout : ErrorKind::kCancelled;
      // Python 3.12 cannot be asked to end a run.
      const bool may_live = !(workload.language == Python("3.12")) && way != Way::kTimeout && way != Way::kClose;
      Expect(result.error && result.error->kind == wanted, what, Show(result));
      Expect(may_live || !result.session_alive, what, "alive: " + Show(result));
      Expect(session.closed() != result.session_alive, what, "closed() disagrees");
      if (result.session_alive) Expect(session.Run("1 + 1").ok(), what, "run after an interrupt");
      latencies.push_back(std::chrono::duration<double, std::milli>(Clock::now() - stopped_at).count());
      // What a slot held before must not matter.
      if (random() % 8 == 0) CheckFresh(workload.language, what);
      ++done_;
    }
    const std::lock_guard lock(mutex_);
    latencies_ms_.insert(latencies_ms_.end(), latencies.begin(), latencies.end());
  }

  void CheckFresh(const Language& language, const std::string& what) {
    const char* code = language.is_python()
                           ? "import json\nprint(sum(range(10)), json.dumps({'a': [1]}), 'l' in globals())"
                           : "console.log(45, JSON.stringify({a: [1]}), typeof l !== 'undefined')";
    const Result result = executor_.Run(language, code);
    const char* wanted = language.is_python() ? "45 {\"a\": [1]} False\n" : "45 {\"a\":[1]} false\n";
    Expect(result.ok() && result.stdout_text == wanted, what, "a fresh sandbox after it: " + Show(result));
  }

  void Expect(bool condition, const std::string& what, const std::string& detail) {
    if (condition) return;
    if (failures_.fetch_add(1) < 20) ADD_FAILURE() << what << "\n" << detail.substr(0, 2000);
  }

  Executor& executor_;
  const uint64_t stops_;
  const uint64_t seed_;
  std::atomic<uint64_t> next_{0};
  std::atomic<uint64_t> done_{0};
  std::atomic<uint64_t> failures_{0};
  std::mutex mutex_;
  std::vector<double> latencies_ms_;
};

TEST(Soak, StopStorm) {
  const uint64_t stops = FromEnvironment("GORU_SOAK_STOPS", 3000);
  const uint64_t seed = FromEnvironment("GORU_SOAK_SEED", std::random_device()());
  const size_t threads = FromEnvironment("GORU_SOAK_THREADS", 3);
  {
    // What is made once for the whole process comes first.
    Executor executor = MakeExecutor({WithRegistry(StormRegistry())});
    Storm(executor, std::min<uint64_t>(stops, 500), seed + 1000).Run(threads);
  }
  const Footprint before = Footprint::Now();
  const auto begun = Clock::now();
  auto executor = std::make_unique<Executor>(MakeExecutor({WithRegistry(StormRegistry())}));
  Storm storm(*executor, stops, seed);
  storm.Run(threads);
  const double seconds = std::chrono::duration<double>(Clock::now() - begun).count();
  std::vector<double>& latencies = storm.latencies_ms();
  ASSERT_FALSE(latencies.empty());
  std::sort(latencies.begin(), latencies.end());
  const auto at = [&](double share) {
    return latencies[static_cast<size_t>(share * static_cast<double>(latencies.size() - 1))];
  };
  std::printf(
      "  seed %llu: %zu stops in %.0f s, end of the run after the stop: p50 %.2f ms, p99 %.2f ms, max %.0f ms\n",
      static_cast<unsigned long long>(seed), latencies.size(), seconds, at(0.5), at(0.99), at(1.0));
  EXPECT_EQ(storm.failures(), 0U);
  EXPECT_EQ(latencies.size(), stops);
  executor.reset();
  ExpectFlat(before, Footprint::Now());
}

TEST(Soak, Sessions) {
  const uint64_t sessions = FromEnvironment("GORU_SOAK_SESSIONS", 3000);
  std::atomic<uint64_t> next{0};
  std::atomic<uint64_t> done{0};
  const HangDetector detector(done);
  const auto round = [&](uint64_t count) {
    Executor executor = MakeExecutor({WithRegistry(StormRegistry())});
    std::vector<std::jthread> threads;
    next = 0;
    for (int t = 0; t < 2; ++t) {
      threads.emplace_back([&] {
        // Some stay at rest while others run; the oldest goes when a new one comes.
        std::vector<std::pair<Session, uint64_t>> idle;
        for (uint64_t i = next++; i < count; i = next++) {
          const Language language = i % 3 == 0 ? Python() : i % 3 == 1 ? JavaScript() : Python("3.12");
          Session session = MakeSession(executor, language);
          Result first = session.Run("mine = " + std::to_string(i));
          EXPECT_TRUE(first.ok()) << Show(first);
          idle.emplace_back(std::move(session), i);
          if (idle.size() < 50) continue;
          auto& [old, number] = idle[i % idle.size()];
          const Result second = old.Run(old.language().is_python() ? "print(mine)" : "console.log(mine)");
          EXPECT_EQ(second.stdout_text, std::to_string(number) + "\n") << Show(second);
          idle.erase(idle.begin() + static_cast<std::ptrdiff_t>(i % idle.size()));
          ++done;
        }
      });
    }
  };
  round(500);
  const Footprint before = Footprint::Now();
  round(sessions);
  ExpectFlat(before, Footprint::Now());
}

}  // namespace
}  // namespace goru
