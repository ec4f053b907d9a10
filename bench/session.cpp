// A further run in a session that is there already, and what a session holds while it waits.
#include <fstream>

#include "common.hpp"

namespace goru::bench {
namespace {

/// One run after the other in the same session: the fixed cost of a run.
void SessionRun(benchmark::State& state, const Language& language, std::string_view code) {
  static Executor executor = MakeExecutor({});
  Session session = MakeSession(executor, language);
  for (int i = 0; i < 50; ++i) MustRun(session, code);
  Samples all;
  for (auto iteration : state) {
    const auto start = Clock::now();
    const Result result = session.Run(code);
    const auto end = Clock::now();
    if (!result.ok()) Die(result.error->message);
    state.SetIterationTime(Seconds(end - start));
    all.Add(Microseconds(end - start));
  }
  all.Report(state, "us");
}
BENCHMARK_CAPTURE(SessionRun, python, Python(), "x=1+1")->UseManualTime()->Iterations(5000);
BENCHMARK_CAPTURE(SessionRun, python_3_12, Python("3.12"), "x=1+1")->UseManualTime()->Iterations(5000);
BENCHMARK_CAPTURE(SessionRun, javascript, JavaScript(), "x=1+1")->UseManualTime()->Iterations(20000);
BENCHMARK_CAPTURE(SessionRun, python_print, Python(), "print(1+1)")->UseManualTime()->Iterations(5000);
BENCHMARK_CAPTURE(SessionRun, python_3_12_print, Python("3.12"), "print(1+1)")->UseManualTime()->Iterations(5000);
BENCHMARK_CAPTURE(SessionRun, javascript_print, JavaScript(), "console.log(1+1)")->UseManualTime()->Iterations(20000);

/// The process's private memory as the kernel counts it.
double PrivateMiB() {
  std::ifstream file("/proc/self/smaps_rollup");
  std::string line;
  double kib = 0;
  while (std::getline(file, line)) {
    if (!line.starts_with("Private_")) continue;
    kib += std::strtod(line.c_str() + line.find(':') + 1, nullptr);
  }
  return kib / 1024;
}

/// 500 sessions that each ran a small program and now wait. `process_MiB`: growth of the process's private memory per
/// session, everything included; `session_MiB`: the mean of Session::ResidentBytes.
void IdleSessionMemory(benchmark::State& state, const Language& language) {
  constexpr size_t kSessions = 500;
  const std::string_view code = language.is_python()
                                    ? "def f(n):\n    return [i * i for i in range(n)]\nprint(sum(f(100)))"
                                    : "const f = n => Array.from({length: n}, (_, i) => i * i);\n"
                                      "console.log(f(100).reduce((a, b) => a + b))";
  for (auto iteration : state) {
    Executor executor = MakeExecutor({WithWarmPool(0)});
    // What is there once per executor is not a session's.
    Session first = MakeSession(executor, language);
    MustRun(first, code);
    const double before = PrivateMiB();
    std::vector<Session> sessions;
    sessions.reserve(kSessions);
    double resident = 0;
    for (size_t i = 0; i < kSessions; ++i) {
      sessions.push_back(MakeSession(executor, language));
      MustRun(sessions.back(), code);
    }
    const double after = PrivateMiB();
    for (const Session& session : sessions) resident += static_cast<double>(session.ResidentBytes()) / (1 << 20);
    state.counters["process_MiB"] = (after - before) / kSessions;
    state.counters["session_MiB"] = resident / kSessions;
  }
}
BENCHMARK_CAPTURE(IdleSessionMemory, python, Python())->Iterations(1)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(IdleSessionMemory, python_3_12, Python("3.12"))->Iterations(1)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(IdleSessionMemory, javascript, JavaScript())->Iterations(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace goru::bench
