// Running another program without a shell.
#pragma once

#include <chrono>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "goru/error.hpp"

namespace goru::support {

struct ChildCommand {
  /// The program, looked up in PATH, and its arguments. Nothing in them is interpreted.
  std::vector<std::string> arguments;
  /// Set in addition to this process's own environment.
  std::vector<std::pair<std::string, std::string>> environment;
  /// Where it runs.
  std::string directory;
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
  std::stop_token stop;
};

struct ChildEnd {
  /// -1 where it did not end by itself.
  int exit_code = -1;
  bool stopped = false;
  bool timed_out = false;
  /// The end of what it wrote to standard output and error.
  std::string output;
};

/// Runs the program to its end, its standard input empty, in a process group of its own: a stop ends what it has
/// started as well. kUnavailable: it could not be started.
Expected<ChildEnd> RunChild(const ChildCommand& command);

}  // namespace goru::support
