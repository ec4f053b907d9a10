// What an import of packages costs a fresh sandbox: pydantic and jinja2 from sources (cold), with the bytecode that
// installing makes, and from an image that has imported them. `run_` is the run with the imports alone. Installs from
// the package index, once.
#include <filesystem>

#include "common.hpp"

namespace goru::bench {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kImports = "import pydantic, jinja2";

/// A directory of installed packages, one without bytecode, and an image.
class Prepared {
 public:
  Prepared() {
    std::string path = (fs::temp_directory_path() / "goru-bench-XXXXXX").string();
    if (::mkdtemp(path.data()) == nullptr) Die("no temporary directory");
    root_ = path;
    PackageInstallOptions install;
    install.directory = Compiled();
    install.requirements = {"pydantic", "jinja2"};
    install.cache_directory = (root_ / "cache").string();
    if (const auto installed = InstallPackages(install); !installed) {
      problem_ = installed.error().message;
      return;
    }
    fs::copy(Compiled(), Sources(), fs::copy_options::recursive);
    std::vector<fs::path> bytecode;
    for (const auto& entry : fs::recursive_directory_iterator(Sources())) {
      if (entry.path().filename() == "__pycache__") bytecode.push_back(entry.path());
    }
    for (const fs::path& folder : bytecode) fs::remove_all(folder);
    ImageBuildOptions image;
    image.packages = {Compiled()};
    image.imports = {"pydantic", "jinja2"};
    image.output = Image();
    if (const auto built = BuildPythonImage(image); !built) problem_ = built.error().message;
  }
  ~Prepared() {
    std::error_code failed;
    fs::remove_all(root_, failed);
  }
  Prepared(const Prepared&) = delete;
  Prepared& operator=(const Prepared&) = delete;

  std::string Compiled() const { return (root_ / "compiled").string(); }
  std::string Sources() const { return (root_ / "sources").string(); }
  std::string Image() const { return (root_ / "packages.img").string(); }
  const std::string& problem() const { return problem_; }

  static const Prepared& Get() {
    static const Prepared prepared;
    return prepared;
  }

 private:
  fs::path root_;
  std::string problem_;
};

void Measure(benchmark::State& state, const std::vector<ExecutorOption>& options, std::string_view code) {
  Executor executor = MakeExecutor(options);
  for (int i = 0; i < 3; ++i) {
    Session session = MakeSession(executor, Python());
    MustRun(session, code);
  }
  Samples all;
  Samples run;
  for (auto iteration : state) {
    const auto start = Clock::now();
    Session session = MakeSession(executor, Python());
    const auto made = Clock::now();
    MustRun(session, code);
    const auto end = Clock::now();
    session.Close();
    state.SetIterationTime(Seconds(end - start));
    all.Add(Seconds(end - start) * 1e3);
    run.Add(Seconds(end - made) * 1e3);
  }
  all.Report(state, "ms");
  run.Report(state, "ms", "run_");
}

bool Usable(benchmark::State& state) {
  const std::string& problem = Prepared::Get().problem();
  if (!problem.empty()) state.SkipWithError(problem.c_str());
  return problem.empty();
}

void ImportCold(benchmark::State& state) {
  if (Usable(state)) Measure(state, {WithWarmPool(0), WithPackages(Prepared::Get().Sources())}, kImports);
}
BENCHMARK(ImportCold)->UseManualTime()->Unit(benchmark::kMillisecond)->Iterations(10);

void ImportBytecode(benchmark::State& state) {
  if (Usable(state)) Measure(state, {WithWarmPool(0), WithPackages(Prepared::Get().Compiled())}, kImports);
}
BENCHMARK(ImportBytecode)->UseManualTime()->Unit(benchmark::kMillisecond)->Iterations(50);

void ImportImage(benchmark::State& state) {
  if (Usable(state)) Measure(state, {WithWarmPool(0), WithImage(Prepared::Get().Image())}, kImports);
}
BENCHMARK(ImportImage)->UseManualTime()->Unit(benchmark::kMillisecond)->Iterations(200);

/// The same image without the imports, and the plain one: both start alike.
void FreshOfImage(benchmark::State& state) {
  if (Usable(state)) Measure(state, {WithWarmPool(0), WithImage(Prepared::Get().Image())}, PrintCode(Python()));
}
BENCHMARK(FreshOfImage)->UseManualTime()->Unit(benchmark::kMillisecond)->Iterations(200);

void FreshPlain(benchmark::State& state) { Measure(state, {WithWarmPool(0)}, PrintCode(Python())); }
BENCHMARK(FreshPlain)->UseManualTime()->Unit(benchmark::kMillisecond)->Iterations(200);

/// An import that fails, as libraries try optional ones.
void ImportMiss(benchmark::State& state) {
  Executor executor = MakeExecutor({WithWarmPool(0)});
  Session session = MakeSession(executor, Python());
  constexpr std::string_view kMisses = "for _ in range(100):\n  try: import absent\n  except ImportError: pass";
  MustRun(session, kMisses);
  Samples all;
  for (auto iteration : state) {
    const auto start = Clock::now();
    MustRun(session, kMisses);
    const auto end = Clock::now();
    state.SetIterationTime(Seconds(end - start));
    all.Add(Microseconds(end - start) / 100);
  }
  all.Report(state, "us");
}
BENCHMARK(ImportMiss)->UseManualTime()->Unit(benchmark::kMillisecond)->Iterations(50);

}  // namespace
}  // namespace goru::bench
