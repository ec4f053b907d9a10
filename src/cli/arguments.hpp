// The command line of `goru run`.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "goru/language.hpp"

namespace goru::cli {

/// Why goru was called wrongly: one line that says what to do.
struct UsageError {
  std::string message;
};

/// What a command line asks for.
struct RunArguments {
  enum class Show { kRun, kHelp, kVersion };
  Show show = Show::kRun;

  std::optional<std::string> file;
  std::optional<std::string> code;
  std::optional<Language> language;
  std::optional<std::string> stdin_file;

  std::optional<std::chrono::nanoseconds> timeout;
  std::optional<size_t> memory;
  std::optional<size_t> max_output;
  bool stop_on_max_output = false;
  std::optional<uint64_t> max_host_calls;

  bool print_value = false;
  bool json = false;

  bool no_cache = false;
  std::string cache_dir;
  std::string image_dir;
};

/// Throws UsageError.
RunArguments ParseRunArguments(const std::vector<std::string>& arguments);

}  // namespace goru::cli
