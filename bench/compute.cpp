// Small classic programs (programs/*.py, *.js), in a sandbox and in the native interpreter: what a CPU-bound guest
// pays. `ratio` is sandbox to native, 2 = twice as slow. Both must print the same.
#include <filesystem>
#include <fstream>
#include <sstream>

#include "common.hpp"
#include "process.hpp"

namespace goru::bench {
namespace {

namespace fs = std::filesystem;

fs::path Directory() { return GORU_BENCH_DIRECTORY; }

std::string ReadFile(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) Die("cannot read " + path.string());
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

struct Native {
  double seconds = 0;
  std::string output;
};

/// Runs the program in the installed interpreter, which reports its median time without its own start. Seconds is 0
/// where there is none.
Native RunNative(const fs::path& program, bool python) {
  const fs::path harness = Directory() / "native" / (python ? "harness.py" : "harness.js");
  static const std::string python_program = PythonProgram();
  const auto text = RunProgram({python ? python_program : "node", harness.string(), program.string()});
  if (!text) return {};
  // The first line is the time.
  const size_t end = text->find('\n');
  if (end == std::string::npos) return {};
  return {std::strtod(text->c_str(), nullptr), text->substr(end + 1)};
}

void Compute(benchmark::State& state, const fs::path& program, const Language& language) {
  static Executor executor = MakeExecutor({});
  const bool python = language.is_python();
  const std::string source = ReadFile(program);
  const Native native = RunNative(program, python);
  Samples all;
  for (auto iteration : state) {
    Session session = MakeSession(executor, language);
    const auto start = Clock::now();
    const std::string output = MustRun(session, source);
    const auto end = Clock::now();
    if (native.seconds > 0 && output != native.output) Die(program.string() + " prints something else than natively");
    state.SetIterationTime(Seconds(end - start));
    all.Add(Seconds(end - start) * 1e3);
  }
  all.Report(state, "ms");
  if (native.seconds == 0) return;
  state.counters["native_ms"] = native.seconds * 1e3;
  state.counters["ratio"] = all.Percentile(0.5) / (native.seconds * 1e3);
}

/// One benchmark for each runtime and file.
bool RegisterPrograms() {
  std::vector<fs::path> programs;
  for (const auto& entry : fs::directory_iterator(Directory() / "programs")) programs.push_back(entry.path());
  std::sort(programs.begin(), programs.end());
  const std::vector<std::pair<std::string, Language>> runtimes = {
      {"python", Python()}, {"python_3_12", Python("3.12")}, {"javascript", JavaScript()}};
  for (const auto& [name, language] : runtimes) {
    for (const fs::path& program : programs) {
      if (program.extension() != (language.is_python() ? ".py" : ".js")) continue;
      benchmark::RegisterBenchmark(
          ("Compute/" + name + "_" + program.stem().string()).c_str(),
          [program, language = language](benchmark::State& state) { Compute(state, program, language); })
          ->UseManualTime()
          ->Unit(benchmark::kMillisecond)
          ->Iterations(5);
    }
  }
  return true;
}

[[maybe_unused]] const bool registered = RegisterPrograms();

}  // namespace
}  // namespace goru::bench
