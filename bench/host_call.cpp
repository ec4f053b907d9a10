// Calling the host: a run of n calls minus a run of the same loop without calls, divided by n.
#include "per_call.hpp"

namespace goru::bench {
namespace {

/// A look-up as a key-value store does it: a small object in, a small object out.
nlohmann::json Lookup(const CallContext& /*context*/, const nlohmann::json& args) {
  return {{"key", args.at("key")}, {"name", "Ada"}, {"visits", 3}};
}

Executor& CallExecutor() {
  static Executor executor = [] {
    Registry registry;
    registry.Add("lookup", Lookup, Blocking::kNever);
    registry.Add("lookup_blocking", Lookup, Blocking::kMayBlock);
    return MakeExecutor({WithRegistry(registry)});
  }();
  return executor;
}

constexpr std::string_view kPythonSetup = R"(
import asyncio

def calls(n):
    for i in range(n):
        call("lookup", key="user:1")

def blocking(n):
    for i in range(n):
        call("lookup_blocking", key="user:1")

def loop(n):
    for i in range(n):
        str(i)

async def gathered(n):
    await asyncio.gather(*[async_call("lookup", key="user:1") for i in range(n)])

async def nothing(n):
    async def one():
        await asyncio.sleep(0)
    await asyncio.gather(*[one() for i in range(n)])
)";

constexpr std::string_view kJavaScriptSetup = R"(
function calls(n) {
  for (let i = 0; i < n; i++) call("lookup", {key: "user:1"});
}
function blocking(n) {
  for (let i = 0; i < n; i++) call("lookup_blocking", {key: "user:1"});
}
function loop(n) {
  for (let i = 0; i < n; i++) String(i);
}
async function gathered(n) {
  await Promise.all(Array.from({length: n}, () => asyncCall("lookup", {key: "user:1"})));
}
)";

void HostCall(benchmark::State& state, const Language& language, const std::string& with, const std::string& without,
              int calls) {
  Session session = MakeSession(CallExecutor(), language, {WithSessionHostCallLimit(1'000'000'000)});
  MustRun(session, language.is_python() ? kPythonSetup : kJavaScriptSetup);
  MeasurePerCall(state, session, with, without, calls);
}

/// call(...) of a function that runs on the run's own thread.
BENCHMARK_CAPTURE(HostCall, python, Python(), "calls(5000)", "loop(5000)", 5000)->UseManualTime()->Iterations(30);
BENCHMARK_CAPTURE(HostCall, python_3_12, Python("3.12"), "calls(5000)", "loop(5000)", 5000)
    ->UseManualTime()
    ->Iterations(30);
BENCHMARK_CAPTURE(HostCall, javascript, JavaScript(), "calls(5000)", "loop(5000)", 5000)
    ->UseManualTime()
    ->Iterations(30);
/// call(...) of a function that may block: it runs on a thread of the pool, and the run waits for it.
BENCHMARK_CAPTURE(HostCall, python_blocking, Python(), "blocking(1000)", "loop(1000)", 1000)
    ->UseManualTime()
    ->Iterations(20);
BENCHMARK_CAPTURE(HostCall, python_3_12_blocking, Python("3.12"), "blocking(1000)", "loop(1000)", 1000)
    ->UseManualTime()
    ->Iterations(20);
BENCHMARK_CAPTURE(HostCall, javascript_blocking, JavaScript(), "blocking(1000)", "loop(1000)", 1000)
    ->UseManualTime()
    ->Iterations(20);
/// 1,000 calls at once, in one crossing; per call, with all that asyncio or the promises cost.
BENCHMARK_CAPTURE(HostCall, python_gathered, Python(), "asyncio.run(gathered(1000))", "pass", 1000)
    ->UseManualTime()
    ->Iterations(30);
BENCHMARK_CAPTURE(HostCall, python_3_12_gathered, Python("3.12"), "asyncio.run(gathered(1000))", "pass", 1000)
    ->UseManualTime()
    ->Iterations(30);
/// What asyncio alone takes of that: the same gather of coroutines that call nothing.
BENCHMARK_CAPTURE(HostCall, python_gathered_nothing, Python(), "asyncio.run(nothing(1000))", "pass", 1000)
    ->UseManualTime()
    ->Iterations(30);
BENCHMARK_CAPTURE(HostCall, python_3_12_gathered_nothing, Python("3.12"), "asyncio.run(nothing(1000))", "pass", 1000)
    ->UseManualTime()
    ->Iterations(30);
BENCHMARK_CAPTURE(HostCall, javascript_gathered, JavaScript(), "await gathered(1000)", "0", 1000)
    ->UseManualTime()
    ->Iterations(30);

}  // namespace
}  // namespace goru::bench
