// How long a run goes on after it should have ended: from the deadline, or from Session::Interrupt, to the return of
// Run.
#include <atomic>
#include <thread>

#include "common.hpp"

namespace goru::bench {
namespace {

// The guest is well inside its work by then.
constexpr std::chrono::milliseconds kBefore{25};

Executor& StopExecutor() {
  static Executor executor = MakeExecutor({});
  return executor;
}

void StopByTimeout(benchmark::State& state, const Language& language, std::string_view code) {
  Samples late;
  for (auto iteration : state) {
    Session session = MakeSession(StopExecutor(), language, {WithSessionTimeout(kBefore)});
    const auto start = Clock::now();
    const Result result = session.Run(code);
    const auto end = Clock::now();
    if (result.ok() || result.error->kind != ErrorKind::kTimeout) Die("the run did not time out");
    late.Add(Microseconds(end - start - kBefore));
    state.SetIterationTime(Seconds(end - start - kBefore));
  }
  late.Report(state, "us");
  state.counters["max_us"] = late.Percentile(1);
}

void StopByInterrupt(benchmark::State& state, const Language& language, std::string_view code) {
  Samples late;
  for (auto iteration : state) {
    Session session = MakeSession(StopExecutor(), language);
    Clock::time_point called;
    std::thread other([&] {
      std::this_thread::sleep_for(kBefore);
      called = Clock::now();
      session.Interrupt();
    });
    const Result result = session.Run(code);
    const auto end = Clock::now();
    other.join();
    if (result.ok() || result.error->kind != ErrorKind::kCancelled) Die("the run was not interrupted");
    late.Add(Microseconds(end - called));
    state.SetIterationTime(Seconds(end - called));
  }
  late.Report(state, "us");
  state.counters["max_us"] = late.Percentile(1);
}

constexpr std::string_view kPythonLoop = "while True: pass";
constexpr std::string_view kPythonRegex = "import re\nre.match('(a+)+$', 'a' * 60 + 'b')";
constexpr std::string_view kPythonSort = "x = list(range(1000, 0, -1)) * 300\nwhile True: sorted(x)";
constexpr std::string_view kPythonPower = "while True: 3 ** 2000000";
constexpr std::string_view kJavaScriptLoop = "while (true);";
constexpr std::string_view kJavaScriptRegex = "/(a+)+$/.test('a'.repeat(60) + 'b')";
constexpr std::string_view kJavaScriptSort =
    "const x = Array.from({length: 300000}, (_, i) => (i * 7919) % 100003); while (true) [...x].sort((a, b) => a - b);";

BENCHMARK_CAPTURE(StopByTimeout, python_loop, Python(), kPythonLoop)->UseManualTime()->Iterations(60);
BENCHMARK_CAPTURE(StopByTimeout, python_3_12_loop, Python("3.12"), kPythonLoop)->UseManualTime()->Iterations(60);
BENCHMARK_CAPTURE(StopByTimeout, python_regex, Python(), kPythonRegex)->UseManualTime()->Iterations(60);
BENCHMARK_CAPTURE(StopByTimeout, python_3_12_regex, Python("3.12"), kPythonRegex)->UseManualTime()->Iterations(60);
BENCHMARK_CAPTURE(StopByTimeout, python_sort, Python(), kPythonSort)->UseManualTime()->Iterations(60);
BENCHMARK_CAPTURE(StopByTimeout, python_3_12_sort, Python("3.12"), kPythonSort)->UseManualTime()->Iterations(60);
BENCHMARK_CAPTURE(StopByTimeout, python_big_integer, Python(), kPythonPower)->UseManualTime()->Iterations(60);
BENCHMARK_CAPTURE(StopByTimeout, python_3_12_big_integer, Python("3.12"), kPythonPower)
    ->UseManualTime()
    ->Iterations(60);
BENCHMARK_CAPTURE(StopByTimeout, javascript_loop, JavaScript(), kJavaScriptLoop)->UseManualTime()->Iterations(60);
BENCHMARK_CAPTURE(StopByTimeout, javascript_regex, JavaScript(), kJavaScriptRegex)->UseManualTime()->Iterations(60);
BENCHMARK_CAPTURE(StopByTimeout, javascript_sort, JavaScript(), kJavaScriptSort)->UseManualTime()->Iterations(60);
BENCHMARK_CAPTURE(StopByInterrupt, python_loop, Python(), kPythonLoop)->UseManualTime()->Iterations(60);
BENCHMARK_CAPTURE(StopByInterrupt, python_3_12_loop, Python("3.12"), kPythonLoop)->UseManualTime()->Iterations(60);
BENCHMARK_CAPTURE(StopByInterrupt, python_regex, Python(), kPythonRegex)->UseManualTime()->Iterations(60);
BENCHMARK_CAPTURE(StopByInterrupt, python_3_12_regex, Python("3.12"), kPythonRegex)->UseManualTime()->Iterations(60);
/// JavaScript ends by itself here, and its session lives on.
BENCHMARK_CAPTURE(StopByInterrupt, javascript_loop, JavaScript(), kJavaScriptLoop)->UseManualTime()->Iterations(60);
BENCHMARK_CAPTURE(StopByInterrupt, javascript_regex, JavaScript(), kJavaScriptRegex)->UseManualTime()->Iterations(60);

}  // namespace
}  // namespace goru::bench
