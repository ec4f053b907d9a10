// What one call of something costs a guest, seen from outside.
#pragma once

#include <string>

#include "common.hpp"

namespace goru::bench {

inline double RunMicroseconds(Session& session, std::string_view code) {
  const auto start = Clock::now();
  MustRun(session, code);
  return Microseconds(Clock::now() - start);
}

/// `with`: code that makes `calls` calls; `without`: the same without the calls. The difference of the two runs,
/// divided by the number of calls, is one sample.
inline void MeasurePerCall(benchmark::State& state, Session& session, std::string_view with, std::string_view without,
                           int calls) {
  MustRun(session, with);
  MustRun(session, without);
  Samples per_call;
  for (auto iteration : state) {
    const double base = RunMicroseconds(session, without);
    const double cost = (RunMicroseconds(session, with) - base) / calls;
    per_call.Add(cost);
    state.SetIterationTime(cost / 1e6);
  }
  per_call.Report(state, "us");
}

}  // namespace goru::bench
