// Files as programs use them: scratch and mounts, from Python; a native program's system calls beside them.
#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "per_call.hpp"

namespace goru::bench {
namespace {

/// An empty folder, gone with the program.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "goru-bench-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) Die("no temporary folder");
    path_ = name;
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

Session FilesSession(const Language& language, const Folder& folder) {
  static Executor executor = MakeExecutor({});
  FsLimits fs;
  fs.total_write_bytes = uint64_t{1} << 40;
  Session session = MakeSession(executor, language,
                                {WithSessionTimeout(std::chrono::minutes(5)), WithSessionMemoryLimit(size_t{1} << 30),
                                 WithSessionScratch(size_t{256} << 20), WithSessionFsLimits(fs),
                                 WithSessionMount("/mount", folder.path(), MountReadWriteCreate)});
  MustRun(session, "import os");
  return session;
}

/// One call of os; `setup` makes what it is about.
void FileCall(benchmark::State& state, const Language& language, const std::string& folder, const std::string& call) {
  constexpr int kCalls = 500;
  const Folder mount;
  Session session = FilesSession(language, mount);
  MustRun(session, "os.chdir('" + folder + "')\nopen('x', 'wb').write(bytes(4096))\n" +
                       "fd = os.open('x', os.O_RDWR)\nblock = bytes(512)\n");
  const std::string loop = "for i in range(" + std::to_string(kCalls) + "):\n    ";
  MeasurePerCall(state, session, loop + call, loop + "pass", kCalls);
}
#define GORU_FILE_CALLS(name, call)                                                                             \
  BENCHMARK_CAPTURE(FileCall, python_scratch_##name, Python(), "/work", call)->UseManualTime()->Iterations(20); \
  BENCHMARK_CAPTURE(FileCall, python_mount_##name, Python(), "/mount", call)->UseManualTime()->Iterations(20)
GORU_FILE_CALLS(pread, "os.pread(fd, 512, 0)");
GORU_FILE_CALLS(pwrite, "os.pwrite(fd, block, 0)");
GORU_FILE_CALLS(open_close, "os.close(os.open('x', os.O_RDONLY))");
GORU_FILE_CALLS(small_file, "open('y', 'w').write('hello'); open('y').read()");

/// The system calls of that small file, made by a native program.
void NativeSmallFile(benchmark::State& state) {
  const Folder folder;
  const std::string path = folder.path() + "/y";
  std::string buffer(8192, '\0');
  for (auto iteration : state) {
    int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0 || ::write(fd, "hello", 5) != 5 || ::close(fd) != 0) Die("cannot write");
    fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0 || ::read(fd, buffer.data(), buffer.size()) != 5 || ::close(fd) != 0) Die("cannot read");
  }
}
BENCHMARK(NativeSmallFile);

/// 100 MB written and read again, a megabyte at a time; the whole run.
void LargeFile(benchmark::State& state, const Language& language, const std::string& folder) {
  const Folder mount;
  Session session = FilesSession(language, mount);
  const std::string code = "os.chdir('" + folder + R"(')
block = bytes(1000000)
with open('large', 'wb') as f:
    for _ in range(100): f.write(block)
with open('large', 'rb') as f:
    while f.read(1000000): pass
os.remove('large')
)";
  Samples samples;
  for (auto iteration : state) {
    const double run = RunMicroseconds(session, code);
    samples.Add(run / 1e3);
    state.SetIterationTime(run / 1e6);
  }
  samples.Report(state, "ms");
}
BENCHMARK_CAPTURE(LargeFile, python_scratch, Python(), "/work")->UseManualTime()->Iterations(5);
BENCHMARK_CAPTURE(LargeFile, python_mount, Python(), "/mount")->UseManualTime()->Iterations(5);

/// The import of a module that was just written.
void ImportOfNewModule(benchmark::State& state) {
  const Folder mount;
  Session session = FilesSession(Python(), mount);
  MustRun(session, "import importlib\nnumber = 0\n");
  Samples samples;
  for (auto iteration : state) {
    const double run = RunMicroseconds(session,
                                       "number += 1\nopen(f'/work/m{number}.py', 'w').write('value = 1')\n"
                                       "importlib.import_module(f'm{number}')\n");
    samples.Add(run);
    state.SetIterationTime(run / 1e6);
  }
  samples.Report(state, "us");
}
BENCHMARK(ImportOfNewModule)->UseManualTime()->Iterations(50);

}  // namespace
}  // namespace goru::bench
