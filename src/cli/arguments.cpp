#include "arguments.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <deque>
#include <functional>
#include <utility>

#include "capability_flags.hpp"
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

/// The flags, and what becomes of their values once all are known to be well-formed.
class Flags {
 public:
  /// What takes the value of a flag; it may throw UsageError.
  using Take = std::function<void(const std::string& text, const char* flag)>;

  Flags() {
    // Its own help knows neither examples nor exit codes.
    app_.set_help_flag();
  }

  void Switch(const char* names, bool& out) { Once(app_.add_flag(names, out)); }

  /// `flag` is what error messages call it.
  void Value(const char* names, const char* flag, Take take) {
    auto& value = values_.emplace_back(Given{flag, std::move(take), {}, {}, nullptr});
    value.option = Once(app_.add_option(names, value.text));
  }
  /// May be given several times.
  void Values(const char* names, const char* flag, Take take) {
    auto& value = values_.emplace_back(Given{flag, std::move(take), {}, {}, nullptr});
    app_.add_option(names, value.texts)->allow_extra_args(false)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  }

  void Text(const char* names, std::string& out, const char* what) {
    Value(names, names, [&out, what](const std::string& text, const char* flag) {
      if (text.empty()) throw UsageError{std::string(flag) + " needs " + what};
      out = text;
    });
  }
  template <typename Number>
  void Size(const char* flag, Number& out) {
    Value(flag, flag, [&out](const std::string& text, const char* name) { out = cli::Size(text, name); });
  }
  template <typename Number>
  void Count(const char* flag, Number& out) {
    Value(flag, flag, [&out](const std::string& text, const char* name) {
      const uint64_t count = cli::Count(text, name);
      if (!std::in_range<NumberOf<Number>>(count)) throw UsageError{std::string(name) + ": " + text + " is too many"};
      out = static_cast<NumberOf<Number>>(count);
    });
  }
  template <typename Time>
  void Duration(const char* flag, Time& out) {
    Value(flag, flag, [&out](const std::string& text, const char* name) { out = cli::Duration(text, name); });
  }

  void Parse(const std::vector<std::string>& arguments) {
    try {
      // CLI11 takes them in reverse.
      app_.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
    } catch (const CLI::ExtrasError&) {
      const auto extras = app_.remaining();
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
  }

  void TakeAll() {
    for (const Given& given : values_) {
      if (given.option != nullptr && given.option->count() > 0) given.take(given.text, given.flag);
      for (const std::string& text : given.texts) given.take(text, given.flag);
    }
  }

 private:
  template <typename Number>
  struct Plain {
    using Type = Number;
  };
  template <typename Number>
  struct Plain<std::optional<Number>> {
    using Type = Number;
  };
  template <typename Number>
  using NumberOf = Plain<Number>::Type;

  struct Given {
    const char* flag;
    Take take;
    std::string text;
    std::vector<std::string> texts;
    /// Of a flag that may be given once.
    const CLI::Option* option;
  };

  static CLI::Option* Once(CLI::Option* option) { return option->multi_option_policy(CLI::MultiOptionPolicy::Throw); }

  CLI::App app_;
  /// CLI11 keeps the addresses of the texts.
  std::deque<Given> values_;
};

void AddHttp(Flags& flags, RunArguments& out) {
  flags.Values("--allow-host", "--allow-host",
               [&out](const std::string& text, const char*) { out.allowed_hosts.push_back(text); });
  flags.Values("--allow-network", "--allow-network",
               [&out](const std::string& text, const char*) { out.allowed_networks.push_back(text); });
  flags.Values("--secret", "--secret",
               [&out](const std::string& text, const char*) { out.secrets.push_back(ParseSecret(text)); });
  flags.Size("--http-max-url", out.http.url_bytes);
  flags.Value("--http-max-body", "--http-max-body", [&out](const std::string& text, const char* flag) {
    out.http.request_body_bytes = out.http.response_body_bytes = Size(text, flag);
  });
  flags.Size("--http-max-total", out.http.total_bytes);
  flags.Duration("--http-timeout", out.http.timeout);
  flags.Count("--http-max-redirects", out.http.redirects);
  flags.Count("--http-max-requests", out.http.requests);
  flags.Text("--http-ca-file", out.http_ca_file, "a file");
  flags.Text("--http-proxy", out.http_proxy, "a URL, or env");
  flags.Switch("--http-allow-downgrade", out.http_allow_downgrade);
}

void AddFs(Flags& flags, RunArguments& out) {
  flags.Values("--mount", "--mount",
               [&out](const std::string& text, const char*) { out.mounts.push_back(ParseMount(text)); });
  flags.Size("--fs-max-file", out.fs.read_bytes);
  flags.Size("--fs-max-write", out.fs.write_bytes);
  flags.Size("--fs-max-path", out.fs.path_bytes);
  flags.Size("--fs-max-total-write", out.fs.total_write_bytes);
}

void AddKV(Flags& flags, RunArguments& out) {
  flags.Switch("--kv", out.kv);
  flags.Text("--kv-file", out.kv_file, "a file");
  flags.Size("--kv-max-value", out.kv_limits.value_bytes);
  flags.Count("--kv-max-entries", out.kv_limits.entries);
  flags.Size("--kv-max-total", out.kv_limits.total_bytes);
}

void AddPackages(Flags& flags, RunArguments& out) {
  flags.Values("--packages", "--packages", [&out](const std::string& text, const char* flag) {
    if (text.empty()) throw UsageError{std::string(flag) + " needs a directory"};
    out.packages.push_back(text);
  });
  flags.Values("--allow-pkg", "--allow-pkg",
               [&out](const std::string& text, const char*) { out.allowed_packages.push_back(text); });
  flags.Switch("--allow-pkg-install", out.allow_any_package);
  flags.Text("--image", out.image, "a file");
}

}  // namespace

RunArguments ParseRunArguments(const std::vector<std::string>& arguments) {
  RunArguments out;
  bool help = false;
  bool version = false;
  Flags flags;
  flags.Switch("-h,--help", help);
  flags.Switch("-V,--version", version);
  flags.Value("FILE", "FILE", [&out](const std::string& text, const char*) { out.file = text; });
  flags.Value("-c,--code", "--code", [&out](const std::string& text, const char*) { out.code = text; });
  flags.Value("-l,--language,--lang", "--language", [&out](const std::string& text, const char*) {
    out.language = Language::FromName(text);
    if (!out.language) throw UsageError{"there is no language '" + text + "': say -l python, -l js or -l ts"};
  });
  flags.Value("--stdin", "--stdin", [&out](const std::string& text, const char*) { out.stdin_file = text; });
  flags.Duration("--timeout", out.timeout);
  flags.Size("--memory", out.memory);
  flags.Size("--max-output", out.max_output);
  flags.Switch("--stop-on-max-output", out.stop_on_max_output);
  flags.Count("--max-host-calls", out.max_host_calls);
  flags.Size("--max-host-memory", out.max_host_memory);
  AddHttp(flags, out);
  AddFs(flags, out);
  AddKV(flags, out);
  AddPackages(flags, out);
  flags.Switch("-p,--print", out.print_value);
  flags.Switch("--json", out.json);
  flags.Switch("--no-cache", out.no_cache);
  flags.Text("--cache-dir", out.cache_dir, "a directory");
  flags.Text("--image-dir", out.image_dir, "a directory");
  flags.Parse(arguments);

  if (help || version) {
    out.show = help ? RunArguments::Show::kHelp : RunArguments::Show::kVersion;
    return out;
  }
  flags.TakeAll();
  if (out.file && out.code) throw UsageError{"either FILE or -c CODE, not both"};
  if (out.no_cache && !out.cache_dir.empty()) throw UsageError{"either --cache-dir or --no-cache, not both"};
  return out;
}

}  // namespace goru::cli
