// What the benchmark programs share: executors, samples with percentiles, and the same job in both languages.
#pragma once

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "goru/goru.hpp"

namespace goru::bench {

using Clock = std::chrono::steady_clock;

inline double Microseconds(Clock::duration duration) {
  return std::chrono::duration<double, std::micro>(duration).count();
}

inline double Seconds(Clock::duration duration) { return std::chrono::duration<double>(duration).count(); }

/// Ends the program: a benchmark of something that does not work measures nothing.
[[noreturn]] inline void Die(const std::string& why) {
  std::fprintf(stderr, "benchmark: %s\n", why.c_str());
  std::exit(1);
}

/// `bench.sh --engine native` measures all of it on that engine.
inline bool OnNative() {
  const char* name = std::getenv("GORU_BENCH_ENGINE");
  return name != nullptr && std::string_view(name) == "native";
}

inline Executor MakeExecutor(std::vector<ExecutorOption> options) {
  options.insert(options.begin(), WithEngine(OnNative() ? Engine::kNative : Engine::kWasmtime));
  auto executor = Executor::Create(options);
  if (!executor) Die(executor.error().message);
  return std::move(*executor);
}

inline Session MakeSession(Executor& executor, const Language& language,
                           const std::vector<SessionOption>& options = {}) {
  auto session = executor.NewSession(language, options);
  if (!session) Die(session.error().message);
  return std::move(*session);
}

/// Runs code that has to succeed and returns its output.
inline std::string MustRun(Session& session, std::string_view code) {
  Result result = session.Run(code);
  if (!result.ok()) Die(result.error->message + "\n" + result.error->traceback);
  return std::move(result.output);
}

/// Prints 2.
inline std::string_view PrintCode(const Language& language) {
  return language.is_python() ? "print(1+1)" : "console.log(1+1)";
}

/// Measured values, reported as percentiles: the mean of times on a shared machine says little.
class Samples {
 public:
  void Add(double value) { values_.push_back(value); }

  double Percentile(double fraction) {
    if (values_.empty()) return 0;
    const auto rank = static_cast<size_t>(fraction * static_cast<double>(values_.size() - 1));
    std::nth_element(values_.begin(), values_.begin() + static_cast<std::ptrdiff_t>(rank), values_.end());
    return values_[rank];
  }

  /// Sets the counters p50_<unit> and p90_<unit>, each with `prefix` in front.
  void Report(benchmark::State& state, const std::string& unit, const std::string& prefix = {}) {
    state.counters[prefix + "p50_" + unit] = Percentile(0.5);
    state.counters[prefix + "p90_" + unit] = Percentile(0.9);
  }

 private:
  std::vector<double> values_;
};

}  // namespace goru::bench
