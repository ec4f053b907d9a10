// A sandbox made for one run: the price of isolation per request.
#include <thread>

#include "common.hpp"

namespace goru::bench {
namespace {

// Long enough for the pool's thread to clean the last sandbox and to make the next one.
constexpr std::chrono::milliseconds kPause{1};

// Long enough for the CPU to go to sleep and for caches to cool as well.
constexpr std::chrono::milliseconds kLongPause{5};

/// NewSession + Run of a print + Close. The counters tell the parts: `run_` until the result is there, `close_` the
/// rest.
void MeasureFresh(benchmark::State& state, const Language& language, Executor& executor,
                  std::chrono::milliseconds pause) {
  const std::string_view code = PrintCode(language);
  // Loads the language and, where there is a pool, starts it.
  for (int i = 0; i < 20; ++i) {
    Session session = MakeSession(executor, language);
    MustRun(session, code);
  }
  std::this_thread::sleep_for(10 * kLongPause);
  Samples all;
  Samples run;
  Samples close;
  for (auto iteration : state) {
    if (pause.count() > 0) std::this_thread::sleep_for(pause);
    const auto start = Clock::now();
    Session session = MakeSession(executor, language);
    MustRun(session, code);
    const auto result = Clock::now();
    session.Close();
    const auto end = Clock::now();
    state.SetIterationTime(Seconds(end - start));
    all.Add(Microseconds(end - start));
    run.Add(Microseconds(result - start));
    close.Add(Microseconds(end - result));
  }
  all.Report(state, "us");
  run.Report(state, "us", "run_");
  close.Report(state, "us", "close_");
}

/// From the warm pool, which is ready each time.
void FreshWarmPool(benchmark::State& state, const Language& language) {
  static Executor executor = MakeExecutor({});
  MeasureFresh(state, language, executor, kPause);
}
BENCHMARK_CAPTURE(FreshWarmPool, python, Python())->UseManualTime()->Iterations(1000);
BENCHMARK_CAPTURE(FreshWarmPool, python_3_12, Python("3.12"))->UseManualTime()->Iterations(1000);
BENCHMARK_CAPTURE(FreshWarmPool, javascript, JavaScript())->UseManualTime()->Iterations(1000);

/// The same by a caller who asks now and then: CPU and caches have cooled.
void FreshWarmPoolIdle(benchmark::State& state, const Language& language) {
  static Executor executor = MakeExecutor({});
  MeasureFresh(state, language, executor, kLongPause);
}
BENCHMARK_CAPTURE(FreshWarmPoolIdle, python, Python())->UseManualTime()->Iterations(600);
BENCHMARK_CAPTURE(FreshWarmPoolIdle, python_3_12, Python("3.12"))->UseManualTime()->Iterations(600);
BENCHMARK_CAPTURE(FreshWarmPoolIdle, javascript, JavaScript())->UseManualTime()->Iterations(600);

/// Without a pool, one after the other: the sandbox is made, used, and cleaned on the caller's thread (`close_`). Its
/// memory is that of the one before, which saves page faults.
void FreshNoPool(benchmark::State& state, const Language& language) {
  static Executor executor = MakeExecutor({WithWarmPool(0)});
  MeasureFresh(state, language, executor, std::chrono::milliseconds(0));
}
BENCHMARK_CAPTURE(FreshNoPool, python, Python())->UseManualTime()->Iterations(3000);
BENCHMARK_CAPTURE(FreshNoPool, python_3_12, Python("3.12"))->UseManualTime()->Iterations(3000);
BENCHMARK_CAPTURE(FreshNoPool, javascript, JavaScript())->UseManualTime()->Iterations(3000);

/// Without a pool and by a caller who asks now and then.
void FreshNoPoolIdle(benchmark::State& state, const Language& language) {
  static Executor executor = MakeExecutor({WithWarmPool(0)});
  MeasureFresh(state, language, executor, kLongPause);
}
BENCHMARK_CAPTURE(FreshNoPoolIdle, python, Python())->UseManualTime()->Iterations(600);
BENCHMARK_CAPTURE(FreshNoPoolIdle, python_3_12, Python("3.12"))->UseManualTime()->Iterations(600);
BENCHMARK_CAPTURE(FreshNoPoolIdle, javascript, JavaScript())->UseManualTime()->Iterations(600);

/// The worst case: no pool, and memory that no sandbox has used before, so that every page is a fault. The sessions
/// stay open, which is what keeps their memory from being used again.
void FreshNewMemory(benchmark::State& state, const Language& language) {
  Executor executor = MakeExecutor({WithWarmPool(0)});
  const std::string_view code = PrintCode(language);
  std::vector<Session> open;
  open.push_back(MakeSession(executor, language));
  MustRun(open.back(), code);
  Samples all;
  for (auto iteration : state) {
    const auto start = Clock::now();
    open.push_back(MakeSession(executor, language));
    MustRun(open.back(), code);
    const auto end = Clock::now();
    state.SetIterationTime(Seconds(end - start));
    all.Add(Microseconds(end - start));
  }
  all.Report(state, "us");
}
BENCHMARK_CAPTURE(FreshNewMemory, python, Python())->UseManualTime()->Iterations(500);
BENCHMARK_CAPTURE(FreshNewMemory, python_3_12, Python("3.12"))->UseManualTime()->Iterations(500);
BENCHMARK_CAPTURE(FreshNewMemory, javascript, JavaScript())->UseManualTime()->Iterations(500);

}  // namespace
}  // namespace goru::bench
