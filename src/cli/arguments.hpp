// The command line of `goru run`.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "goru/fs.hpp"
#include "goru/http.hpp"
#include "goru/language.hpp"
#include "goru/limits.hpp"

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
  std::optional<size_t> max_host_memory;

  std::vector<std::string> allowed_hosts;
  std::vector<std::string> allowed_networks;
  std::vector<HttpSecret> secrets;
  HttpLimits http;
  std::string http_ca_file;
  /// A URL, or "env".
  std::string http_proxy;
  bool http_allow_downgrade = false;

  std::vector<Mount> mounts;
  FsLimits fs;

  bool kv = false;
  std::string kv_file;
  KVLimits kv_limits;

  std::vector<std::string> packages;
  std::vector<std::string> allowed_packages;
  bool allow_any_package = false;
  std::string image;

  bool print_value = false;
  bool json = false;

  bool no_cache = false;
  std::string cache_dir;
  std::string image_dir;
};

/// Throws UsageError. Secrets are taken from the environment.
RunArguments ParseRunArguments(const std::vector<std::string>& arguments);

}  // namespace goru::cli
