#include "support/child_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <map>
#include <system_error>
#include <thread>

#include "support/unique_fd.hpp"

extern char** environ;  // NOLINT(readability-redundant-declaration): POSIX leaves it to the program

namespace goru::support {
namespace {

using Clock = std::chrono::steady_clock;

// Kept of what the program says; what is in front of it is dropped.
constexpr size_t kMaxOutput = size_t{256} << 10;

/// How long a program may take to end after it was asked to.
constexpr std::chrono::seconds kGrace{2};

std::vector<std::string> Environment(const std::vector<std::pair<std::string, std::string>>& additions) {
  std::map<std::string, std::string> merged;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const size_t equals = text.find('=');
    if (equals != std::string_view::npos) merged[std::string(text.substr(0, equals))] = text.substr(equals + 1);
  }
  for (const auto& [name, value] : additions) merged[name] = value;
  std::vector<std::string> out;
  out.reserve(merged.size());
  for (const auto& [name, value] : merged) {
    std::string& entry = out.emplace_back(name);
    entry.append("=").append(value);
  }
  return out;
}

std::vector<char*> Pointers(std::vector<std::string>& strings) {
  std::vector<char*> out;
  out.reserve(strings.size() + 1);
  for (std::string& text : strings) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

void Append(std::string& output, std::string_view more) {
  output += more;
  if (output.size() > 2 * kMaxOutput) output.erase(0, output.size() - kMaxOutput);
}

/// The attributes and actions of a spawn, freed at the end.
class Spawn {
 public:
  Spawn() {
    ::posix_spawnattr_init(&attributes_);
    ::posix_spawn_file_actions_init(&actions_);
    sigset_t none;
    ::sigemptyset(&none);
    sigset_t ordinary;
    ::sigemptyset(&ordinary);
    for (const int number : {SIGINT, SIGTERM, SIGPIPE, SIGHUP, SIGQUIT}) ::sigaddset(&ordinary, number);
    ::posix_spawnattr_setsigmask(&attributes_, &none);
    ::posix_spawnattr_setsigdefault(&attributes_, &ordinary);
    ::posix_spawnattr_setpgroup(&attributes_, 0);
    ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  ~Spawn() {
    ::posix_spawn_file_actions_destroy(&actions_);
    ::posix_spawnattr_destroy(&attributes_);
  }
  Spawn(const Spawn&) = delete;
  Spawn& operator=(const Spawn&) = delete;

  int Start(const ChildCommand& command, int output, pid_t& child) {
    ::posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions_, output, STDERR_FILENO);
    if (!command.directory.empty()) ::posix_spawn_file_actions_addchdir_np(&actions_, command.directory.c_str());
    std::vector<std::string> arguments = command.arguments;
    std::vector<std::string> environment = Environment(command.environment);
    return ::posix_spawnp(&child, command.arguments.front().c_str(), &actions_, &attributes_,
                          Pointers(arguments).data(), Pointers(environment).data());
  }

 private:
  posix_spawnattr_t attributes_ = {};
  posix_spawn_file_actions_t actions_ = {};
};

/// True once the child is gone; `status` is how.
bool Reap(pid_t child, int& status, int flags) {
  for (;;) {
    const pid_t ended = ::waitpid(child, &status, flags);
    if (ended == child) return true;
    if (ended < 0 && errno == EINTR) continue;
    return ended < 0;
  }
}

void End(pid_t child, int& status) {
  ::kill(-child, SIGTERM);
  const auto patience = Clock::now() + kGrace;
  while (Clock::now() < patience) {
    if (Reap(child, status, WNOHANG)) {
      ::kill(-child, SIGKILL);
      return;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  ::kill(-child, SIGKILL);
  Reap(child, status, 0);
}

}  // namespace

Expected<ChildEnd> RunChild(const ChildCommand& command) {
  std::array<int, 2> ends = {-1, -1};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return Error{ErrorKind::kUnavailable, "cannot make a pipe"};
  const UniqueFd reader(ends[0]);
  UniqueFd writer(ends[1]);
  pid_t child = -1;
  const int failed = Spawn().Start(command, writer.get(), child);
  writer = UniqueFd();
  if (failed != 0) {
    return Error{ErrorKind::kUnavailable,
                 "cannot run " + command.arguments.front() + ": " + std::generic_category().message(failed)};
  }
  ChildEnd end;
  int status = 0;
  std::vector<char> buffer(size_t{16} << 10);
  for (;;) {
    end.stopped = command.stop.stop_requested();
    end.timed_out = !end.stopped && Clock::now() >= command.deadline;
    if (end.stopped || end.timed_out) {
      End(child, status);
      return end;
    }
    // Short enough that a stop is noticed soon.
    constexpr int kTick = 50;
    pollfd waiting = {.fd = reader.get(), .events = POLLIN, .revents = 0};
    if (::poll(&waiting, 1, kTick) == 0) continue;
    const ssize_t n = ::read(reader.get(), buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    Append(end.output, {buffer.data(), static_cast<size_t>(n)});
  }
  // Its output is closed, so it is about to end; it may still hang.
  while (!Reap(child, status, WNOHANG)) {
    end.stopped = command.stop.stop_requested();
    end.timed_out = !end.stopped && Clock::now() >= command.deadline;
    if (end.stopped || end.timed_out) {
      End(child, status);
      return end;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  if (WIFEXITED(status)) end.exit_code = WEXITSTATUS(status);
  if (end.output.size() > kMaxOutput) end.output.erase(0, end.output.size() - kMaxOutput);
  return end;
}

}  // namespace goru::support
