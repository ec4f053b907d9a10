#include "arguments.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>

#include "units.hpp"

namespace goru::cli {
namespace {

std::chrono::nanoseconds Duration(const std::string& text, const char* flag) {
  if (const auto duration = ParseDuration(text)) return *duration;
  throw UsageError{std::string(flag) + " takes a time such as 500ms, 30s or 2m, more than zero; not '" + text + "'"};
}

size_t Size(const std::string& text, const char* flag) {
  if (const auto size = ParseSize(text)) return *size;
  throw UsageError{std::string(flag) + " takes a size such as 65536, 64kb, 256mb or 1gb; not '" + text + "'"};
}

uint64_t Count(const std::string& text, const char* flag) {
  uint64_t count = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, count);
  if (error != std::errc() || rest != end || text.empty()) {
    throw UsageError{std::string(flag) + " takes a whole number; not '" + text + "'"};
  }
  return count;
}

}  // namespace

RunArguments ParseRunArguments(const std::vector<std::string>& arguments) {
  RunArguments out;
  std::string file;
  std::string code;
  std::string language;
  std::string stdin_file;
  std::string timeout;
  std::string memory;
  std::string max_output;
  std::string max_host_calls;
  bool help = false;
  bool version = false;

  CLI::App app;
  // Its own help knows neither examples nor exit codes.
  app.set_help_flag();
  app.add_flag("-h,--help", help);
  app.add_flag("-V,--version", version);
  const auto* file_option = app.add_option("FILE", file);
  const auto* code_option = app.add_option("-c,--code", code);
  const auto* language_option = app.add_option("-l,--language,--lang", language);
  const auto* stdin_option = app.add_option("--stdin", stdin_file);
  const auto* timeout_option = app.add_option("--timeout", timeout);
  const auto* memory_option = app.add_option("--memory", memory);
  const auto* max_output_option = app.add_option("--max-output", max_output);
  app.add_flag("--stop-on-max-output", out.stop_on_max_output);
  const auto* max_host_calls_option = app.add_option("--max-host-calls", max_host_calls);
  app.add_flag("-p,--print", out.print_value);
  app.add_flag("--json", out.json);
  app.add_flag("--no-cache", out.no_cache);
  const auto* cache_dir_option = app.add_option("--cache-dir", out.cache_dir);
  const auto* image_dir_option = app.add_option("--image-dir", out.image_dir);
  for (CLI::Option* option : app.get_options()) option->multi_option_policy(CLI::MultiOptionPolicy::Throw);

  try {
    // CLI11 takes them in reverse.
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::ExtrasError&) {
    const auto extras = app.remaining();
    const std::string first = extras.empty() ? std::string() : extras.front();
    throw UsageError{first.starts_with('-') && first.size() > 1
                         ? "there is no flag " + first
                         : "'" + first +
                               "' is one argument too many: code in the sandbox gets no arguments; use --stdin"};
  } catch (const CLI::ArgumentMismatch& error) {
    const std::string what = error.what();
    const bool missing = what.find("missing") != std::string::npos;
    throw UsageError{what.substr(0, what.find(':')) + (missing ? " needs a value" : " is given more than once")};
  } catch (const CLI::ParseError& error) {
    throw UsageError{error.what()};
  }

  if (help || version) {
    out.show = help ? RunArguments::Show::kHelp : RunArguments::Show::kVersion;
    return out;
  }
  if (file_option->count() > 0) out.file = std::move(file);
  if (code_option->count() > 0) out.code = std::move(code);
  if (out.file && out.code) throw UsageError{"either FILE or -c CODE, not both"};
  if (language_option->count() > 0) {
    out.language = Language::FromName(language);
    if (!out.language) throw UsageError{"there is no language '" + language + "': say -l python, -l js or -l ts"};
  }
  if (stdin_option->count() > 0) out.stdin_file = std::move(stdin_file);
  if (timeout_option->count() > 0) out.timeout = Duration(timeout, "--timeout");
  if (memory_option->count() > 0) out.memory = Size(memory, "--memory");
  if (max_output_option->count() > 0) out.max_output = Size(max_output, "--max-output");
  if (max_host_calls_option->count() > 0) out.max_host_calls = Count(max_host_calls, "--max-host-calls");
  if (cache_dir_option->count() > 0 && out.cache_dir.empty()) throw UsageError{"--cache-dir needs a directory"};
  if (image_dir_option->count() > 0 && out.image_dir.empty()) throw UsageError{"--image-dir needs a directory"};
  if (out.no_cache && !out.cache_dir.empty()) throw UsageError{"either --cache-dir or --no-cache, not both"};
  return out;
}

}  // namespace goru::cli
