// The built-in modules: http, fs and kv, called from both languages.
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "loopback_server.hpp"
#include "per_call.hpp"

namespace goru::bench {
namespace {

/// A folder with a small file, gone with the program.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "goru-bench-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) Die("no temporary folder");
    path_ = name;
    std::ofstream(path_ + "/small.json") << R"({"name": "Ada", "visits": 42})";
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

Executor& ModulesExecutor() {
  static Executor executor = MakeExecutor({});
  return executor;
}

/// A session that may use everything, with `url` as the address of a server.
Session ModulesSession(const Language& language, const Folder& folder, const std::string& url) {
  Limits limits;
  HttpLimits http = limits.http;
  http.requests = 1'000'000'000;
  FsLimits fs = limits.fs;
  fs.total_write_bytes = uint64_t{1} << 40;
  Session session = MakeSession(
      ModulesExecutor(), language,
      {WithSessionHostCallLimit(1'000'000'000), WithSessionKV(), WithSessionHttpLimits(http), WithSessionFsLimits(fs),
       WithSessionAllowedHosts({"127.0.0.1"}), WithSessionMount("/data", folder.path(), MountReadWriteCreate)});
  MustRun(session, "url = '" + url + "'");
  return session;
}

std::string Loop(const Language& language, int calls, const std::string& call) {
  return language.is_python() ? "for i in range(" + std::to_string(calls) + "):\n    " + call
                              : "for (let i = 0; i < " + std::to_string(calls) + "; i++) { " + call + "; }";
}

/// One call of a module. `call` is the code of it in that language.
void ModuleCall(benchmark::State& state, const Language& language, const std::string& setup, const std::string& call) {
  constexpr int kCalls = 500;
  const Folder folder;
  LoopbackServer server{std::chrono::milliseconds(0)};
  Session session = ModulesSession(language, folder, server.Url());
  MustRun(session, setup);
  MeasurePerCall(state, session, Loop(language, kCalls, call),
                 Loop(language, kCalls, language.is_python() ? "str(i)" : "String(i)"), kCalls);
}

BENCHMARK_CAPTURE(ModuleCall, python_kv_set, Python(), "", "kv.set('user:1', {'name': 'Ada', 'visits': 42})")
    ->UseManualTime()
    ->Iterations(20);
BENCHMARK_CAPTURE(ModuleCall, python_kv_get, Python(), "kv.set('user:1', {'name': 'Ada', 'visits': 42})",
                  "kv.get('user:1')")
    ->UseManualTime()
    ->Iterations(20);
BENCHMARK_CAPTURE(ModuleCall, python_fs_stat, Python(), "", "fs.stat('/data/small.json')")
    ->UseManualTime()
    ->Iterations(20);
BENCHMARK_CAPTURE(ModuleCall, python_fs_read, Python(), "", "fs.read_text('/data/small.json')")
    ->UseManualTime()
    ->Iterations(20);
BENCHMARK_CAPTURE(ModuleCall, python_fs_write_new, Python(), "", "fs.write_text(f'/data/new{i}', 'text')")
    ->UseManualTime()
    ->Iterations(1);
BENCHMARK_CAPTURE(ModuleCall, python_http_get, Python(), "", "http.get(url).json()")->UseManualTime()->Iterations(20);
BENCHMARK_CAPTURE(ModuleCall, javascript_kv_set, JavaScript(), "", "kv.set('user:1', {name: 'Ada', visits: 42})")
    ->UseManualTime()
    ->Iterations(20);
BENCHMARK_CAPTURE(ModuleCall, javascript_kv_get, JavaScript(), "kv.set('user:1', {name: 'Ada', visits: 42})",
                  "kv.get('user:1')")
    ->UseManualTime()
    ->Iterations(20);
BENCHMARK_CAPTURE(ModuleCall, javascript_fs_stat, JavaScript(), "", "fs.stat('/data/small.json')")
    ->UseManualTime()
    ->Iterations(20);
BENCHMARK_CAPTURE(ModuleCall, javascript_fs_read, JavaScript(), "", "fs.readText('/data/small.json')")
    ->UseManualTime()
    ->Iterations(20);
BENCHMARK_CAPTURE(ModuleCall, javascript_http_get, JavaScript(), "", "http.get(url).json()")
    ->UseManualTime()
    ->Iterations(20);

/// 100 requests at once to a server that takes 50 ms for each; the whole run.
void HttpGather(benchmark::State& state, const Language& language, const std::string& setup, const std::string& code) {
  const Folder folder;
  LoopbackServer server{std::chrono::milliseconds(50)};
  Session session = ModulesSession(language, folder, server.Url());
  MustRun(session, setup);
  Samples samples;
  for (auto iteration : state) {
    const double run = RunMicroseconds(session, code);
    samples.Add(run / 1e3);
    state.SetIterationTime(run / 1e6);
  }
  samples.Report(state, "ms");
}
BENCHMARK_CAPTURE(HttpGather, python, Python(), R"(
import asyncio
async def main():
    replies = await asyncio.gather(*[http.async_get(url) for _ in range(100)])
    assert all(reply.ok for reply in replies)
)",
                  "asyncio.run(main())")
    ->UseManualTime()
    ->Iterations(10);
BENCHMARK_CAPTURE(HttpGather, javascript, JavaScript(), "", R"({
const replies = await Promise.all(Array.from({length: 100}, () => http.asyncGet(url)));
if (!replies.every((reply) => reply.ok)) throw new Error("failed");
})")
    ->UseManualTime()
    ->Iterations(10);

}  // namespace
}  // namespace goru::bench
