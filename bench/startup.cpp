// Getting going: an executor in a process that runs already, and the program from nothing.
#include <filesystem>

#include "common.hpp"
#include "process.hpp"

namespace goru::bench {
namespace {

/// Executor::Create, a first session and its first result, with compiled code in the disk cache. `create_` is the
/// executor with the language loaded.
void ExecutorStart(benchmark::State& state, const Language& language) {
  {
    Executor fill_cache = MakeExecutor({WithPrecompile({language})});
  }
  Samples all;
  Samples create;
  for (auto iteration : state) {
    const auto start = Clock::now();
    Executor executor = MakeExecutor({WithPrecompile({language}), WithWarmPool(0)});
    const auto created = Clock::now();
    Session session = MakeSession(executor, language);
    MustRun(session, PrintCode(language));
    const auto end = Clock::now();
    state.SetIterationTime(Seconds(end - start));
    all.Add(Microseconds(end - start));
    create.Add(Microseconds(created - start));
  }
  all.Report(state, "us");
  create.Report(state, "us", "create_");
}
BENCHMARK_CAPTURE(ExecutorStart, python, Python())->UseManualTime()->Iterations(100);
BENCHMARK_CAPTURE(ExecutorStart, python_3_12, Python("3.12"))->UseManualTime()->Iterations(100);
BENCHMARK_CAPTURE(ExecutorStart, javascript, JavaScript())->UseManualTime()->Iterations(100);

std::string GoruProgram() {
  std::error_code failed;
  return (std::filesystem::read_symlink("/proc/self/exe", failed).parent_path() / "goru").string();
}

const char* EngineName() { return OnNative() ? "native" : "wasmtime"; }

/// A whole process that prints 2: what a user waits for at a prompt. The native interpreters stand beside it.
void Process(benchmark::State& state, const std::vector<std::string>& command) {
  for (int i = 0; i < 3; ++i) {
    if (RunProgram(command) == "2\n") continue;
    state.SkipWithError((command[0] + " is not there or does not print 2").c_str());
    return;
  }
  Samples all;
  for (auto iteration : state) {
    const auto start = Clock::now();
    const auto output = RunProgram(command);
    const auto end = Clock::now();
    if (!output) Die(command[0] + " fails");
    state.SetIterationTime(Seconds(end - start));
    all.Add(Seconds(end - start) * 1e3);
  }
  all.Report(state, "ms");
}
BENCHMARK_CAPTURE(Process, goru_python, {GoruProgram(), "--engine", EngineName(), "-l", "python", "-c", "print(1+1)"})
    ->UseManualTime()
    ->Iterations(50);
BENCHMARK_CAPTURE(Process, goru_javascript,
                  {GoruProgram(), "--engine", EngineName(), "-l", "js", "-c", "console.log(1+1)"})
    ->UseManualTime()
    ->Iterations(50);
// 100 lines, whose types are taken out first.
BENCHMARK_CAPTURE(Process, goru_typescript,
                  {GoruProgram(), "--engine", EngineName(), GORU_BENCH_DIRECTORY "/programs/types.ts"})
    ->UseManualTime()
    ->Iterations(50);
BENCHMARK_CAPTURE(Process, python3, {PythonProgram(), "-c", "print(1+1)"})->UseManualTime()->Iterations(30);
BENCHMARK_CAPTURE(Process, node, {"node", "-e", "console.log(1+1)"})->UseManualTime()->Iterations(30);

}  // namespace
}  // namespace goru::bench
