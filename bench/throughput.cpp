// Fresh sandboxes per second, each running one print, on 1 and 2 threads that do nothing else.
#include "common.hpp"

namespace goru::bench {
namespace {

void Loop(benchmark::State& state, const Language& language, Executor& executor) {
  const std::string_view code = PrintCode(language);
  for (auto iteration : state) {
    Session session = MakeSession(executor, language);
    MustRun(session, code);
  }
  state.SetItemsProcessed(state.iterations());
}

/// The pool's thread works beside them: with as many callers as cores it takes time from them.
void ThroughputWarmPool(benchmark::State& state, const Language& language) {
  static Executor executor = MakeExecutor({WithPrecompile({Python(), Python("3.12"), JavaScript()})});
  Loop(state, language, executor);
}
BENCHMARK_CAPTURE(ThroughputWarmPool, python, Python())->ThreadRange(1, 2)->UseRealTime();
BENCHMARK_CAPTURE(ThroughputWarmPool, python_3_12, Python("3.12"))->ThreadRange(1, 2)->UseRealTime();
BENCHMARK_CAPTURE(ThroughputWarmPool, javascript, JavaScript())->ThreadRange(1, 2)->UseRealTime();

void ThroughputNoPool(benchmark::State& state, const Language& language) {
  static Executor executor = MakeExecutor({WithPrecompile({Python(), Python("3.12"), JavaScript()}), WithWarmPool(0)});
  Loop(state, language, executor);
}
BENCHMARK_CAPTURE(ThroughputNoPool, python, Python())->ThreadRange(1, 2)->UseRealTime();
BENCHMARK_CAPTURE(ThroughputNoPool, python_3_12, Python("3.12"))->ThreadRange(1, 2)->UseRealTime();
BENCHMARK_CAPTURE(ThroughputNoPool, javascript, JavaScript())->ThreadRange(1, 2)->UseRealTime();

}  // namespace
}  // namespace goru::bench
