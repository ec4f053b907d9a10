// Running other programs, for the figures that goru's are compared with.
#pragma once

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

namespace goru::bench {

/// Runs a program to its end and returns its standard output; nothing where it is not there or fails. Its standard
/// error is dropped. Used by one thread.
inline std::optional<std::string> RunProgram(const std::vector<std::string>& command) {
  std::vector<char*> argv;
  argv.reserve(command.size() + 1);
  for (const std::string& word : command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  std::array<int, 2> ends = {-1, -1};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return std::nullopt;
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t pid = 0;
  const bool started = ::posix_spawnp(&pid, argv[0], &actions, nullptr, argv.data(), environ) == 0;
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  std::string output;
  std::array<char, 4096> buffer;
  ssize_t count = 0;
  while (started && (count = ::read(ends[0], buffer.data(), buffer.size())) > 0) {
    output.append(buffer.data(), static_cast<size_t>(count));
  }
  ::close(ends[0]);
  int status = 0;
  if (!started || ::waitpid(pid, &status, 0) != pid || status != 0) return std::nullopt;
  return output;
}

/// Python itself: `python3` can be a script that looks for one, which takes longer than Python does. GORU_BENCH_PYTHON
/// names another one. Empty: there is none.
inline std::string PythonProgram() {
  const char* chosen = std::getenv("GORU_BENCH_PYTHON");
  const std::string name = chosen != nullptr && chosen[0] != '\0' ? chosen : "python3";
  return RunProgram({name, "-c", "import sys; print(sys.executable, end='')"}).value_or("");
}

}  // namespace goru::bench
